package engineio

import "time"

const (
	slowestBPS = 16 << 10        // what has begun gets this rate's time on top of its timeout
	closeGrace = 2 * time.Second // for the client's own closing
)

// hurry gives what has begun a time to arrive: the more it announces, the more.
func (r *reader) hurry(length int) {
	if r.began.IsZero() {
		r.began = time.Now()
	}
	r.expected += length
	if !r.pinned.Load() {
		extra := time.Duration(r.expected) * time.Second / slowestBPS
		_ = r.conn.SetReadDeadline(r.began.Add(r.timeout + extra)) // fails only if closed: the read says so
		if r.pinned.Load() {
			r.pin(closeGrace) // it was pinned in between, and the pin must hold
		}
	}
}

// relax ends the hurry: an idle connection has no deadline, the heartbeat watches over it.
func (r *reader) relax() error {
	if r.began.IsZero() {
		return nil
	}
	r.began, r.expected = time.Time{}, 0
	if r.pinned.Load() {
		return nil
	}
	err := r.conn.SetReadDeadline(time.Time{})
	if r.pinned.Load() {
		r.pin(closeGrace) // it was pinned in between, and the pin must hold
	}
	return err
}

// pin replaces the deadlines of messages by one that stays. Any goroutine may call it.
func (r *reader) pin(wait time.Duration) {
	r.pinned.Store(true)
	_ = r.conn.SetReadDeadline(time.Now().Add(wait))
}

// unpin is for the goroutine that pinned and reads.
func (r *reader) unpin() error {
	r.pinned.Store(false)
	return r.conn.SetReadDeadline(time.Time{})
}
