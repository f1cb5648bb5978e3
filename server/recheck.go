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
	expiryPeriod   = time.Second // where nothing but the end of tokens is looked at
	unprovedBefore = 2           // questions without an answer end an admin's rights
)

// recheck looks at all sockets of users again and again until ctx ends: the ends of tokens in every
// step, and what the application says once an interval for each distinct cookie.
func (s *Sockets) recheck(ctx context.Context) {
	proofs := s.sources.Proofs
	if proofs == nil {
		return
	}
	asks := proofs.Callback != nil && s.sources.Recheck > 0
	step := s.sources.Recheck / recheckSlots
	switch {
	case asks:
	case proofs.Tokens != nil:
		step = expiryPeriod
	default:
		return
	}
	steps := time.NewTicker(max(step, time.Millisecond))
	defer steps.Stop()
	for slot := 0; ; slot = (slot + 1) % recheckSlots {
		select {
		case <-ctx.Done():
			return
		case now := <-steps.C:
			due := s.due(slot, now)
			if asks {
				s.askAgain(due)
			}
		}
	}
}

// due cuts those whose token has ended, and groups those whom the application is to be asked about.
func (s *Sockets) due(slot int, now time.Time) map[flaskauth.Key][]*sio.Socket {
	due := map[flaskauth.Key][]*sio.Socket{}
	for _, socket := range s.users.AppendAll(nil) {
		user := s.userOf(socket)
		switch {
		case user.asked == flaskauth.Key{}:
			if !user.until.IsZero() && !now.Before(user.until) {
				s.cut(socket, cutExpired)
			}
		case int(user.asked[0])%recheckSlots == slot:
			due[user.asked] = append(due[user.asked], socket)
		}
	}
	return due
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
