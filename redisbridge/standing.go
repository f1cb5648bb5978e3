package redisbridge

import (
	"sync"
	"time"

	"github.com/rs/zerolog"
)

// standing is how we stand with Redis: it is told of every change, logs each
// loss and each return once, and counts them.
type standing struct {
	// Set once, then read only.
	log zerolog.Logger
	// Guarded by mu.
	mu        sync.Mutex
	phase     Phase
	since     time.Time
	reason    string
	refused   bool // the reason is Redis' own answer, not its absence
	warned    bool // of the present absence
	begun     bool // has been subscribed at least once
	losses    uint64
	returns   uint64
	roundTrip time.Duration
}

func newStanding(log zerolog.Logger) *standing {
	return &standing{log: log, phase: Connecting, since: time.Now(), reason: "not subscribed yet"}
}

// hear tells that every channel is confirmed, or that the probe came back.
func (s *standing) hear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.phase == Subscribed {
		return
	}
	away := time.Since(s.since)
	s.phase, s.since, s.reason, s.warned = Subscribed, time.Now(), "", false
	if !s.begun {
		s.begun = true
		s.log.Info().Stringer("after", away.Round(time.Millisecond)).Msg("subscribed to redis")
		return
	}
	s.returns++
	s.log.Info().Stringer("after", away.Round(time.Millisecond)).Uint64("returns", s.returns).Msg("redis is back")
}

// lose tells why there is no hearing. A reason is logged when it is new in
// kind: Redis away, then Redis refusing us, are two things to mend.
func (s *standing) lose(phase Phase, err error, refused bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.phase == Subscribed {
		s.losses++
		s.since = time.Now()
	}
	s.phase, s.reason = phase, err.Error()
	if s.warned && s.refused == refused {
		s.log.Debug().Err(err).Str("phase", string(phase)).Msg("redis is still away")
		return
	}
	s.warned, s.refused = true, refused
	said := "redis is lost, trying again until it is back"
	if !s.begun {
		said = "redis is not there yet, trying until it is"
	}
	s.log.Warn().Err(err).Str("phase", string(phase)).Uint64("losses", s.losses).Msg(said)
}

func (s *standing) hearing() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.phase == Subscribed
}

func (s *standing) deaf() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.phase == Deaf
}

func (s *standing) probed(roundTrip time.Duration) {
	s.mu.Lock()
	s.roundTrip = roundTrip
	s.mu.Unlock()
	s.hear()
}

// fill writes the standing into a snapshot.
func (s *standing) fill(state *State) {
	s.mu.Lock()
	defer s.mu.Unlock()
	state.Phase, state.Since, state.Reason = s.phase, s.since, s.reason
	state.Losses, state.Returns, state.RoundTrip = s.losses, s.returns, s.roundTrip
}
