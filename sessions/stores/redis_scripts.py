"""The Lua that makes each operation of the Redis store one atomic step.

A session is a hash: `m` its head (MessagePack: version, handle, subject, …), `t` when it was
last seen, `d:<key>` its user data. A subject's index is a sorted set of session keys, scored by
when each may be cleared away; its name is a prefix, given to the script, and the subject.
"""

_PRELUDE = """
local function known(key)
  local head = redis.pcall('HGET', key, 'm')
  if not head then return nil end
  if type(head) == 'table' then return {} end
  local readable, fields = pcall(cmsgpack.unpack, head)
  if not readable or type(fields) ~= 'table' then return {} end
  local handle, subject = fields[2], fields[3]
  return {
    handle = type(handle) == 'string' and handle or nil,
    subject = type(subject) == 'string' and subject or nil,
  }
end
local function list(key, subject, prefix, gone_at)
  redis.call('PEXPIREAT', key, gone_at)
  if not subject then return end
  local index = prefix .. subject
  redis.call('ZADD', index, gone_at, key)
  local last = redis.call('ZRANGE', index, -1, -1, 'WITHSCORES')
  redis.call('PEXPIREAT', index, string.format('%.0f', last[2]))
  local clock = redis.call('TIME')
  local now = string.format('%.0f', clock[1] * 1000 + math.floor(clock[2] / 1000))
  local past = redis.call('ZRANGEBYSCORE', index, '-inf', now, 'LIMIT', 0, 16)
  if #past > 0 then redis.call('ZREM', index, unpack(past)) end
end
local function unlist(key, subject, prefix)
  if subject then redis.call('ZREM', prefix .. subject, key) end
end
"""

# KEYS: session. ARGV: index prefix, gone at, then the fields of the hash.
CREATE = (
    _PRELUDE
    + """
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
for i = 3, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
list(KEYS[1], known(KEYS[1]).subject, ARGV[1], ARGV[2])
return 1
"""
)

# KEYS: session. ARGV: index prefix, gone at, seen at.
TOUCH = (
    _PRELUDE
    + """
local old = known(KEYS[1])
local seen = old and redis.pcall('HGET', KEYS[1], 't')
seen = type(seen) == 'string' and tonumber(seen)
if not seen then return 0 end
if tonumber(ARGV[3]) > seen then
  redis.call('HSET', KEYS[1], 't', ARGV[3])
  list(KEYS[1], old.subject, ARGV[1], ARGV[2])
end
return 1
"""
)

# KEYS: session. ARGV: limit in bytes, then field, '1' to set or '0' to remove, value.
MERGE = """
if redis.call('TYPE', KEYS[1]).ok ~= 'hash' then return 0 end
local changed, size = {}, 0
for i = 2, #ARGV, 3 do
  changed[ARGV[i]] = true
  if ARGV[i + 1] == '1' then size = size + #ARGV[i] - 2 + #ARGV[i + 2] end
end
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  if string.sub(all[i], 1, 2) == 'd:' and not changed[all[i]] then
    size = size + #all[i] - 2 + #all[i + 1]
  end
end
if size > tonumber(ARGV[1]) then return -1 end
for i = 2, #ARGV, 3 do
  if ARGV[i + 1] == '1' then redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 2])
  else redis.call('HDEL', KEYS[1], ARGV[i]) end
end
return 1
"""

# KEYS: session, its new name. ARGV: index prefix, gone at, head, seen at.
REPLACE = (
    _PRELUDE
    + """
local old = known(KEYS[1])
if not old or not old.handle then return 0 end
unlist(KEYS[1], old.subject, ARGV[1])
redis.call('RENAME', KEYS[1], KEYS[2])
redis.call('HSET', KEYS[2], 'm', ARGV[3], 't', ARGV[4])
list(KEYS[2], known(KEYS[2]).subject, ARGV[1], ARGV[2])
return 1
"""
)

# KEYS: session. ARGV: index prefix.
DELETE = (
    _PRELUDE
    + """
local old = known(KEYS[1])
if not old then
  redis.call('DEL', KEYS[1])
  return {false, false}
end
local found = redis.pcall('HMGET', KEYS[1], 'm', 't')
if found.err then found = {'', ''} end
unlist(KEYS[1], old.subject, ARGV[1])
redis.call('DEL', KEYS[1])
return found
"""
)

# KEYS: index. ARGV: the handle to keep, how many to look at. What is looked at leaves the index,
# but for the one that is kept. Gives how many were ended, and whether there is more.
DELETE_LISTED = (
    _PRELUDE
    + """
local ended = 0
local listed = redis.call('ZRANGE', KEYS[1], 0, ARGV[2])
for _, key in ipairs(listed) do
  local old = known(key)
  if not old then
    redis.call('ZREM', KEYS[1], key)
  elseif ARGV[1] == '' or old.handle ~= ARGV[1] then
    redis.call('DEL', key)
    redis.call('ZREM', KEYS[1], key)
    ended = ended + 1
  end
end
return {ended, #listed > tonumber(ARGV[2]) and 1 or 0}
"""
)

# KEYS: index. ARGV: handle, rank of the first to look at, how many. Gives 1 if it was ended, 0 if
# it is not there, -1 if it may stand further on.
DELETE_ONE = (
    _PRELUDE
    + """
local listed = redis.call('ZRANGE', KEYS[1], ARGV[2], ARGV[2] + ARGV[3] - 1)
for _, key in ipairs(listed) do
  local old = known(key)
  if old and old.handle == ARGV[1] then
    redis.call('DEL', key)
    redis.call('ZREM', KEYS[1], key)
    return 1
  end
end
return #listed < tonumber(ARGV[3]) and 0 or -1
"""
)

# KEYS: index. ARGV: rank of the first to look at, how many. Gives the rank of the next, or -1, and
# then head and last seen of each session that is listed, one after the other.
LIST = """
local listed = redis.call('ZRANGE', KEYS[1], ARGV[1], ARGV[1] + ARGV[2] - 1)
local found = {#listed < tonumber(ARGV[2]) and -1 or ARGV[1] + ARGV[2]}
for _, key in ipairs(listed) do
  local fields = redis.pcall('HMGET', key, 'm', 't')
  if fields.err then fields = {'', '', ''} end
  if fields[1] then
    for i = 1, 2 do found[#found + 1] = fields[i] end
  else
    redis.call('ZREM', KEYS[1], key)
    if found[1] > 0 then found[1] = found[1] - 1 end
  end
end
return found
"""
