package bench

import (
	"context"
	"errors"
	"slices"
	"time"
)

const megabyte = 1 << 20

// everybody connects, subscribes, hears all events, and has what it should have.
func everybody(ctx context.Context, s Scenario, t *trial) error {
	l, err := connect(ctx, t.stage, s.tallies(), t.header, connecting)
	if err != nil {
		return err
	}
	defer l.close()
	err = inTurns(s.Users, connecting, func(i int) error { return l.clients[i].hush() })
	if err != nil {
		return err
	}
	if err := pause(ctx, settle); err != nil {
		return err
	}
	if err := s.subscribe(t, l); err != nil {
		return err
	}
	l.listen()
	if err := s.publish(ctx, t, l); err != nil {
		return err
	}
	l.close()
	s.count(t, l.tallies)
	return nil
}

func (s Scenario) subscribe(t *trial, l *load) error {
	before, err := t.server.rss()
	if err != nil {
		return err
	}
	took, accepted := make([]int32, s.Users), make([]bool, s.Users)
	began := time.Now()
	err = inTurns(s.Users, workers, func(i int) (err error) {
		asked := time.Now()
		accepted[i], err = l.clients[i].wants(s.Wish(i))
		took[i] = int32(time.Since(asked).Microseconds())
		return err
	})
	if err != nil {
		return err
	}
	t.figures["subscribing s"] = time.Since(began).Seconds()
	after, err := t.server.rss()
	t.figures["per 100 subscriptions MB"] = float64(after-before) / float64(s.Users) * 100 / megabyte
	slices.Sort(took)
	t.quantiles("subscribe", took)
	agreed := 0
	for _, ok := range accepted {
		if ok {
			agreed++
		}
	}
	t.figures["subscribed users"] = float64(agreed)
	return err
}

func (s Scenario) publish(ctx context.Context, t *trial, l *load) error {
	before, err := t.server.rss()
	if err != nil {
		return err
	}
	began := time.Now()
	if s.Rate == 0 {
		err = burst(ctx, t.client, s.Events, s.text)
	} else {
		_, err = publish(ctx, t.client, s.Rate, func(seq int64) bool { return seq < int64(s.Events) }, s.text)
	}
	if err != nil {
		return err
	}
	t.figures["published/s"] = float64(s.Events) / time.Since(began).Seconds()
	due := int64(0)
	for _, one := range l.tallies {
		due += int64(len(one.want))
	}
	l.await(ctx, due)
	if err := pause(ctx, settle); err != nil { // what should not come has its time too
		return err
	}
	after, err := t.server.rss()
	t.figures["growth MB"] = float64(after-before) / megabyte
	t.figures["growth %"] = float64(after-before) / float64(before) * 100
	seen, unread := t.scrape(ctx)
	seen.judge(s.Events, t.figures)
	return errors.Join(err, unread)
}
