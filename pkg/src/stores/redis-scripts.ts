/**
 * What the Redis store does, each as one script: nothing else runs on the server meanwhile, and time is the server's.
 *
 * Keys, all after a shard's beginning: `s:<family>` a hash per session, gone a day after its absolute expiry;
 * `live:<subject>` and `all:<subject>`, the subject's families by time of creation and by absolute expiry;
 * `mark:<subject>`, up to when its sessions are revoked.
 */
import { Script } from "./redis-client.ts";
import { GRACE } from "./store.ts";

/** Numbers are written out in full: Lua's own way would round milliseconds. */
const COMMON = `
local shard = KEYS[1]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function text(number) return string.format('%.0f', number) end
local function mark(subject) return tonumber(redis.call('GET', shard .. 'mark:' .. subject) or '-1') end
local function finish(family)
  local key = shard .. 's:' .. family
  local subject, revoked = unpack(redis.call('HMGET', key, 'subject', 'revoked'))
  if not subject or revoked == '1' then return end
  redis.call('HSET', key, 'revoked', '1')
  redis.call('HDEL', key, 'sealed', 'lease')
  redis.call('HINCRBY', key, 'version', 1)
  redis.call('ZREM', shard .. 'live:' .. subject, family)
end
`;

/** The members of `live:<subject>` that may still be used, newest first; forgets those that may not. */
const LIVE = `
local function live(subject, from)
  local key, marked, found = shard .. 'live:' .. subject, mark(subject), {}
  for _, family in ipairs(redis.call('ZREVRANGEBYSCORE', key, from, '-inf')) do
    local row = redis.call('HMGET', shard .. 's:' .. family,
      'application', 'createdAt', 'idleExpiresAt', 'absoluteExpiresAt')
    if not row[1] or tonumber(row[4]) <= now or tonumber(row[2]) <= marked then
      redis.call('ZREM', key, family)
    elseif tonumber(row[3]) > now then
      found[#found + 1] = { family, row[1], row[2], row[3], row[4] }
    end
  end
  return found
end
`;

export const TIME = new Script(`${COMMON} return text(now)`);

export const CREATE = new Script(`${COMMON} ${LIVE}
local family, subject, application, version, record, has_sealed, sealed, has_lease, lease, revoked,
  created, idle, absolute, limit = unpack(ARGV)
local key = shard .. 's:' .. family
if redis.call('EXISTS', key) == 1 then return 0 end
-- Dead on arrival, and for good: the mark may go before the session does.
if tonumber(created) <= mark(subject) then
  revoked, has_sealed, has_lease = '1', '0', '0'
end
redis.call('HSET', key, 'subject', subject, 'application', application, 'version', version, 'record', record,
  'revoked', revoked, 'createdAt', created, 'idleExpiresAt', idle, 'absoluteExpiresAt', absolute)
if has_sealed == '1' then redis.call('HSET', key, 'sealed', sealed) end
if has_lease == '1' then redis.call('HSET', key, 'lease', lease) end
local gone = text(tonumber(absolute) + ${GRACE})
redis.call('PEXPIREAT', key, gone)
local all, alive = shard .. 'all:' .. subject, shard .. 'live:' .. subject
redis.call('ZADD', all, absolute, family)
redis.call('ZREMRANGEBYSCORE', all, '-inf', text(now - ${GRACE}))
if revoked == '0' then redis.call('ZADD', alive, created, family) end
-- Of several that were created in the same millisecond, the one just written counts as the newest.
local rows, counted = live(subject, '+inf'), 0
for _, row in ipairs(rows) do
  if row[1] == family then counted = 1 end
end
for _, row in ipairs(rows) do
  if row[2] == application and row[1] ~= family then
    counted = counted + 1
    if counted > tonumber(limit) then finish(row[1]) end
  end
end
for _, index in ipairs({ all, alive }) do
  if redis.call('PTTL', index) < tonumber(gone) - now then redis.call('PEXPIREAT', index, gone) end
end
return 1`);

export const LOAD = new Script(`${COMMON}
local row = redis.call('HGETALL', shard .. 's:' .. ARGV[1])
if #row == 0 then return false end
local subject, created, revoked = unpack(redis.call('HMGET', shard .. 's:' .. ARGV[1], 'subject', 'createdAt', 'revoked'))
if tonumber(created) <= mark(subject) then revoked = '1' end
table.insert(row, 1, revoked)
table.insert(row, 1, text(now))
return row`);

export const SWAP = new Script(`${COMMON}
local family, version, record, idle, has_sealed, sealed, has_lease, lease, revoked = unpack(ARGV)
local key = shard .. 's:' .. family
local subject, created, old, ended = unpack(redis.call('HMGET', key, 'subject', 'createdAt', 'version', 'revoked'))
if not subject or old ~= version or ended == '1' or tonumber(created) <= mark(subject) then
  return { 0, text(now) }
end
redis.call('HSET', key, 'record', record, 'idleExpiresAt', idle, 'revoked', revoked)
redis.call('HINCRBY', key, 'version', 1)
if has_sealed == '1' then redis.call('HSET', key, 'sealed', sealed) else redis.call('HDEL', key, 'sealed') end
if has_lease == '1' then redis.call('HSET', key, 'lease', lease) else redis.call('HDEL', key, 'lease') end
if revoked == '1' then redis.call('ZREM', shard .. 'live:' .. subject, family) end
return { 1, text(now) }`);

export const REVOKE = new Script(`${COMMON} finish(ARGV[1])`);

export const REVOKE_SUBJECT = new Script(`${COMMON}
local subject, before = unpack(ARGV)
if tonumber(before) > mark(subject) then redis.call('SET', shard .. 'mark:' .. subject, before) end
redis.call('PERSIST', shard .. 'mark:' .. subject)
for _, family in ipairs(redis.call('ZRANGEBYSCORE', shard .. 'live:' .. subject, '-inf', before)) do finish(family) end`);

/** The mark stays only as long as a login may be under way: what one of them writes is revoked. */
export const DELETE_SUBJECT = new Script(`${COMMON}
local subject = ARGV[1]
local marked = math.max(now, mark(subject))
redis.call('SET', shard .. 'mark:' .. subject, text(marked), 'PX', ${GRACE})
local all = shard .. 'all:' .. subject
for _, family in ipairs(redis.call('ZRANGE', all, 0, -1)) do redis.call('DEL', shard .. 's:' .. family) end
redis.call('DEL', all, shard .. 'live:' .. subject)`);

export const LIST = new Script(`${COMMON} ${LIVE}
local subject, created, family, most = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local page = {}
for _, row in ipairs(live(subject, created)) do
  local after = tonumber(row[3]) < tonumber(created) or row[1] < family
  if after and #page < most then page[#page + 1] = row end
end
return page`);
