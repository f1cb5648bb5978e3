package redisbridge

import (
	"container/list"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/redis/go-redis/v9"

	"github.com/tickstock/tickcast/rooms"
)

const (
	maxOwners       = 10_000
	ownersAtOnce    = 500  // read in one go
	maxAnnouncement = 1024 // bytes
)

// owners remembers whose jobs are, the latest used of them.
type owners struct {
	// Set once, then read only.
	limit int
	// Guarded by mu.
	mu     sync.Mutex
	places map[string]*list.Element // by job
	order  *list.List               // of ownership, the latest used first
}

type ownership struct{ id, user string }

func newOwners(limit int) *owners {
	return &owners{limit: limit, places: make(map[string]*list.Element), order: list.New()}
}

func (o *owners) add(id, user string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if place, known := o.places[id]; known {
		place.Value = ownership{id, user}
		o.order.MoveToFront(place)
		return
	}
	o.places[id] = o.order.PushFront(ownership{id, user})
	if o.order.Len() > o.limit {
		delete(o.places, o.order.Remove(o.order.Back()).(ownership).id)
	}
}

// of is the owner of a job; empty if it is nobody's, or unknown.
func (o *owners) of(id string) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	place, known := o.places[id]
	if !known {
		return ""
	}
	o.order.MoveToFront(place)
	return place.Value.(ownership).user
}

// audience of what the producer says of a job: its owner, wherever he is
// connected. A job that nobody owns is everyone's.
func (j *Jobs) audience(id string) rooms.Audience {
	if j == nil {
		return everyone()
	}
	user := j.owners.of(id)
	if user == "" {
		return everyone()
	}
	return rooms.Audience{Namespace: everyone().Namespace, Rooms: []rooms.Room{rooms.UserRoom(user)}}
}

// announcement tells the other instances whose a job is.
type announcement struct {
	Job  string `json:"job_id"`
	User string `json:"user"`
}

// announce comes before the job itself: Redis answers only when all instances
// have it on their lines, so none hears the producer first.
func (j *Jobs) announce(ctx context.Context, added job) error {
	if added.user == "" {
		return nil
	}
	j.owners.add(added.id, added.user)
	said := asObject([]field{{"job_id", quoted(added.id)}, {"user", quoted(added.user)}})
	if err := j.client.Publish(ctx, announceChannel, said).Err(); err != nil {
		return fmt.Errorf("announce a backtest: %w", err)
	}
	return nil
}

// learn hears an announcement.
func (j *Jobs) learn(said string) {
	var a announcement
	if len(said) > maxAnnouncement || json.Unmarshal([]byte(said), &a) != nil || !keepable(a.Job) || a.User == "" {
		j.log.Debug().Int("bytes", len(said)).Msg("an announcement of a backtest was skipped")
		return
	}
	j.owners.add(a.Job, a.User)
}

// missed tells that announcements may have been missed: the Bridge was not listening until now.
func (j *Jobs) missed() {
	if j == nil {
		return
	}
	j.stale.Store(true)
	j.nudge()
}

// loadOwners reads the owners of the jobs that are active, the oldest first.
func (j *Jobs) loadOwners(ctx context.Context) error {
	active, err := j.client.ZRange(ctx, activeKey, -maxOwners, -1).Result()
	if err != nil {
		return fmt.Errorf("read the active backtests: %w", err)
	}
	for ids := range slices.Chunk(active, ownersAtOnce) {
		answers, err := j.client.Pipelined(ctx, func(p redis.Pipeliner) error {
			for _, id := range ids {
				p.Get(ctx, ownerKey(id))
			}
			return nil
		})
		if err != nil && !errors.Is(err, redis.Nil) {
			return fmt.Errorf("read the owners of backtests: %w", err)
		}
		for i, answer := range answers {
			if user, err := answer.(*redis.StringCmd).Result(); err == nil && user != "" {
				j.owners.add(ids[i], user)
			}
		}
	}
	return nil
}
