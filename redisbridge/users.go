package redisbridge

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"

	"github.com/tickstock/tickcast/rooms"
)

const (
	usersChannel = "tickcast:users" // ours: whose subscriptions have changed
	userPatience = time.Second      // for one round of writing
	userRetryMax = time.Second
	userFlush    = 500 * time.Millisecond // for what is not written when Run ends
	usersAtOnce  = 128                    // in one round trip
)

// userKey names a hash: each subscription is a field, and so is how far the user has seen.
func userKey(user string) string { return "tickcast:user:" + user }

// UserListener is told what other instances change. It must not wait.
type UserListener interface {
	// UserChanged tells that what is kept of a user was changed.
	UserChanged(user string)
	// UserUnknown tells that nothing is kept of a user of whom something is to be written: all that is held is to be put.
	UserUnknown(user string)
	// UsersMissed tells that it may have been, of any user, and nobody has told us.
	UsersMissed()
}

// Users keeps in Redis what users subscribed to and how far they have seen. What is to be written is
// remembered first: Run writes it as soon as Redis takes it. The methods are for any goroutine.
type Users struct {
	// Set once, then read only.
	client   redis.UniversalClient
	keep     time.Duration
	instance string
	log      zerolog.Logger
	seldom   zerolog.Logger
	listener UserListener // nil = nobody
	wake     chan struct{}
	settled  chan struct{} // closed: for who need not wait
	// Safe for concurrent use on their own.
	skipped atomic.Uint64
	refused atomic.Uint64
	// Guarded by mu.
	mu      sync.Mutex
	pending map[string]*userChange
	writing map[string]*userChange // at Redis just now
	failing bool
}

// NewUsers prepares Users. Who stays away for keep is forgotten. A Bridge that is to follow them is told so with FollowUsers.
func NewUsers(client redis.UniversalClient, keep time.Duration, log zerolog.Logger) *Users {
	u := &Users{
		client:   client,
		keep:     keep,
		instance: rand.Text(),
		log:      log,
		seldom:   log.Sample(&zerolog.BurstSampler{Burst: logBurst, Period: logPeriod}),
		wake:     make(chan struct{}, 1),
		settled:  make(chan struct{}),
		pending:  make(map[string]*userChange),
	}
	close(u.settled)
	return u
}

// Tell has the listener told of changes. It comes before the Bridge's Run.
func (u *Users) Tell(listener UserListener) { u.listener = listener }

// UsersState counts what went wrong.
type UsersState struct {
	Pending int    // users of whom something is not written yet
	Skipped uint64 // entries that could not be read, or were not ours to understand
	Refused uint64 // changes that Redis did not take, and that were given up
}

// State is a snapshot.
func (u *Users) State() UsersState {
	u.mu.Lock()
	defer u.mu.Unlock()
	return UsersState{Pending: len(u.pending) + len(u.writing), Skipped: u.skipped.Load(), Refused: u.refused.Load()}
}

// Load is what is kept of a user: nil subscriptions say that nothing is, none that the user wants none. An entry
// that cannot be read is skipped. What is not written yet counts. Loading renews the time of keeping.
func (u *Users) Load(ctx context.Context, user string) (kept []rooms.Subscription, cursor string, err error) {
	if !speakable(user) {
		return nil, "", nil
	}
	unwritten := u.unwritten(user) // before Redis is asked: a change that comes later is told to whoever loads
	pipe := u.client.Pipeline()
	entries := pipe.HGetAll(ctx, userKey(user))
	pipe.PExpire(ctx, userKey(user), u.keep)
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, "", fmt.Errorf("load user %s: %w", user, err)
	}
	fields := entries.Val()
	for _, change := range unwritten {
		change.overlay(fields)
	}
	kept, skipped := subscriptionsOf(user, fields)
	if skipped > 0 {
		u.skipped.Add(uint64(skipped))
		u.seldom.Warn().Str("user", user).Int("entries", skipped).Msg("saved subscriptions were skipped: they cannot be read")
	}
	return kept, fields[cursorField], nil
}

// announcedUser tells the other instances that a user was changed.
type announcedUser struct {
	Instance string `json:"instance"`
	User     string `json:"user"`
}

// learn hears an announcement, on the reader of the Bridge.
func (u *Users) learn(said string) {
	var a announcedUser
	if len(said) > maxAnnouncement || json.Unmarshal([]byte(said), &a) != nil || !speakable(a.User) {
		u.log.Debug().Int("bytes", len(said)).Msg("an announcement of a user was skipped")
		return
	}
	if a.Instance != u.instance && u.listener != nil {
		u.listener.UserChanged(a.User)
	}
}

// resubscribed is told when announcements are heard again, of which some may have been missed.
func (u *Users) resubscribed() {
	u.nudge()
	if u.listener != nil {
		u.listener.UsersMissed()
	}
}

func (u *Users) nudge() {
	select {
	case u.wake <- struct{}{}:
	default: // it is awake
	}
}

// FollowUsers has the users told what other instances say of them. It comes before Run.
func (b *Bridge) FollowUsers(users *Users) { b.users = users }
