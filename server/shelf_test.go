package server_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"

	"github.com/tickstock/tickcast/config"
	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server"
	"github.com/tickstock/tickcast/server/sio"
)

var errShelved = errors.New("away")

// shelf keeps what users subscribe to, for all sites of a spec, in the place of Redis.
type shelf struct {
	mu      sync.Mutex
	kept    map[string][]rooms.Subscription // nil = nothing is kept of the user
	cursors map[string]string
	renewed []string
	away    bool
	writes  int
	sites   []*view
}

// view is the shelf as one site sees it.
type view struct {
	*shelf
	sockets *server.Sockets
}

func newShelf() *shelf {
	return &shelf{kept: map[string][]rooms.Subscription{}, cursors: map[string]string{}}
}

func (s *shelf) Load(_ context.Context, user string) ([]rooms.Subscription, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away {
		return nil, "", errShelved
	}
	return slices.Clone(s.kept[user]), s.cursors[user], nil
}

func (v *view) Put(user string, put rooms.Subscription) <-chan struct{} {
	return v.change(user, put.Topic, put.ID, &put)
}

func (v *view) Remove(user string, topic rooms.Topic, id string) <-chan struct{} {
	return v.change(user, topic, id, nil)
}

// change never settles while the shelf is away, and is lost then: a real one would write it later.
func (v *view) change(user string, topic rooms.Topic, id string, put *rooms.Subscription) <-chan struct{} {
	v.mu.Lock()
	defer v.mu.Unlock()
	settled := make(chan struct{})
	if v.away {
		return settled
	}
	close(settled)
	v.writes++
	v.kept[user] = slices.DeleteFunc(append([]rooms.Subscription{}, v.kept[user]...), func(s rooms.Subscription) bool { return s.Topic == topic && s.ID == id })
	if put != nil {
		v.kept[user] = append(v.kept[user], *put)
	}
	for _, other := range v.sites {
		if other != v {
			go other.sockets.UserChanged(user)
		}
	}
	return settled
}

func (s *shelf) SaveCursors(cursors map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for user, cursor := range cursors {
		if server.Newer(cursor, s.cursors[user]) {
			s.cursors[user] = cursor
		}
		s.renewed = append(s.renewed, user)
	}
}

func (s *shelf) ReturnCursor(user, is, was string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cursors[user] == is {
		s.cursors[user] = was
	}
}

// goAway says whether the shelf can be reached.
func (s *shelf) goAway(away bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.away = away
}

func (s *shelf) put(user string, kept ...rooms.Subscription) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept[user] = append([]rooms.Subscription{}, kept...)
}

func (s *shelf) lose() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.kept)
}

func (s *shelf) ids(user string) func() []string {
	return func() (ids []string) {
		s.mu.Lock()
		defer s.mu.Unlock()
		for _, held := range s.kept[user] {
			ids = append(ids, held.ID)
		}
		return ids
	}
}

func (s *shelf) cursor(user string) func() string {
	return func() string {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.cursors[user]
	}
}

func (s *shelf) setCursor(user, cursor string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cursors[user] = cursor
}

// renewals takes the users whose keeping was renewed.
func (s *shelf) renewals() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	taken := s.renewed
	s.renewed = nil
	return taken
}

// proofBook is what browsers have proved, by the ids of their sockets.
type proofBook struct{ of sync.Map }

func (p *proofBook) prove(socket *sio.Socket) string {
	position, _ := p.of.Load(socket.ID())
	text, _ := position.(string)
	return text
}

func (p *proofBook) say(b *browser, position string) { p.of.Store(b.id, position) }

// site is one with a shelf, a backlog (nil = none) and proofs (nil = none).
func (s *shelf) site(backlog server.Backlog, proofs *proofBook, subscriptions config.Subscriptions) *site {
	GinkgoHelper()
	return s.siteWith(limits(), backlog, proofs, subscriptions)
}

func (s *shelf) siteWith(limits config.Sockets, backlog server.Backlog, proofs *proofBook, subscriptions config.Subscriptions) *site {
	GinkgoHelper()
	own := &view{shelf: s}
	opened := openSiteKeeping(subscriptions, config.HTTP{}, limits, nil,
		server.Sources{Identify: byCookie, Users: own, Backlog: backlog},
		func(sockets *server.Sockets) {
			own.sockets = sockets
			if proofs != nil {
				sockets.ProveBy(proofs.prove)
			}
		})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sites = append(s.sites, own)
	return opened
}

func usual() config.Subscriptions { return config.Subscriptions{Keep: time.Hour, Queued: 100} }
