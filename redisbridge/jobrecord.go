package redisbridge

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"
)

// The statuses of a job.
const (
	statusQueued    = "queued"
	statusRunning   = "running"
	statusCompleted = "completed"
	statusFailed    = "failed"
	statusCancelled = "cancelled"
)

// jobRecord is a record as it stands in Redis. Changing it leaves every byte of
// the rest as it is: the application writes records, too.
type jobRecord struct{ *normalised }

var errUnreadable = errors.New("no record of a job")

func readJobRecord(text string) (jobRecord, error) {
	m := new(message)
	if reason := m.read(text); reason != Accepted {
		return jobRecord{}, fmt.Errorf("%w: %s", errUnreadable, reason)
	}
	return jobRecord{m.normalise(root, none)}, nil
}

func (r jobRecord) status() string { return r.words(r.member(root, "status")) }

func (r jobRecord) finished() bool {
	switch r.status() {
	case statusCompleted, statusFailed, statusCancelled:
		return true
	}
	return false
}

func (r jobRecord) of(user string) bool {
	return r.words(r.member(root, "user_id")) == user
}

// put writes a member, unless it says so already.
func (r jobRecord) put(key, value string) {
	if m := r.member(root, key); m == none || r.raw(m) != value {
		r.set(key, value)
	}
}

func (r jobRecord) changed() bool { return len(r.patches)+len(r.added) > 0 }

// collisions is how often others may be faster than us at one record.
const collisions = 20

// revise changes a record, if there is one: what change has seen is what it
// replaces, however many instances revise the same record.
func (j *Jobs) revise(ctx context.Context, id string, change func(jobRecord)) error {
	key := jobKey(id)
	swap := func(tx *redis.Tx) error {
		text, err := tx.Get(ctx, key).Result()
		if redis.HasErrorPrefix(err, "WRONGTYPE") {
			return errUnreadable
		}
		if err != nil {
			return err
		}
		record, err := readJobRecord(text)
		if err != nil {
			return err
		}
		if change(record); !record.changed() {
			return nil
		}
		_, err = tx.TxPipelined(ctx, func(p redis.Pipeliner) error {
			return p.Set(ctx, key, record.appendTo(nil), jobLife).Err()
		})
		return err
	}
	err := j.client.Watch(ctx, swap, key)
	for n := 1; n < collisions && errors.Is(err, redis.TxFailedErr); n++ {
		err = j.client.Watch(ctx, swap, key)
	}
	return err
}

// asObject is JSON of our own making.
func asObject(fields []field) string {
	out := []byte{'{'}
	for i, f := range fields {
		if i > 0 {
			out = append(out, ',')
		}
		out = appendField(out, f)
	}
	return string(append(out, '}'))
}

// quoted is a text as JSON, readable by whoever does not know HTML.
func quoted(words string) string {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(words) // a text always encodes
	return strings.TrimSuffix(out.String(), "\n")
}
