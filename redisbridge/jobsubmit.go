package redisbridge

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

// What one user may have, so that nobody can fill Redis.
const (
	maxActiveJobs = 10
	maxHourlyJobs = 100
	maxListedJobs = 100  // in an answer
	maxKeptJobs   = 1000 // on the user's list
)

// job is a backtest that is being submitted.
type job struct {
	id      string
	user    string // empty: of nobody in particular
	created time.Time
	asked   jobRequest
}

func newJob(user string, asked jobRequest, now time.Time) job {
	var random [4]byte
	rand.Read(random[:]) // never fails
	id := fmt.Sprintf("%s%d_%x", jobPrefix, now.Unix(), random)
	return job{id: id, user: user, created: now, asked: asked}
}

func (j job) userID() string { return cmp.Or(j.user, anonymous) }

// message is what the producer hears.
func (j job) message() string {
	return asObject([]field{
		{"type", `"backtest_job"`},
		{"job_id", quoted(j.id)},
		{"user_id", quoted(j.userID())},
		{"symbols", j.asked.symbols},
		{"start_date", j.asked.start},
		{"end_date", j.asked.end},
		{"patterns", j.asked.patterns},
		{"parameters", asObject(j.asked.parameters)},
		{"timestamp", epoch(j.created)},
		{"source", jobSource},
	})
}

// jobSource is the application as the producer knows it.
const jobSource = `"tickstock_appv2"`

// record has its parameters beside the rest, as the application's records do.
func (j job) record() string {
	config := append([]field{
		{"symbols", j.asked.symbols},
		{"start_date", j.asked.start},
		{"end_date", j.asked.end},
		{"patterns", j.asked.patterns},
	}, j.asked.parameters...)
	return asObject([]field{
		{"job_id", quoted(j.id)},
		{"user_id", quoted(j.userID())},
		{"config", asObject(config)},
		{"status", quoted(statusQueued)},
		{"created_at", epoch(j.created)},
		{"started_at", "null"},
		{"completed_at", "null"},
		{"progress", "0.0"},
		{"current_symbol", "null"},
		{"estimated_completion", "null"},
		{"error_message", "null"},
		{"results", "null"},
	})
}

// Submit publishes a job and returns its id. A *rooms.FieldError says what is
// wrong with the request. The record comes first, so that a producer which
// answers at once finds it; a job that cannot be published leaves none.
func (j *Jobs) Submit(ctx context.Context, user string, request json.RawMessage) (id string, err error) {
	asked, err := readJobRequest(request)
	if err != nil {
		return "", err
	}
	done, err := j.turn(ctx)
	if err != nil {
		return "", fmt.Errorf("submit a backtest: %w", err)
	}
	defer done()
	added := newJob(user, asked, time.Now())
	for _, step := range []func(context.Context, job) error{j.enter, j.admit, j.announce, j.publish} {
		if err := step(ctx, added); err != nil {
			j.withdraw(ctx, added)
			return "", err
		}
	}
	return added.id, nil
}

// enter writes the record and puts it on the lists, which stay bounded.
func (j *Jobs) enter(ctx context.Context, added job) error {
	// The record before the lists: List strikes off what has none.
	if err := j.client.Set(ctx, jobKey(added.id), added.record(), jobLife).Err(); err != nil {
		return fmt.Errorf("write the record of a backtest: %w", err)
	}
	entry := redis.Z{Score: float64(added.created.UnixMicro()) / 1e6, Member: added.id}
	expired := strconv.FormatInt(added.created.Add(-jobLife).Unix(), 10)
	mine := userJobsKey(added.userID())
	_, err := j.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		p.ZAdd(ctx, mine, entry)
		p.ZRemRangeByRank(ctx, mine, 0, -maxKeptJobs-1)
		p.Expire(ctx, mine, indexLife)
		p.ZAdd(ctx, activeKey, entry)
		p.ZRemRangeByScore(ctx, activeKey, "-inf", "("+expired)
		if added.user != "" {
			p.Set(ctx, ownerKey(added.id), added.user, jobLife)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("list a backtest: %w", err)
	}
	return nil
}

// admit refuses what is too much for one user. The job is on the lists already,
// so that of many submissions at one time none slips through.
func (j *Jobs) admit(ctx context.Context, added job) error {
	mine := userJobsKey(added.userID())
	anHourAgo := strconv.FormatInt(added.created.Add(-time.Hour).Unix(), 10)
	hourly, err := j.client.ZCount(ctx, mine, anHourAgo, "+inf").Result()
	if err != nil {
		return fmt.Errorf("count the backtests of a user: %w", err)
	}
	if hourly > maxHourlyJobs {
		return refused("user", "has submitted %d backtests within an hour: try again later", maxHourlyJobs)
	}
	latest, err := j.client.ZRevRange(ctx, mine, 0, maxHourlyJobs-1).Result()
	if err != nil {
		return fmt.Errorf("list the backtests of a user: %w", err)
	}
	active, err := j.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, id := range latest {
			p.ZScore(ctx, activeKey, id)
		}
		return nil
	})
	if err != nil && !errors.Is(err, redis.Nil) {
		return fmt.Errorf("count the active backtests of a user: %w", err)
	}
	active = slices.DeleteFunc(active, func(score redis.Cmder) bool { return score.Err() != nil })
	if len(active) > maxActiveJobs {
		return refused("user", "has %d backtests queued or running: wait for one, or cancel one", maxActiveJobs)
	}
	return nil
}

// publish hands the job to the producer. One that is away does not hear it, and
// the job stays queued: that is told where Redis says that nobody listens.
func (j *Jobs) publish(ctx context.Context, added job) error {
	listeners, err := j.client.Publish(ctx, submitChannel, added.message()).Result()
	if err != nil {
		return fmt.Errorf("publish a backtest: %w", err)
	}
	j.log.Info().Str("job", added.id).Str("user", added.userID()).Int64("listeners", listeners).Msg("backtest submitted")
	return nil
}

// withdraw leaves nothing of a submission. What Redis cannot do now is done when it can.
func (j *Jobs) withdraw(ctx context.Context, failed job) {
	if ctx.Err() != nil || j.erase(ctx, failed.id, failed.userID()) != nil {
		j.note(jobUpdate{id: failed.id, user: failed.userID(), final: true, withdrawn: true})
	}
}

func (j *Jobs) erase(ctx context.Context, id, user string) error {
	_, err := j.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		p.ZRem(ctx, userJobsKey(user), id)
		p.ZRem(ctx, activeKey, id)
		p.Del(ctx, jobKey(id))
		p.Del(ctx, ownerKey(id))
		return nil
	})
	if err != nil {
		return fmt.Errorf("erase %s: %w", id, err)
	}
	return nil
}
