package redisbridge

import (
	"sync/atomic"
	"time"
)

// ledger counts what happened to the messages of one channel.
type ledger struct {
	received    atomic.Uint64
	dropped     atomic.Uint64
	accepted    atomic.Uint64 // events; a batch makes several of one message
	rejected    [reasons]atomic.Uint64
	lastMessage atomic.Int64 // Unix nanoseconds
	lastEvent   atomic.Int64
}

func (l *ledger) arrive(at time.Time) {
	l.received.Add(1)
	l.lastMessage.Store(at.UnixNano())
}

func (l *ledger) accept(at time.Time) {
	l.accepted.Add(1)
	l.lastEvent.Store(at.UnixNano())
}

// outcome is what became of one message.
type outcome struct {
	used bool // some event was made of it
	lost bool // something in it could not be read, or broke us
}

// conclude counts a message of which nothing was usable.
func (l *ledger) conclude(o outcome) {
	if o.lost && !o.used {
		l.dropped.Add(1)
	}
}

func (l *ledger) state(name string) ChannelState {
	s := ChannelState{
		Name:        name,
		Received:    l.received.Load(),
		Dropped:     l.dropped.Load(),
		Events:      l.accepted.Load(),
		LastMessage: moment(&l.lastMessage),
		LastEvent:   moment(&l.lastEvent),
	}
	for r := Accepted + 1; r < reasons; r++ {
		if n := l.rejected[r].Load(); n > 0 {
			if s.Rejected == nil {
				s.Rejected = make(map[Reason]uint64)
			}
			s.Rejected[r] = n
		}
	}
	return s
}

func moment(nanos *atomic.Int64) time.Time {
	if n := nanos.Load(); n != 0 {
		return time.Unix(0, n)
	}
	return time.Time{}
}
