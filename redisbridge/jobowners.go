package redisbridge

import (
	"container/list"
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/tickstock/tickcast/rooms"
)

const (
	maxOwners       = 10_000
	maxAnnouncement = 1024            // bytes
	nobodyLife      = 5 * time.Minute // in which Redis is not asked again for an owner that it does not know
)

// owners remembers whose jobs are, the latest used of them, and for a while which are nobody's.
type owners struct {
	// Set once, then read only.
	limit int
	// Guarded by mu.
	mu     sync.Mutex
	places map[string]*list.Element // by job
	order  *list.List               // of ownership, the latest used first
}

type ownership struct {
	id, user string    // user is empty: nobody's
	until    time.Time // of what is nobody's
}

func newOwners(limit int) *owners {
	return &owners{limit: limit, places: make(map[string]*list.Element), order: list.New()}
}

// add learns an owner. That a job is nobody's says nothing against an owner who is known.
func (o *owners) add(id, user string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	learned := ownership{id: id, user: user, until: time.Now().Add(nobodyLife)}
	if place, known := o.places[id]; known {
		if user != "" || place.Value.(ownership).user == "" {
			place.Value = learned
		}
		o.order.MoveToFront(place)
		return
	}
	o.places[id] = o.order.PushFront(learned)
	if o.order.Len() > o.limit {
		delete(o.places, o.order.Remove(o.order.Back()).(ownership).id)
	}
}

// of is the owner of a job, empty if it is nobody's; false if that is not known.
func (o *owners) of(id string) (user string, known bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	place, known := o.places[id]
	if !known {
		return "", false
	}
	held := place.Value.(ownership)
	if held.user == "" && time.Now().After(held.until) {
		return "", false
	}
	o.order.MoveToFront(place)
	return held.user, true
}

// audience of what the producer says of a job: its owner, wherever he is
// connected. A job that nobody owns is everyone's. It is false as long as only
// Redis knows whose the job is.
func (j *Jobs) audience(id string) (to rooms.Audience, known bool) {
	user, known := j.owners.of(id)
	switch {
	case user != "":
		return rooms.Audience{Namespace: everyone().Namespace, Rooms: []rooms.Room{rooms.UserRoom(user)}}, true
	case known, !submittable(id):
		return everyone(), true
	}
	return rooms.Audience{}, false
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
