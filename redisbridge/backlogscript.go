package redisbridge

import (
	"context"
	"fmt"
	"strconv"

	"github.com/redis/go-redis/v9"
)

// The keys share a hash tag: a Redis Cluster has them in one slot.
const (
	backlogStream = "tickcast:{backlog}:stream"
	backlogState  = "tickcast:{backlog}:state"  // hash: the newest entry, and how many there were
	backlogSaid   = "tickcast:{backlog}:said:0" // hashes: entries by fingerprint. One takes the next so many, and then the other
	backlogSaid2  = "tickcast:{backlog}:said:1"
)

// The fields of an entry. An entry without a channel is a break: whatever was published before it may be missing.
const (
	fieldChannel = "c"
	fieldText    = "t"
)

// The scripts begin alike. newest() is the newest entry's id. It is never older than the one that the caller has seen:
// a stream that is new, or has lost its end, is given a break behind all that was ever there.
const scriptHead = `
local stream, state = KEYS[1], KEYS[2]
local function later(a, b)
  if a == b then return false end
  local ams, aseq = string.match(a, '^(%d+)%-(%d+)$')
  local bms, bseq = string.match(b, '^(%d+)%-(%d+)$')
  if ams ~= bms then return tonumber(ams) > tonumber(bms) end
  return tonumber(aseq) > tonumber(bseq)
end
local function now()
  local t = redis.call('TIME')
  return tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
end
local function newest(seen)
  local top = redis.call('HGET', state, 'top')
  if not top then
    local last = redis.call('XREVRANGE', stream, '+', '-', 'COUNT', 1)
    top = last[1] and last[1][1]
  end
  if top and not later(seen, top) then return top end
  local ms = math.max(now(), tonumber(string.match(seen, '^%d+')))
  if top then ms = math.max(ms, tonumber(string.match(top, '^%d+'))) end
  top = redis.call('XADD', stream, string.format('%.0f-0', ms + 1), 'c', '', 't', 'start')
  redis.call('HSET', state, 'top', top)
  return top
end
`

// appendScript answers, for each message, with its entry and the one before it. It makes an entry unless there is one
// already: the nth of this fingerprint after what the caller has had of it. Repeating it is harmless.
const appendScript = scriptHead + `
local top, max = newest(ARGV[1]), tonumber(ARGV[2])
local count = tonumber(redis.call('HGET', state, 'count') or 0)
local answer, made = {}, 0
local function save()
  if made > 0 then redis.call('HSET', state, 'top', top, 'count', string.format('%.0f', count)) end
end
for i = 3, #ARGV, 5 do
  local print, after, nth = ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2])
  local turn = math.floor(count / max) % 2
  local present, past = KEYS[3 + turn], KEYS[4 - turn]
  local said = redis.call('HGET', present, print) or ''
  local found = {}
  for id, before in string.gmatch(said .. (redis.call('HGET', past, print) or ''), '(%S+) (%S+);') do
    if not later(id, after) then break end
    found[#found + 1] = {id, before}
  end
  local entry = found[#found - nth + 1]
  if not entry then
    if count % max == 0 then
      redis.call('DEL', present)
      said = ''
    end
    local id = redis.pcall('XADD', stream, 'MAXLEN', '~', ARGV[2], '*', 'c', ARGV[i + 3], 't', ARGV[i + 4])
    if type(id) == 'table' then
      save()
      return id
    end
    entry = {id, top}
    said = id .. ' ' .. top .. ';' .. said -- the newest first
    if #said > 8192 then said = string.match(string.sub(said, 1, 8192), '^.*;') end
    redis.call('HSET', present, print, said)
    top, count, made = id, count + 1, made + 1
  end
  answer[#answer + 1] = entry[1]
  answer[#answer + 1] = entry[2]
end
save()
return answer
`

// pulseScript answers with Redis' clock and the newest entry. It removes what is too old, but never the newest.
const pulseScript = scriptHead + `
local top, at = newest(ARGV[1]), now()
local oldest = string.format('%.0f-0', at - tonumber(ARGV[2]))
if later(oldest, top) then oldest = top end
redis.pcall('XTRIM', stream, 'MINID', '~', oldest)
return {string.format('%.0f', at), top}
`

// scripts are run by their hashes, and whole where Redis does not have them yet.
type scripts struct{ append, pulse *redis.Script }

func newScripts() scripts {
	return scripts{append: redis.NewScript(appendScript), pulse: redis.NewScript(pulseScript)}
}

// spot is where a message is in the backlog.
type spot struct {
	id, before entryID
	print      fingerprint
	err        error
}

// appendAll appends in one round trip, all or, as far as we know, none.
func (k *Backlog) appendAll(ctx context.Context, seen entryID, all []appending) ([]spot, error) {
	args := make([]any, 0, 2+5*len(all))
	args = append(args, seen.String(), k.cfg.Max)
	for i := range all {
		a := &all[i]
		args = append(args, a.print[:], a.after.String(), a.nth, a.channel, a.text)
	}
	keys := []string{backlogStream, backlogState, backlogSaid, backlogSaid2}
	said, err := k.scripts.append.Run(ctx, k.client, keys, args...).StringSlice()
	if err != nil {
		return nil, fmt.Errorf("append to the backlog: %w", err)
	}
	if len(said) != 2*len(all) {
		return nil, fmt.Errorf("append to the backlog: redis answers %d words for %d messages", len(said), len(all))
	}
	spots := make([]spot, len(all))
	for i := range spots {
		var ok [2]bool
		spots[i].print = all[i].print
		spots[i].id, ok[0] = parseEntryID(said[2*i])
		spots[i].before, ok[1] = parseEntryID(said[2*i+1])
		if ok != [2]bool{true, true} {
			return nil, fmt.Errorf("append to the backlog: redis answers %q", said[2*i:2*i+2])
		}
	}
	return spots, nil
}

// pulse asks for Redis' clock, in milliseconds, and for the newest entry.
func (k *Backlog) pulse(ctx context.Context) (at int64, newest entryID, err error) {
	ctx, cancel := context.WithTimeout(ctx, k.cfg.Wait)
	defer cancel()
	seen := k.position()
	said, err := k.scripts.pulse.Run(ctx, k.client, []string{backlogStream, backlogState}, seen.String(), k.cfg.Age.Milliseconds()).StringSlice()
	if err != nil {
		return 0, entryID{}, fmt.Errorf("look at the backlog: %w", err)
	}
	ok := len(said) == 2
	if ok {
		at, err = strconv.ParseInt(said[0], 10, 64)
		newest, ok = parseEntryID(said[1])
	}
	if !ok || err != nil {
		return 0, entryID{}, fmt.Errorf("look at the backlog: redis answers %q", said)
	}
	return at, newest, nil
}
