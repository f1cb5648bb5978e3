package redisbridge

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// line is one connection that carries the subscription. It is used until
// anything goes wrong, and then replaced by a new one: go-redis would repair it
// by itself, but silently, and without anyone knowing what was missed.
type line struct {
	// Set once, then read only.
	pubsub    *redis.PubSub
	confirmed chan struct{} // closed once Redis has confirmed every channel
	echoes    chan string   // probes that came back
	stirred   chan struct{} // something came, whatever it was
	attendance
	// Owned by the reader.
	unconfirmed map[string]bool
	since       time.Time // when the last was confirmed
	pace        gathering
}

func newLine(pubsub *redis.PubSub, names []string) *line {
	l := &line{
		pubsub:      pubsub,
		confirmed:   make(chan struct{}),
		echoes:      make(chan string, 4),
		attendance:  newAttendance(),
		stirred:     make(chan struct{}, 1),
		unconfirmed: make(map[string]bool),
	}
	for _, name := range names {
		l.unconfirmed[name] = true
	}
	return l
}

// listen keeps a line open until ctx ends.
func (b *Bridge) listen(ctx context.Context) {
	again := retry{limit: b.cfg.RetryMax}
	for {
		lasted, err := b.hold(ctx)
		if ctx.Err() != nil {
			return
		}
		b.standing.lose(Connecting, err, answered(err))
		if lasted > settled {
			again.reset()
			continue
		}
		if !again.wait(ctx) {
			return
		}
	}
}

// hold opens a line and reads it until it is lost; the error says how. It has
// lasted since it was confirmed.
func (b *Bridge) hold(ctx context.Context) (lasted time.Duration, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	names := b.names()
	if b.backlog != nil {
		b.backlog.approach(ctx)
	}
	l := newLine(b.client.Subscribe(ctx), names)
	var others sync.WaitGroup
	defer others.Wait()
	defer cancel(nil)
	defer func() {
		if cause := recover(); cause != nil {
			b.log.Error().Interface("panic", cause).Bytes("stack", debug.Stack()).Msg("the reader of redis panicked")
			err = fmt.Errorf("the reader panicked: %v", cause)
		}
	}()
	others.Go(func() {
		<-ctx.Done()
		l.pubsub.Close() // ends a Receive that would wait for ever
	})
	others.Go(func() { cancel(b.watch(ctx, l)) })
	if b.backlog != nil {
		others.Go(func() { b.backlog.attend(ctx, l) })
	}

	err = l.pubsub.Subscribe(ctx, names...)
	for err == nil {
		err = b.receive(ctx, l)
		if pause := l.pace.read(time.Now()); pause > 0 {
			time.Sleep(pause)
		}
	}
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	if !l.since.IsZero() {
		lasted = time.Since(l.since)
	}
	return lasted, err
}

// names are all channels of the one SUBSCRIBE, our own included.
func (b *Bridge) names() []string {
	names := make([]string, 0, len(b.channels)+4)
	for _, channel := range b.channels {
		names = append(names, channel.Name)
	}
	if b.jobs != nil {
		names = append(names, announceChannel)
	}
	if b.users != nil {
		names = append(names, usersChannel)
	}
	if b.commanded != nil {
		names = append(names, commandChannel)
	}
	if b.backlog != nil {
		names = append(names, backlogChannel)
	}
	return append(names, b.control)
}

// receive waits for the next thing that Redis says on the line.
func (b *Bridge) receive(ctx context.Context, l *line) error {
	said, err := l.pubsub.Receive(ctx)
	if err != nil {
		return fmt.Errorf("read the subscription: %w", err)
	}
	l.stir()
	switch said := said.(type) {
	case *redis.Message:
		switch said.Channel {
		case b.control:
			l.echo(said.Payload)
		case announceChannel:
			b.jobs.learn(said.Payload)
		case usersChannel:
			b.users.learn(said.Payload)
		case commandChannel:
			b.obey(said.Payload)
		case backlogChannel:
			l.attendance.hear(said.Payload)
		default:
			b.take(said.Channel, said.Payload)
		}
	case *redis.Pong:
		l.echo(said.Payload)
	case *redis.Subscription:
		return b.confirm(l, said)
	}
	return nil
}

// confirm notes Redis' answer about one channel. We hear only when all are confirmed.
func (b *Bridge) confirm(l *line, answer *redis.Subscription) error {
	if answer.Kind != "subscribe" {
		return fmt.Errorf("redis answered %s for %s", answer.Kind, answer.Channel)
	}
	if delete(l.unconfirmed, answer.Channel); len(l.unconfirmed) == 0 {
		l.since = time.Now()
		close(l.confirmed)
		if b.backlog == nil { // else it is to be known first what was missed
			b.standing.hear()
		}
		if b.users != nil {
			b.users.resubscribed()
		}
	}
	return nil
}

func (l *line) echo(tag string) {
	select {
	case l.echoes <- tag:
	default: // nobody is asking
	}
}

func (l *line) stir() {
	select {
	case l.stirred <- struct{}{}:
	default: // it is known
	}
}

// answered tells Redis' own refusals from its absence.
func answered(err error) bool {
	var reply redis.Error
	return errors.As(err, &reply)
}
