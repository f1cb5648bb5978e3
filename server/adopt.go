package server

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/tickstock/tickcast/rooms"
)

// run loads what is due until ctx ends, one user after the other.
func (i *interest) run(ctx context.Context, users func() []string) {
	pause := time.NewTimer(0)
	defer pause.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-i.wake:
		case <-pause.C:
		}
		if !i.reloadAll(ctx, i.asked(users)) {
			pause.Reset(reloadPause)
		}
	}
}

// asked takes those who are due.
func (i *interest) asked(users func() []string) []string {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.missed {
		i.missed = false
		for _, user := range users() {
			i.due[user] = true
		}
	}
	due := slices.Collect(maps.Keys(i.due))
	clear(i.due)
	return due
}

// reloadAll stops at the first that cannot be loaded: the others wait with it.
func (i *interest) reloadAll(ctx context.Context, due []string) bool {
	for n, user := range due {
		if !i.here(rooms.UserRoom(user)) {
			continue
		}
		if err := i.reload(user); err != nil {
			if ctx.Err() == nil {
				i.log.Debug().Err(err).Int("users", len(due)-n).Msg("subscriptions of users cannot be loaded, trying again")
			}
			i.mu.Lock()
			for _, left := range due[n:] {
				i.due[left] = true
			}
			i.mu.Unlock()
			return false
		}
	}
	return true
}

func (i *interest) reload(user string) error {
	s := i.load(user, reloadPatience)
	if s.err != nil {
		return s.err
	}
	room := rooms.UserRoom(user)
	i.mu.Lock()
	switch {
	case !i.here(room):
	case i.changes.since(user, s.began):
		i.ask(user)
	default:
		i.adopt(user, s.kept)
	}
	i.mu.Unlock()
	i.left(room)
	return nil
}

// adopt makes what is kept of a user what is held here. What is the same is not touched: what its
// limits have counted goes on. It needs mu.
func (i *interest) adopt(user string, kept []rooms.Subscription) {
	if kept == nil { // new, or lost: then it is known here alone
		i.putAll(user)
		return
	}
	type name struct {
		topic rooms.Topic
		id    string
	}
	wanted := make(map[name]rooms.Filter, len(kept))
	for _, s := range kept {
		wanted[name{s.Topic, s.ID}] = s.Filter
	}
	room := rooms.UserRoom(user)
	for _, held := range universalOf(i.router.Subscriptions(room)) {
		filter, still := wanted[name{held.Topic, held.ID}]
		switch {
		case !still:
			i.router.Unsubscribe(room, held.Topic, held.ID)
		case sameFilter(filter, held.Filter):
			delete(wanted, name{held.Topic, held.ID})
		}
	}
	for _, s := range kept {
		if _, missing := wanted[name{s.Topic, s.ID}]; !missing {
			continue
		}
		if err := i.router.Subscribe(s); err != nil {
			i.log.Warn().Err(err).Str("user", user).Str("topic", string(s.Topic)).Msg("a saved subscription was skipped")
		}
	}
}

// putAll needs mu.
func (i *interest) putAll(user string) {
	for _, held := range universalOf(i.router.Subscriptions(rooms.UserRoom(user))) {
		i.source.Put(user, held)
	}
}

// sameFilter compares what filters mean: lists in any order.
func sameFilter(a, b rooms.Filter) bool {
	same := func(x, y []string) bool { return slices.Equal(inOrder(x), inOrder(y)) }
	return same(a.Patterns, b.Patterns) && same(a.Symbols, b.Symbols) && same(a.Tiers, b.Tiers) && same(a.Regimes, b.Regimes) &&
		a.ConfidenceMin == b.ConfidenceMin && a.PriorityMin == b.PriorityMin && a.MaxPerHour == b.MaxPerHour && a.MarketHours == b.MarketHours
}

func inOrder(list []string) []string { return slices.Compact(slices.Sorted(slices.Values(list))) }
