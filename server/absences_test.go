package server

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server/sio"
)

// deaf is an emitter that reaches nobody.
type deaf struct{ rooms.Emitter }

// stage has absences that sweep, in a bubble of their own time.
type stage struct {
	*absences
	t *testing.T
}

func onStage(t *testing.T, keep time.Duration, act func(stage)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		a := newAbsences(keep, rooms.New(deaf{}, rooms.Limits{}), rooms.NewMembers[*sio.Socket]())
		ctx, stop := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { a.run(ctx) })
		act(stage{a, t})
		stop()
		running.Wait()
	})
}

func (s stage) subscribe(room rooms.Room) {
	s.t.Helper()
	if err := s.router.Subscribe(rooms.Subscription{Room: room, Topic: rooms.TierPatterns}); err != nil {
		s.t.Fatal(err)
	}
}

// pass lets time go by.
func (s stage) pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func (s stage) expect(room rooms.Room, subscriptions int) {
	s.t.Helper()
	if n := len(s.router.Subscriptions(room)); n != subscriptions {
		s.t.Fatalf("%s holds %d subscriptions, want %d", room, n, subscriptions)
	}
}

func TestAbsentUserIsForgotten(t *testing.T) {
	onStage(t, 24*time.Hour, func(s stage) {
		socket := new(sio.Socket)
		s.arrive(socket, "user_7")
		s.subscribe("user_7")
		s.pass(100 * time.Hour)
		s.expect("user_7", 1) // present
		s.leave(socket, "user_7")
		s.pass(24*time.Hour - time.Second)
		s.expect("user_7", 1)
		s.pass(time.Hour + time.Second)
		s.expect("user_7", 0)
		if len(s.since) != 0 {
			t.Errorf("%d absences remembered of users who are forgotten", len(s.since))
		}
	})
}

func TestReturningUserIsKept(t *testing.T) {
	onStage(t, time.Hour, func(s stage) {
		first, second := new(sio.Socket), new(sio.Socket)
		s.arrive(first, "user_7")
		s.subscribe("user_7")
		s.leave(first, "user_7")
		s.pass(59 * time.Minute)
		s.arrive(second, "user_7")
		s.pass(10 * time.Hour)
		s.expect("user_7", 1)
		s.leave(second, "user_7") // the hour begins anew
		s.pass(59 * time.Minute)
		s.expect("user_7", 1)
	})
}

func TestUserWithAnotherSocketIsPresent(t *testing.T) {
	onStage(t, time.Minute, func(s stage) {
		first, second := new(sio.Socket), new(sio.Socket)
		s.arrive(first, "user_7")
		s.arrive(second, "user_7")
		s.subscribe("user_7")
		s.leave(first, "user_7")
		s.pass(time.Hour)
		s.expect("user_7", 1)
	})
}

func TestWhoAskedForNothingIsNotRemembered(t *testing.T) {
	onStage(t, time.Minute, func(s stage) {
		socket := new(sio.Socket)
		s.arrive(socket, "user_7")
		s.leave(socket, "user_7")
		if len(s.since) != 0 {
			t.Errorf("%d absences remembered, want none", len(s.since))
		}
	})
}
