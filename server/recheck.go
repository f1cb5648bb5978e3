package server

import (
	"context"
	"time"

	"github.com/tickstock/tickcast/server/flaskauth"
	"github.com/tickstock/tickcast/server/sio"
	"golang.org/x/sync/errgroup"
)

const (
	recheckSlots   = 32          // parts of an interval; a key has its own, so that questions are spread
	recheckAtOnce  = 16          // questions
	expiryPeriod   = time.Second // between two looks at the ends of tokens
	unprovedBefore = 2           // questions without an answer end an admin's rights
)

// recheck asks the application again about all sockets of users, until ctx ends: once an interval for each
// distinct cookie.
func (s *Sockets) recheck(ctx context.Context) {
	proofs := s.sources.Proofs
	if proofs == nil || proofs.Callback == nil || s.sources.Recheck <= 0 {
		return
	}
	steps := time.NewTicker(max(s.sources.Recheck/recheckSlots, time.Millisecond))
	defer steps.Stop()
	for slot := 0; ; slot = (slot + 1) % recheckSlots {
		select {
		case <-ctx.Done():
			return
		case <-steps.C:
			s.askAgain(s.due(slot))
		}
	}
}

// due groups those whom the application is to be asked about.
func (s *Sockets) due(slot int) map[flaskauth.Key][]*sio.Socket {
	due := map[flaskauth.Key][]*sio.Socket{}
	for _, socket := range s.users.AppendAll(nil) {
		if asked := s.userOf(socket).asked; asked != (flaskauth.Key{}) && int(asked[0])%recheckSlots == slot {
			due[asked] = append(due[asked], socket)
		}
	}
	return due
}

// expire cuts those whose token has ended, until ctx ends. No question holds it up.
func (s *Sockets) expire(ctx context.Context) {
	if s.sources.Proofs == nil || s.sources.Proofs.Tokens == nil {
		return
	}
	steps := time.NewTicker(expiryPeriod)
	defer steps.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-steps.C:
			for _, socket := range s.users.AppendAll(nil) {
				if until := s.userOf(socket).until; !until.IsZero() && !now.Before(until) {
					s.cut(socket, cutExpired)
				}
			}
		}
	}
}

// askAgain puts one question for all sockets that said the same.
func (s *Sockets) askAgain(due map[flaskauth.Key][]*sio.Socket) {
	var questions errgroup.Group
	questions.SetLimit(recheckAtOnce)
	for _, sockets := range due {
		questions.Go(func() error {
			answer, err := s.sources.Proofs.Callback.AskAgain(credentialsOf(sockets[0]))
			s.settle(sockets, answer, err)
			return nil
		})
	}
	_ = questions.Wait() // none of them fails
}

// settle draws the consequences. Without an answer normal sockets stay, admins not for long.
func (s *Sockets) settle(sockets []*sio.Socket, answer flaskauth.Answer, err error) {
	var changed, same []*sio.Socket
	for _, socket := range sockets {
		if err == nil && s.userOf(socket).ID != answer.User {
			changed = append(changed, socket)
		} else {
			same = append(same, socket)
		}
	}
	switch {
	case err != nil:
		s.demote(s.unproved(same), cutUnchecked)
	case answer.Disabled:
		s.cutAll(sockets, cutDisabled)
	default:
		s.cutAll(changed, cutChanged)
		s.proveAgain(same)
		if !s.sources.Proofs.admits(answer) {
			s.demote(same, cutDemoted)
		}
	}
}

// unproved are the sockets about which there has been no answer for too long.
func (s *Sockets) unproved(sockets []*sio.Socket) (overdue []*sio.Socket) {
	for _, socket := range sockets {
		visitor := s.visitorOf(socket)
		if visitor.unproved++; visitor.unproved >= unprovedBefore {
			overdue = append(overdue, socket)
		}
	}
	return overdue
}

func (s *Sockets) proveAgain(sockets []*sio.Socket) {
	for _, socket := range sockets {
		s.visitorOf(socket).unproved = 0
	}
}

func (s *Sockets) cutAll(sockets []*sio.Socket, cause string) {
	for _, socket := range sockets {
		s.cut(socket, cause)
	}
}
