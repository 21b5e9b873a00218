/**
 * What the server does in one piece. A script runs alone and its effects reach the append-only file and the
 * replicas together, so a unit is changed whole or not at all.
 *
 * Invariants
 * R1 Only the owner with the stored generation writes, and only on the commit that it stands on.
 * R2 A group is named in `groups` exactly when its hash is there; `live` in meta is how many are named.
 *    Only a key that expired or was evicted breaks this: a commit that sees it answers `moved`, and the
 *    opening that follows finds what is lost.
 * R3 Whatever lies under the key of a group that is not named is a leftover: it is removed before the
 *    group's first entry.
 * R4 Every check comes before the first write, and the first write adds: a full, read-only or failing
 *    server refuses that one, and none after it.
 * R5 `pending` in meta is the commit that is being written, and 0 when none is. A script that fails in the
 *    middle (Redis undoes nothing) leaves it standing: the same commit may be sent again and writes the
 *    same over it, and whoever opens the unit instead knows that its state is no commit's.
 * R6 Among KEYS is one that never exists. While a slot is moved to another node, Redis then refuses the script
 *    whole (TRYAGAIN), instead of failing it at the first key that is not there.
 *
 * Keys not passed in KEYS are those of groups read from the unit's own set: same hash tag, same slot.
 */
import type { UnitKeys } from './keys.ts'

/** Written into meta at a unit's first opening. A reader of format N reads N - 1 too; there is no 0. */
export const formatWritten: number = 1
export const formatReadMin: number = 1

const helpers = `
local function nowMs()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end
local function keyOf(name, state, window)
  if name == '' then return state end
  return window .. name
end
`

/**
 * KEYS meta, groups, outbox, never, then one per touched group.
 * ARGV 1 generation, 2 base, 3 base + 1, 4 next, 5 applied, 6 outbox, 7 expiry ms, 8 renewal ms, 9 key of
 * group '', 10 key of a window up to its name; the names of the touched groups; then for each of them '1'
 * when it is emptied first, how many keys are deleted, how many arguments are put, and both.
 */
export const commitScript = `${helpers}
local meta = redis.call('HMGET', KEYS[1],
  'generation', 'commit', 'live', 'outbox', 'renewed', 'pending')
if not meta[1] then return 'moved' end
if meta[1] ~= ARGV[1] then return 'fenced' end
local stored, base = tonumber(meta[2]), tonumber(ARGV[2])
if stored == base + 1 then return 'done' end
if stored ~= base then return 'moved' end
local isWhole = meta[6] == '0'
if isWhole and redis.call('SCARD', KEYS[2]) ~= tonumber(meta[3]) then return 'moved' end
local touched, isLive = #KEYS - 4, {}
for i = 1, touched do
  isLive[i] = redis.call('SISMEMBER', KEYS[2], ARGV[10 + i]) == 1
  if isWhole and isLive[i] and redis.call('EXISTS', KEYS[4 + i]) == 0 then return 'moved' end
end
redis.call('HSET', KEYS[1], 'pending', ARGV[3])

-- Lua's stack holds 8,000 values; an even number keeps a key and its value together.
local function each(command, key, first, last)
  for from = first, last, 2000 do
    redis.call(command, key, unpack(ARGV, from, math.min(from + 1999, last)))
  end
end
local at = 10 + touched
for i = 1, touched do
  local key, name = KEYS[4 + i], ARGV[10 + i]
  local emptied, deletes, puts = ARGV[at + 1] == '1', tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
  at = at + 3
  if emptied or not isLive[i] then redis.call('UNLINK', key) end
  each('HDEL', key, at + 1, at + deletes)
  each('HSET', key, at + deletes + 1, at + deletes + puts)
  at = at + deletes + puts
  -- Answers 0 when the group has no entries left, and so no key.
  local isThere = redis.call('PEXPIRE', key, ARGV[7]) == 1
  if isThere and not isLive[i] then redis.call('SADD', KEYS[2], name) end
  if isLive[i] and not isThere then redis.call('SREM', KEYS[2], name) end
end
if ARGV[6] ~= '' then redis.call('SET', KEYS[3], ARGV[6], 'PX', ARGV[7])
elseif meta[4] ~= '0' then redis.call('UNLINK', KEYS[3]) end

local now, renewed = nowMs(), tonumber(meta[5])
if now < renewed or now >= renewed + tonumber(ARGV[8]) then
  for _, name in ipairs(redis.call('SMEMBERS', KEYS[2])) do
    redis.call('PEXPIRE', keyOf(name, ARGV[9], ARGV[10]), ARGV[7])
  end
  redis.call('HSET', KEYS[1], 'renewed', string.format('%.0f', now))
end
redis.call('PEXPIRE', KEYS[2], ARGV[7])
redis.call('PEXPIRE', KEYS[1], ARGV[7])
redis.call('HSET', KEYS[1], 'commit', ARGV[3], 'next', ARGV[4], 'applied', ARGV[5],
  'live', redis.call('SCARD', KEYS[2]), 'outbox', #ARGV[6], 'pending', '0')
return 'ok'
`

const reset = `
local function reset(names, state, window)
  for _, name in ipairs(names) do redis.call('UNLINK', keyOf(name, state, window)) end
  redis.call('UNLINK', KEYS[2], KEYS[3], state)
  redis.call('HDEL', KEYS[1], 'next', 'applied')
  redis.call('HSET', KEYS[1], 'commit', '0', 'live', '0', 'outbox', '0', 'pending', '0')
end
`

/**
 * Takes the unit: from here on every other owner is fenced, so what is read afterwards stands still.
 * KEYS meta, groups, outbox, never. ARGV 1 now ms, 2 expiry ms, 3 and 4 as 9 and 10 above, 5 format written,
 * 6 oldest format read. Answers 'taken', generation, commit, next, applied, live, outbox bytes, pending, epoch
 * and the names of the groups; or 'format' and the number stored.
 */
export const takeScript = `${helpers}${reset}
local meta = redis.call('HMGET', KEYS[1],
  'generation', 'commit', 'next', 'applied', 'live', 'outbox', 'pending', 'format', 'epoch')
local format = tonumber(meta[8] or ARGV[5])
if format > tonumber(ARGV[5]) or format < tonumber(ARGV[6]) then return {'format', meta[8]} end
local names = redis.call('SMEMBERS', KEYS[2])
if not meta[1] then
  redis.call('HSET', KEYS[1], 'format', ARGV[5])
  reset(names, ARGV[3], ARGV[4])
  meta, names = {'0', '0', false, false, '0', '0', '0', false, false}, {}
end
local generation = string.format('%.0f', math.max(tonumber(meta[1]) + 1, tonumber(ARGV[1])))
redis.call('HSET', KEYS[1], 'generation', generation, 'renewed', string.format('%.0f', nowMs()))
for i = 1, 3 do redis.call('PEXPIRE', KEYS[i], ARGV[2]) end
for _, name in ipairs(names) do redis.call('PEXPIRE', keyOf(name, ARGV[3], ARGV[4]), ARGV[2]) end
return {'taken', generation, meta[2], meta[3] or '', meta[4] or '', meta[5], meta[6], meta[7],
  meta[9] or '0', names}
`

/**
 * The unit's input begins at 0 again, in a new epoch; whoever has the unit is fenced.
 * KEYS meta, groups, outbox, never. ARGV 1 now ms. Answers the epoch, or '' for a unit without commits.
 */
export const restartScript = `
local meta = redis.call('HMGET', KEYS[1], 'generation', 'next', 'epoch')
if not meta[1] or not meta[2] then return '' end
local function raised(stored)
  return string.format('%.0f', math.max(tonumber(stored or 0) + 1, tonumber(ARGV[1])))
end
local epoch = raised(meta[3])
redis.call('HSET', KEYS[1], 'generation', raised(meta[1]), 'next', '0', 'epoch', epoch)
return epoch
`

/**
 * Makes a unit that lost a part as empty as a new one. Generation and epoch stay.
 * KEYS meta, groups, outbox, never. ARGV 1 generation, 2 and 3 as 9 and 10 of the commit. Answers 'ok' or 'fenced'.
 */
export const resetScript = `${helpers}${reset}
if redis.call('HGET', KEYS[1], 'generation') ~= ARGV[1] then return 'fenced' end
reset(redis.call('SMEMBERS', KEYS[2]), ARGV[2], ARGV[3])
return 'ok'
`

/**
 * Uses every command of the scripts on one key that it leaves removed: a user who may not call one of them
 * is found while starting, not in the middle of a commit. KEYS one key of the registry's kind.
 */
export const probeScript = `
local key = KEYS[1]
redis.call('UNLINK', key)
redis.call('HSET', key, 'a', '1')
redis.call('HMGET', key, 'a', 'b')
redis.call('HGET', key, 'a')
redis.call('PEXPIRE', key, 1000)
redis.call('EXISTS', key)
redis.call('HDEL', key, 'a')
redis.call('SADD', key, 'a')
redis.call('SISMEMBER', key, 'a')
redis.call('SCARD', key)
redis.call('SMEMBERS', key)
redis.call('SREM', key, 'a')
redis.call('SET', key, 'a', 'PX', 1000)
redis.call('UNLINK', key)
redis.call('TIME')
return 'ok'
`

/** The answer of `take` as it comes, all but the first in text. */
export type TakeAnswer =
  | readonly ['format', string]
  | readonly [
      answer: 'taken',
      generation: string,
      commit: string,
      next: string,
      applied: string,
      live: string,
      outboxBytes: string,
      pending: string,
      epoch: string,
      groups: readonly string[],
    ]

/** KEYS of every script that changes a unit begin with these. */
export function leadingKeys({ meta, groups, outbox, never }: UnitKeys): readonly string[] {
  return [meta, groups, outbox, never]
}
