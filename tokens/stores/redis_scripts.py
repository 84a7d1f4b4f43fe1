"""The Lua that makes each operation of the Redis store one atomic step.

A family is a hash: `m` its head (MessagePack: version, handle, subject, …), `t` when it was last
refreshed, `d` its user data, `c` the key of its current refresh token, and `p:<key>` for each
that is spent: when, a space, and the nonce its successor follows from. A subject's index is a
sorted set of family keys, scored by when each may be cleared away; its name is a prefix, given
to the script, and the subject. A denial is a key of its own, and so is a counter.

The order of denials is a stream, whose IDs are sequence numbers, and a hash with the last number
(`s`) and the life these numbers belong to (`l`), drawn at random by whoever comes first.
"""

_PRELUDE = """
local function known(key)
  local head = redis.call('HGET', key, 'm')
  if not head then return nil end
  local readable, fields = pcall(cmsgpack.unpack, head)
  if not readable or type(fields) ~= 'table' then return {} end
  return {handle = fields[2], subject = fields[3]}
end
local function list(key, subject, prefix, gone_at)
  redis.call('PEXPIREAT', key, gone_at)
  if not subject then return end
  local index = prefix .. subject
  redis.call('ZADD', index, gone_at, key)
  local last = redis.call('ZRANGE', index, -1, -1, 'WITHSCORES')
  redis.call('PEXPIREAT', index, string.format('%.0f', last[2]))
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
local seen = redis.call('HGET', KEYS[1], 't')
if not seen or (tonumber(seen) or 0) <= tonumber(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], 'd', ARGV[1])
return 1
"""

# KEYS: family. ARGV: index prefix, gone at, key, new key, nonce, seen at, grace since.
# Gives the outcome by name, the nonce, and with REUSED when the key was spent, and the current one.
REPLACE = (
    _PRELUDE
    + """
local current = redis.call('HGET', KEYS[1], 'c')
if not current then return {'ABSENT', ''} end
if current == ARGV[3] then
  redis.call('HSET', KEYS[1], 'c', ARGV[4], 't', ARGV[6])
  redis.call('HSET', KEYS[1], 'p:' .. ARGV[3], ARGV[6] .. ' ' .. ARGV[5])
  list(KEYS[1], known(KEYS[1]).subject, ARGV[1], ARGV[2])
  return {'ROTATED', ARGV[5]}
end
local spent = redis.call('HGET', KEYS[1], 'p:' .. ARGV[3])
if not spent then return {'ABSENT', ''} end
local space = string.find(spent, ' ', 1, true)
if tonumber(string.sub(spent, 1, space - 1)) >= tonumber(ARGV[7]) then
  return {'REPEATED', string.sub(spent, space + 1)}
end
unlist(KEYS[1], known(KEYS[1]).subject, ARGV[1])
redis.call('DEL', KEYS[1])
return {'REUSED', string.sub(spent, space + 1), string.sub(spent, 1, space - 1), current}
"""
)

# KEYS: family. ARGV: index prefix.
DELETE = (
    _PRELUDE
    + """
local old = known(KEYS[1])
if not old then return {false, false, false} end
local found = redis.call('HMGET', KEYS[1], 'm', 't', 'd')
unlist(KEYS[1], old.subject, ARGV[1])
redis.call('DEL', KEYS[1])
return found
"""
)

# KEYS: index. ARGV: '1' to end all but the handle that follows, '0' to end that handle alone.
# Gives the handles that were ended.
DELETE_LISTED = (
    _PRELUDE
    + """
local ended = {}
for _, key in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  local old = known(key)
  if not old then
    redis.call('ZREM', KEYS[1], key)
  elseif (old.handle == ARGV[2]) == (ARGV[1] == '0') then
    redis.call('DEL', key)
    redis.call('ZREM', KEYS[1], key)
    ended[#ended + 1] = old.handle or ''
  end
end
return ended
"""
)

# KEYS: index. Gives head, last seen and data of each family that is listed, one after the other.
LIST = """
local found = {}
for _, key in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  local fields = redis.call('HMGET', key, 'm', 't', 'd')
  if fields[1] then
    for i = 1, 3 do found[#found + 1] = fields[i] end
  else
    redis.call('ZREM', KEYS[1], key)
  end
end
return found
"""

# KEYS: life, stream, denials. ARGV: gone at, until, a fresh life, channel, then the names.
# Never shortens a denial. Clears the stream's head of what is past, a little more than it adds.
DENY = """
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
