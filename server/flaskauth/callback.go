package flaskauth

import (
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
)

const (
	maxRemembered = 10_000 // answers that are kept
	logBurst      = 4      // changes logged in a logPeriod; the counters have them all
	logPeriod     = time.Minute
)

// CallbackConfig says how the application is asked. There are no hidden defaults.
type CallbackConfig struct {
	URL     string        // a route of the application that says who has sent the request
	Timeout time.Duration // of one question
	Keep    time.Duration // how long an answer counts; 0 = every question is put
}

// Callback asks the application who sends a request: it alone knows of roles, of accounts that were shut,
// and of sessions that it has ended.
type Callback struct {
	// Set once, then read only.
	url     string
	timeout time.Duration
	client  *http.Client
	log     zerolog.Logger
	counts  map[string]*atomic.Uint64
	// Safe for concurrent use on its own.
	memo *memo
	// Guarded by mu.
	mu      sync.Mutex
	asked   bool
	failure Failure   // of the last question; empty = it was answered
	since   time.Time // of that
}

// NewCallback asks nothing yet.
func NewCallback(cfg CallbackConfig, log zerolog.Logger) *Callback {
	c := &Callback{
		url: cfg.URL, timeout: cfg.Timeout, client: newClient(),
		log:    log.Sample(&zerolog.BurstSampler{Burst: logBurst, Period: logPeriod}),
		counts: map[string]*atomic.Uint64{}, memo: newMemo(cfg.Keep, maxRemembered),
	}
	for _, result := range results() {
		c.counts[result] = new(atomic.Uint64)
	}
	return c
}

// Ask may answer from memory. Its error is a Failure.
func (c *Callback) Ask(who Credentials) (Answer, error) {
	key := who.Key()
	if answer, known := c.memo.recall(key, time.Now()); known {
		c.counts[remembered].Add(1)
		return answer, nil
	}
	return c.memo.share(key, func() (Answer, error) { return c.put(who) })
}

// AskAgain puts the question in any case, and remembers the new answer.
func (c *Callback) AskAgain(who Credentials) (Answer, error) {
	return c.memo.share(who.Key(), func() (Answer, error) { return c.put(who) })
}

// Forget drops what the application has said of a user.
func (c *Callback) Forget(user string) { c.memo.forget(user) }

// Close ends the connections that wait for another question.
func (c *Callback) Close() { c.client.CloseIdleConnections() }

func (c *Callback) put(who Credentials) (Answer, error) {
	answer, err := c.ask(who)
	failure, _ := errors.AsType[Failure](err)
	c.counts[resultOf(answer, failure)].Add(1)
	c.note(failure)
	return answer, err
}

func resultOf(answer Answer, failure Failure) string {
	switch {
	case failure != "":
		return string(failure)
	case answer.Disabled:
		return saidDisabled
	case answer.User == "":
		return saidNobody
	}
	return saidUser
}

// note tells the log when the answers end, and when they come again.
func (c *Callback) note(failure Failure) {
	c.mu.Lock()
	defer c.mu.Unlock()
	before, first := c.failure, !c.asked
	c.asked, c.failure = true, failure
	if first || before != failure {
		c.since = time.Now()
	}
	switch {
	case failure != "" && before == "":
		c.log.Warn().Str("reason", string(failure)).Msg("the auth callback gives no answer")
	case failure == "" && before != "":
		c.log.Info().Msg("the auth callback answers again")
	}
}

// CallbackState is a snapshot.
type CallbackState struct {
	Asked   bool
	Failure Failure   // of the last question
	Since   time.Time // since when that is so
	Results map[string]uint64
}

// State counts everything since the start.
func (c *Callback) State() CallbackState {
	c.mu.Lock()
	s := CallbackState{Asked: c.asked, Failure: c.failure, Since: c.since, Results: map[string]uint64{}}
	c.mu.Unlock()
	for result, n := range c.counts {
		s.Results[result] = n.Load()
	}
	return s
}
