package bench

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"time"
)

const visitorsGone = 5 * time.Second // at the latest, after the last visit

// visits come one after the other at each worker: a browser connects, subscribes, gets its event, unsubscribes and leaves.
func visits(ctx context.Context, s Scenario, t *trial) error {
	tallies, took := s.tallies(), make([]int32, s.Users)
	var done atomic.Int64
	failure := inTurns(s.Users, workers, func(i int) error {
		began := time.Now()
		err := t.visit(ctx, s, i, tallies[i])
		took[i] = int32(time.Since(began).Microseconds())
		if err == nil {
			done.Add(1)
		}
		return err
	})
	slices.Sort(took)
	t.quantiles("visit", took)
	t.figures["successful visits %"] = float64(done.Load()) / float64(s.Users) * 100
	if done.Load() == 0 {
		return failure
	}
	s.count(t, tallies)
	return t.empty(ctx)
}

func (t *trial) visit(ctx context.Context, s Scenario, i int, mine *tally) error {
	c, err := dial(ctx, t.server.addr, t.speech, t.header(i), mine)
	if err != nil {
		return err
	}
	defer c.conn.Close()
	if err := c.hush(); err != nil {
		return err
	}
	switch ok, err := c.wants(s.Wish(i)); {
	case err != nil:
		return err
	case !ok:
		return fmt.Errorf("visitor %d may not subscribe", i)
	}
	if err := t.client.Publish(ctx, channel, s.text(int64(i), time.Now().UnixNano())).Err(); err != nil {
		return err
	}
	if err := c.read(func([]byte) bool { return mine.got > 0 }); err != nil {
		return err
	}
	_, err = c.ask("unsubscribe", map[string]any{"subscription_type": "tier_patterns"})
	return err
}

// empty waits until the server has forgotten its visitors.
func (t *trial) empty(ctx context.Context) error {
	for began := time.Now(); ; {
		seen, err := t.scrape(ctx)
		if err != nil {
			return err
		}
		left, held := seen[`tickcast_sockets{namespace="/"}`], seen[`tickcast_subscriptions{topic="tier_patterns"}`]
		if left == 0 && held == 0 {
			return nil
		}
		if time.Since(began) > visitorsGone {
			return fmt.Errorf("%.0f sockets and %.0f subscriptions are left behind", left, held)
		}
		if err := pause(ctx, settle); err != nil {
			return err
		}
	}
}
