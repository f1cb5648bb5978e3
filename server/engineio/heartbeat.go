package engineio

import (
	"context"
	"sync"
	"time"
)

// wheel is the one timer of all sessions: a session lies in the slot of its next beat.
type wheel struct {
	beat     time.Duration
	interval int64 // in beats
	timeout  int64 // in beats

	mu    sync.Mutex
	slots [][]*Session
}

// A beat is a fine part of the interval, but never so fine that an idle server is busy.
const (
	beatsPerInterval = 50
	slowestBeat      = 200 * time.Millisecond
	quickestBeat     = 5 * time.Millisecond
)

func newWheel(interval, timeout time.Duration) *wheel {
	beat := min(max(min(interval, timeout)/beatsPerInterval, quickestBeat), slowestBeat)
	w := &wheel{beat: beat, interval: beats(interval, beat), timeout: beats(timeout, beat)}
	w.slots = make([][]*Session, max(w.interval, w.timeout)+2)
	return w
}

func beats(d, beat time.Duration) int64 { return int64((d + beat - 1) / beat) }

// add puts a new session where its first ping is due.
func (w *wheel) add(s *Session, now int64) {
	s.pinged = now // as if the handshake were the first ping
	w.put(s, now+w.interval)
}

func (w *wheel) put(s *Session, due int64) {
	slot := due % int64(len(w.slots))
	w.mu.Lock()
	w.slots[slot] = append(w.slots[slot], s)
	w.mu.Unlock()
}

// due empties the slot of that beat.
func (w *wheel) due(now int64) []*Session {
	slot := now % int64(len(w.slots))
	w.mu.Lock()
	defer w.mu.Unlock()
	sessions := w.slots[slot]
	w.slots[slot] = nil
	return sessions
}

// heartbeat turns the wheel until ctx ends.
func (s *Server) heartbeat(ctx context.Context) {
	ticker := time.NewTicker(s.wheel.beat)
	defer ticker.Stop()
	start := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		// A late tick must not slow the clock: catch up with what has passed.
		now := int64(time.Since(start) / s.wheel.beat)
		if lost := now - s.beat.Load() - s.wheel.timeout/4; lost > 0 {
			// Not the clients were silent: the whole process was stopped. They get the time to answer.
			start, now = start.Add(time.Duration(lost)*s.wheel.beat), now-lost
		}
		for s.beat.Load() < now {
			beat := s.beat.Add(1)
			for _, session := range s.wheel.due(beat) {
				if next := session.pulse(beat, s.wheel); next > 0 {
					s.wheel.put(session, next)
				}
			}
		}
	}
}

// pulse pings, or ends a session that is silent for too long. It returns the beat of the next
// look, 0 for none: a closed session stays in the wheel until then, at most an interval long.
func (s *Session) pulse(now int64, w *wheel) int64 {
	if !s.Open() {
		return 0
	}
	heard := s.heard.Load()
	if s.protocol == 3 { // the client pings
		if now-heard >= w.interval+w.timeout {
			s.Close(PingTimeout)
			return 0
		}
		return min(heard+w.interval+w.timeout, now+w.interval)
	}
	// Whatever came since the ping answers it.
	if answered := heard >= s.pinged; !answered {
		if now-s.pinged >= w.timeout {
			s.Close(PingTimeout)
			return 0
		}
		return min(now+1+w.interval/10, s.pinged+w.timeout)
	}
	if now-s.pinged >= w.interval {
		s.pinged = now
		s.proof.ping(s.server.cfg.Mark)
		s.Send(pingFrame)
		return now + min(w.interval, w.timeout)
	}
	return s.pinged + w.interval
}
