package rooms

import (
	"slices"
	"sync"
)

// Members knows which sockets are in which rooms. It is safe for concurrent use;
// recipients are copied under its lock, so that sending happens outside it.
type Members[S comparable] struct {
	// Guarded by mu.
	mu       sync.Mutex
	everyone crowd[S]
	rooms    table[Room, *crowd[S]] // none is empty
	members  table[S, *member[S]]
	users    int
	round    uint64 // counts the appending; marks who was taken, or excepted, in this one
}

// MemberCounts are gauges: exactly 0 once everyone has left.
type MemberCounts struct {
	Sockets int
	Rooms   int
	Users   int // rooms of users, so that several tabs count once
}

// crowd is the sockets of one room, in no particular order.
type crowd[S comparable] struct {
	room  Room
	seats []seat[S]
}

// seat and place point at each other, so that leaving costs the same in a room of thousands.
type seat[S comparable] struct {
	member *member[S]
	place  int // in member.places
}

type member[S comparable] struct {
	socket S
	round  uint64
	places []place[S] // the first is its seat in everyone
}

type place[S comparable] struct {
	crowd *crowd[S]
	seat  int // in crowd.seats
}

// NewMembers returns empty Members.
func NewMembers[S comparable]() *Members[S] { return new(Members[S]) }

// Join adds s to the rooms. Without rooms it is only one of everyone.
func (m *Members[S]) Join(s S, rooms ...Room) {
	m.mu.Lock()
	defer m.mu.Unlock()
	who, ok := m.members.get(s)
	if !ok {
		who = &member[S]{socket: s}
		m.members.set(s, who)
		m.everyone.seatFor(who)
	}
	for _, room := range rooms {
		if who.placeIn(room) < 0 {
			m.crowdOf(room).seatFor(who)
		}
	}
}

// Leave takes s out of the rooms; it remains one of everyone.
func (m *Members[S]) Leave(s S, rooms ...Room) {
	m.mu.Lock()
	defer m.mu.Unlock()
	who, ok := m.members.get(s)
	if !ok {
		return
	}
	for _, room := range rooms {
		if p := who.placeIn(room); p > 0 {
			m.vacate(who, p)
		}
	}
}

// LeaveAll forgets s.
func (m *Members[S]) LeaveAll(s S) {
	m.mu.Lock()
	defer m.mu.Unlock()
	who, ok := m.members.get(s)
	if !ok {
		return
	}
	for p := len(who.places) - 1; p >= 0; p-- {
		m.vacate(who, p)
	}
	m.members.delete(s)
}

// AppendIn appends to dst each socket once that is in any of the rooms, and in none of the excepted ones.
func (m *Members[S]) AppendIn(dst []S, rooms []Room, except ...Room) []S {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.pass(except)
	for _, room := range rooms {
		if c, ok := m.rooms.get(room); ok {
			dst = c.appendNew(dst, m.round)
		}
	}
	return dst
}

// AppendAll appends everyone to dst who is in none of the excepted rooms.
func (m *Members[S]) AppendAll(dst []S, except ...Room) []S {
	m.mu.Lock()
	defer m.mu.Unlock()
	dst = slices.Grow(dst, len(m.everyone.seats))
	if len(except) > 0 {
		m.pass(except)
		return m.everyone.appendNew(dst, m.round)
	}
	for _, s := range m.everyone.seats {
		dst = append(dst, s.member.socket)
	}
	return dst
}

// pass begins a round in which the sockets of these rooms count as taken.
func (m *Members[S]) pass(except []Room) {
	m.round++
	for _, room := range except {
		if c, ok := m.rooms.get(room); ok {
			for _, s := range c.seats {
				s.member.round = m.round
			}
		}
	}
}

// Rooms lists the rooms of s.
func (m *Members[S]) Rooms(s S) []Room {
	m.mu.Lock()
	defer m.mu.Unlock()
	who, ok := m.members.get(s)
	if !ok {
		return nil
	}
	rooms := make([]Room, 0, len(who.places)-1)
	for _, p := range who.places[1:] {
		rooms = append(rooms, p.crowd.room)
	}
	return rooms
}

// In returns the number of sockets in the room.
func (m *Members[S]) In(room Room) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	if c, ok := m.rooms.get(room); ok {
		return len(c.seats)
	}
	return 0
}

// Counts returns the gauges.
func (m *Members[S]) Counts() MemberCounts {
	m.mu.Lock()
	defer m.mu.Unlock()
	return MemberCounts{Sockets: m.members.len(), Rooms: m.rooms.len(), Users: m.users}
}

func (m *Members[S]) crowdOf(room Room) *crowd[S] {
	if c, ok := m.rooms.get(room); ok {
		return c
	}
	c := &crowd[S]{room: room}
	m.rooms.set(room, c)
	if room.OfUser() {
		m.users++
	}
	return c
}

// vacate gives up who's place p. An emptied room vanishes.
func (m *Members[S]) vacate(who *member[S], p int) {
	c := who.places[p].crowd
	c.vacate(who.places[p].seat)
	last := len(who.places) - 1
	if p != last {
		moved := who.places[last]
		who.places[p] = moved
		moved.crowd.seats[moved.seat].place = p
	}
	who.places[last] = place[S]{}
	who.places = who.places[:last]
	if c == &m.everyone || len(c.seats) > 0 {
		return
	}
	m.rooms.delete(c.room)
	if c.room.OfUser() {
		m.users--
	}
}

// appendNew appends those of the crowd who were not taken in this round.
func (c *crowd[S]) appendNew(dst []S, round uint64) []S {
	for _, s := range c.seats {
		if s.member.round != round {
			s.member.round = round
			dst = append(dst, s.member.socket)
		}
	}
	return dst
}

func (c *crowd[S]) seatFor(who *member[S]) {
	c.seats = append(c.seats, seat[S]{member: who, place: len(who.places)})
	who.places = append(who.places, place[S]{crowd: c, seat: len(c.seats) - 1})
}

// vacate fills seat at with whoever sits on the last one.
func (c *crowd[S]) vacate(at int) {
	last := len(c.seats) - 1
	if at != last {
		moved := c.seats[last]
		c.seats[at] = moved
		moved.member.places[moved.place].seat = at
	}
	c.seats[last] = seat[S]{}
	c.seats = shrink(c.seats[:last])
}

// placeIn is -1 if who is not in the room. A socket is in a few rooms, so looking through them is quick.
func (who *member[S]) placeIn(room Room) int {
	return slices.IndexFunc(who.places, func(p place[S]) bool { return p.crowd.room == room })
}
