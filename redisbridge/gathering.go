package redisbridge

import "time"

// A message that is read by itself costs a wake-up and a system call, which is far more than to
// understand it. While they come thick and fast, the reader lets some gather in the connection.
const (
	gatherFor   = time.Millisecond       // what each of them may wait longer
	gatherBelow = 500 * time.Microsecond // between two messages; less often than that nothing waits
	gatherAfter = 8                      // such messages in a row: a few at once are no stream
	gatherMost  = 64                     // waiting messages that are enough: more is a flood, and we are what is slow
	readAtOnce  = 30 * time.Microsecond  // a message that took no longer had been waiting for us
)

// gathering watches the pace of the messages. The zero value has seen none.
type gathering struct {
	last time.Time
	soon int // messages in a row that had to be waited for, but not for long
	many int // messages since then that had been waiting
}

// read notes that a message has been read and reports for how long the next may gather. As long
// as there are some that wait already, that is not at all.
func (g *gathering) read(now time.Time) time.Duration {
	waited, many := now.Sub(g.last), g.many
	g.last = now
	if waited <= readAtOnce {
		g.many++
		return 0
	}
	g.many = 0
	if waited > gatherBelow || many > gatherMost {
		g.soon = 0
		return 0
	}
	if g.soon = min(g.soon+1, gatherAfter); g.soon < gatherAfter {
		return 0
	}
	g.last = now.Add(gatherFor)
	return gatherFor
}
