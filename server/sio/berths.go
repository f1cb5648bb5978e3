package sio

import (
	"sync"
	"time"

	"github.com/tickstock/tickcast/server/engineio"
)

// berths are the ids of a namespace that are in use, from before a socket is open until nothing more is called for it.
// Two sockets of one id would undo each other's rooms.
type berths struct {
	// Guarded by mu.
	mu      sync.Mutex
	holders map[string]*Socket
}

// take is for an id that is free, or the socket's already.
func (b *berths) take(id string, s *Socket) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.holders[id] = s
}

// clear gives s the berth of an id. Who holds it has lost its browser, which is here now: it is closed, and waited for,
// but not for ever.
func (b *berths) clear(id string, s *Socket, patience time.Duration) bool {
	late := time.NewTimer(patience / 2) // the rest is for the CONNECT
	defer late.Stop()
	for {
		b.mu.Lock()
		holder := b.holders[id]
		if holder == nil {
			b.holders[id] = s
		}
		b.mu.Unlock()
		if holder == nil {
			return true
		}
		holder.session.engine.Close(engineio.ServerClose)
		select {
		case <-holder.ashoreBy():
		case <-late.C:
			return false
		}
	}
}

func (b *berths) leave(id string, s *Socket) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.holders[id] == s {
		delete(b.holders, id)
	}
}

// ashoreBy is closed once the socket has parted.
func (s *Socket) ashoreBy() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ashore == nil {
		s.ashore = make(chan struct{})
		if s.parted {
			close(s.ashore)
		}
	}
	return s.ashore
}

// part gives the berth up: nothing more is called for the socket.
func (s *Socket) part() {
	s.namespace.berths.leave(s.id, s)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.parted = true; s.ashore != nil {
		close(s.ashore)
	}
}

// abandon gives up a socket whose CONNECT has ended without making it one of its namespace.
func (s *Socket) abandon() {
	s.mu.Lock()
	never := !s.opened
	if never {
		s.state = gone
	}
	s.mu.Unlock()
	if never {
		s.part()
	}
}
