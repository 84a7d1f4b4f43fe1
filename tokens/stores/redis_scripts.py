"""The Lua that makes each operation of the Redis store one atomic step.

A family is a hash: `m` its head (MessagePack: version, handle, subject, …), `t` when it was last
refreshed, `d` its user data, `c` the key of its current refresh token, and `p:<key>` for each of
the last that are spent: when, a space, and the nonce its successor follows from. A subject's
index is a sorted set of family keys, scored by when each may be cleared away; its name is a
prefix, given to the script, and the subject. A denial is a key of its own, and so is a counter.

The order of denials is a stream, whose IDs are sequence numbers, and a hash with the last number
(`s`) and the life these numbers belong to (`l`), drawn at random by whoever comes first.
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

# KEYS: family. ARGV: index prefix, gone at, then the fields of the hash.
CREATE = (
    _PRELUDE
    + """
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
for i = 3, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
list(KEYS[1], known(KEYS[1]).subject, ARGV[1], ARGV[2])
return 1
"""
)

# KEYS: family. ARGV: user data, seen after.
MERGE = """
local seen = redis.pcall('HGET', KEYS[1], 't')
if type(seen) ~= 'string' or (tonumber(seen) or 0) <= tonumber(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], 'd', ARGV[1])
return 1
"""

# KEYS: family. ARGV: index prefix, gone at, key, new key, nonce, seen at, grace since, how many
# bytes of a key are its family's, how many spent keys to keep.
# Gives the outcome by name, the nonce, and with REUSED when the key was spent, and the current one.
REPLACE = (
    _PRELUDE
    + """
local old, current = known(KEYS[1]), redis.pcall('HGET', KEYS[1], 'c')
if not old or type(current) ~= 'string' then return {'ABSENT', ''} end
if current == ARGV[3] then
  redis.call('HSET', KEYS[1], 'c', ARGV[4], 't', ARGV[6])
  redis.call('HSET', KEYS[1], 'p:' .. ARGV[3], ARGV[6] .. ' ' .. ARGV[5])
  list(KEYS[1], old.subject, ARGV[1], ARGV[2])
  if redis.call('HLEN', KEYS[1]) > 4 + ARGV[9] then
    local earlier, all = {}, redis.call('HGETALL', KEYS[1])
    for i = 1, #all, 2 do
      if string.sub(all[i], 1, 2) == 'p:' and all[i] ~= 'p:' .. ARGV[3] then
        earlier[#earlier + 1] = {tonumber(string.match(all[i + 1], '^%S+')) or 0, all[i]}
      end
    end
    table.sort(earlier, function(one, other) return one[1] > other[1] end)
    for i = ARGV[9], #earlier do redis.call('HDEL', KEYS[1], earlier[i][2]) end
  end
  return {'ROTATED', ARGV[5]}
end
local at, nonce = 0, ''
local spent = redis.call('HGET', KEYS[1], 'p:' .. ARGV[3])
if spent then
  at, nonce = string.match(spent, '^(%S+) (.*)$')
  at = tonumber(at) or 0
  if at >= tonumber(ARGV[7]) then return {'REPEATED', nonce} end
elseif string.sub(current, 1, ARGV[8]) ~= string.sub(ARGV[3], 1, ARGV[8]) then
  return {'ABSENT', ''}
end
unlist(KEYS[1], old.subject, ARGV[1])
redis.call('DEL', KEYS[1])
return {'REUSED', nonce or '', string.format('%.17g', at), current}
"""
)

# KEYS: family. ARGV: index prefix.
DELETE = (
    _PRELUDE
    + """
local old = known(KEYS[1])
if not old then
  redis.call('DEL', KEYS[1])
  return {false, false, false}
end
local found = redis.pcall('HMGET', KEYS[1], 'm', 't', 'd')
if found.err then found = {'', '', ''} end
unlist(KEYS[1], old.subject, ARGV[1])
redis.call('DEL', KEYS[1])
return found
"""
)

# KEYS: index. ARGV: the handle to keep, how many to look at. What is looked at leaves the index,
# but for the one that is kept. Gives the handles that were ended, and whether there is more.
DELETE_LISTED = (
    _PRELUDE
    + """
local ended = {}
local listed = redis.call('ZRANGE', KEYS[1], 0, ARGV[2])
for _, key in ipairs(listed) do
  local old = known(key)
  if not old then
    redis.call('ZREM', KEYS[1], key)
  elseif ARGV[1] == '' or old.handle ~= ARGV[1] then
    redis.call('DEL', key)
    redis.call('ZREM', KEYS[1], key)
    ended[#ended + 1] = old.handle or ''
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
# then head, last seen and data of each family that is listed, one after the other.
LIST = """
local listed = redis.call('ZRANGE', KEYS[1], ARGV[1], ARGV[1] + ARGV[2] - 1)
local found = {#listed < tonumber(ARGV[2]) and -1 or ARGV[1] + ARGV[2]}
for _, key in ipairs(listed) do
  local fields = redis.pcall('HMGET', key, 'm', 't', 'd')
  if fields.err then fields = {'', '', ''} end
  if fields[1] then
    for i = 1, 3 do found[#found + 1] = fields[i] end
  else
    redis.call('ZREM', KEYS[1], key)
    if found[1] > 0 then found[1] = found[1] - 1 end
  end
end
return found
"""

# KEYS: life, stream, denials. ARGV: gone at, until, a fresh life, channel, then the names.
# Never shortens a denial. Clears the stream's head of what is past, a little more than it adds. A
# full server takes a denial all the same: a logout must be possible, and has just freed more.
DENY = """#!lua flags=allow-oom
if redis.call('HSETNX', KEYS[1], 'l', ARGV[3]) == 1 then redis.call('DEL', KEYS[2]) end
local added = 0
for i = 3, #KEYS do
  redis.call('SET', KEYS[i], '', 'NX')
  if redis.call('PEXPIRETIME', KEYS[i]) < tonumber(ARGV[1]) then
    redis.call('PEXPIREAT', KEYS[i], ARGV[1])
    local sequence = redis.call('HINCRBY', KEYS[1], 's', 1)
    redis.call('XADD', KEYS[2], sequence .. '-1', 'n', ARGV[i + 2], 'u', ARGV[2], 'g', ARGV[1])
    added = added + 1
  end
end
if added == 0 then return 0 end
local now = redis.call('TIME')[1] * 1000
for _, entry in ipairs(redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', added + 8)) do
  if tonumber(entry[2][6]) > now then break end
  redis.call('XDEL', KEYS[2], entry[1])
end
if redis.call('PEXPIRETIME', KEYS[2]) < tonumber(ARGV[1]) then
  redis.call('PEXPIREAT', KEYS[2], ARGV[1])
end
redis.call('PUBLISH', ARGV[4], '')
return added
"""

# KEYS: life, stream. ARGV: life and sequence number of the cursor, limit, number of the connection.
# A server that was started again may have lost its last writes, and would give their numbers to
# others: the identity of its run is part of the life. To a user without INFO it is the connection,
# which ends with the server.
SINCE = """
local info = redis.pcall('INFO', 'server')
local run = type(info) == 'string' and string.match(info, 'run_id:(%x+)') or ARGV[4]
local life = (redis.call('HGET', KEYS[1], 'l') or '') .. ' ' .. run
local since = life == ARGV[1] and ARGV[2] or '0'
return {life, since, redis.call('XRANGE', KEYS[2], '(' .. since .. '-1', '+', 'COUNT', ARGV[3])}
"""

# KEYS: counter. ARGV: step, gone at. For a full server: a counter that is there needs no memory.
ADVANCE_KNOWN = """#!lua flags=allow-oom
if redis.call('EXISTS', KEYS[1]) == 0 then return false end
redis.call('INCRBY', KEYS[1], ARGV[1])
if redis.call('PEXPIRETIME', KEYS[1]) < tonumber(ARGV[2]) then
  redis.call('PEXPIREAT', KEYS[1], ARGV[2])
end
return redis.call('GET', KEYS[1])
"""

# KEYS: counter. ARGV: step, first, gone at.
ADVANCE = """
if redis.call('SET', KEYS[1], ARGV[2], 'NX') == false then
  redis.call('INCRBY', KEYS[1], ARGV[1])
end
if redis.call('PEXPIRETIME', KEYS[1]) < tonumber(ARGV[3]) then
  redis.call('PEXPIREAT', KEYS[1], ARGV[3])
end
return redis.call('GET', KEYS[1])
"""
