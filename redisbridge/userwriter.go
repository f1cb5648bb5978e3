package redisbridge

import (
	"context"
	"fmt"

	"github.com/redis/go-redis/v9"
)

// writeUser changes one hash, tells the other instances, and answers how many entries found no place; unknown if
// nothing is kept of the user. It takes the time of keeping, the most fields, the cursor, the channel, the
// announcement (empty = none), whether the user may be new, the cursor that alone may go back to this one (empty = none
// may), how many entries are removed, these, and then field and text of those that are put. Of the positions in one
// message the one without a third number is the last.
const writeUser = `
local function parts(position)
  local ms, seq, n = string.match(position or '', '^(%d+)%-(%d+)%-?(%d*)$')
  return ms, seq, n
end
local function order(a, b)
  if #a ~= #b then return #a < #b and -1 or 1 end
  if a == b then return 0 end
  return a < b and -1 or 1
end
local function newer(a, b)
  local ams, aseq, an = parts(a)
  local bms, bseq, bn = parts(b)
  if not ams then return false end
  if not bms then return true end
  local by = order(ams, bms)
  if by == 0 then by = order(aseq, bseq) end
  if by ~= 0 then return by > 0 end
  if an == '' or bn == '' then return an == '' and bn ~= '' end
  return order(an, bn) > 0
end
local key, full, put = KEYS[1], 0, 9 + tonumber(ARGV[8])
if #ARGV > 8 then
  if ARGV[6] ~= '1' and redis.call('HEXISTS', key, 'v') == 0 then return -1 end
  redis.call('HSET', key, 'v', '1')
end
for i = 9, put - 1 do redis.call('HDEL', key, ARGV[i]) end
for i = put, #ARGV, 2 do
  if redis.call('HEXISTS', key, ARGV[i]) == 1 or redis.call('HLEN', key) < tonumber(ARGV[2]) then
    redis.call('HSET', key, ARGV[i], ARGV[i + 1])
  else
    full = full + 1
  end
end
if ARGV[3] ~= '' then
  local kept = redis.call('HGET', key, 'cursor') or nil
  if newer(ARGV[3], kept) or ARGV[7] ~= '' and ARGV[7] == kept then redis.call('HSET', key, 'cursor', ARGV[3]) end
end
redis.call('PEXPIRE', key, ARGV[1])
if ARGV[5] ~= '' then redis.call('PUBLISH', ARGV[4], ARGV[5]) end
return full
`

const unknownUser = -1

// Run writes until ctx ends, and then what is still to be written.
func (u *Users) Run(ctx context.Context) error {
	again := retry{limit: userRetryMax}
	for ctx.Err() == nil {
		switch written, err := u.writeSome(ctx); {
		case err != nil:
			again.wait(ctx)
		case written > 0:
			again.reset()
		default:
			select {
			case <-u.wake:
			case <-ctx.Done():
			}
		}
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), userFlush)
	defer cancel()
	for {
		written, err := u.writeSome(ending)
		if err != nil {
			u.log.Warn().Err(err).Int("users", u.State().Pending).Msg("what is kept of users is behind")
		}
		if err != nil || written == 0 {
			return nil
		}
	}
}

// writeSome writes changes of some users in one round trip, and says of how many.
func (u *Users) writeSome(ctx context.Context) (written int, err error) {
	taken := u.take()
	if len(taken) == 0 {
		return 0, nil
	}
	ctx, cancel := context.WithTimeout(ctx, userPatience)
	defer cancel()
	answers := make(map[string]*redis.Cmd, len(taken))
	pipe := u.client.Pipeline()
	for user, c := range taken {
		answers[user] = pipe.Eval(ctx, writeUser, []string{userKey(user)}, u.arguments(user, c)...)
	}
	_, _ = pipe.Exec(ctx) // each answer has its own error
	return len(taken), u.conclude(taken, answers)
}

func (u *Users) arguments(user string, c *userChange) []any {
	said, fresh := "", 0
	if c.tells() {
		said = asObject([]field{{"instance", quoted(u.instance)}, {"user", quoted(user)}})
	}
	if c.fresh {
		fresh = 1
	}
	arguments := []any{u.keep.Milliseconds(), maxUserFields, c.cursor, usersChannel, said, fresh, c.over, len(c.removals)}
	for field := range c.removals {
		arguments = append(arguments, field)
	}
	for field, text := range c.puts {
		arguments = append(arguments, field, text)
	}
	return arguments
}

func (u *Users) take() map[string]*userChange {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.writing = make(map[string]*userChange)
	for user, c := range u.pending {
		if len(u.writing) == usersAtOnce {
			break
		}
		u.writing[user] = c
		delete(u.pending, user)
	}
	return u.writing
}

// conclude puts back what was not written, beneath what has come since.
func (u *Users) conclude(taken map[string]*userChange, answers map[string]*redis.Cmd) (failure error) {
	unknown := u.sort(taken, answers, &failure)
	if u.listener != nil {
		for _, user := range unknown {
			u.listener.UserUnknown(user)
		}
	}
	return failure
}

// sort finds the users of whom nothing is kept: Redis lost it, or they are new. All that is held of them goes along
// the next time, so that nobody ever reads a part of it.
func (u *Users) sort(taken map[string]*userChange, answers map[string]*redis.Cmd, failure *error) (unknown []string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.writing = nil
	for user, c := range taken {
		full, err := answers[user].Int()
		switch {
		case err != nil:
			*failure = fmt.Errorf("keep user %s: %w", user, err)
			u.refuse(user, c, err)
			close(c.settled)
		case full == unknownUser:
			unknown = append(unknown, user)
			c.fresh = true
			u.postpone(user, c)
		default:
			u.refused.Add(uint64(full))
			close(c.settled)
		}
	}
	u.tell(*failure)
	return unknown
}

// refuse needs mu.
func (u *Users) refuse(user string, c *userChange, err error) {
	if answered(err) {
		c.refusals++
	}
	if c.refusals >= maxRefusals {
		u.refused.Add(1)
		u.log.Error().Err(err).Str("user", user).Msg("redis does not let us keep what a user subscribed to")
		return
	}
	u.putBack(user, c)
}

// postpone needs mu. Who waits for c goes on waiting, but for a newer change.
func (u *Users) postpone(user string, c *userChange) {
	if u.pending[user] == nil {
		u.pending[user] = c
		return
	}
	u.putBack(user, c)
	close(c.settled)
}

// putBack needs mu.
func (u *Users) putBack(user string, c *userChange) {
	next := u.pending[user]
	if next == nil {
		next = newUserChange()
		u.pending[user] = next
	}
	next.under(c)
}

// tell logs once that users cannot be kept, and once that they can again. It needs mu.
func (u *Users) tell(err error) {
	switch failing := err != nil; {
	case failing && !u.failing:
		u.log.Warn().Err(err).Msg("what users subscribe to cannot be kept, trying again until it can")
	case u.failing && !failing:
		u.log.Info().Msg("what users subscribe to is kept again")
	}
	u.failing = err != nil
}
