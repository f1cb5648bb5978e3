package redisbridge

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"time"
)

const (
	maxAppends  = 128 // in one round trip
	maxOwed     = 1000
	maxOwedSize = 4 << 20
	appendPause = time.Second // after Redis did not answer
)

// owing was handled, or is a break, and Redis did not say that it is in the stream.
type owing struct {
	channel, text string
	print         fingerprint
}

func (o owing) size() int { return len(o.channel) + len(o.text) + rawOverhead }

// appending is a message on its way to the stream: the nth of its kind after what was had of it.
type appending struct {
	owing
	after entryID
	nth   int
}

var (
	errUnkept = errors.New("the backlog is not there yet")
	errAway   = errors.New("append to the backlog: redis is away")
)

// take handles a batch of messages in their order. What can be replayed is appended first, all at once.
func (k *Backlog) take(batch []raw) {
	k.append(batch)
	next := 0
	for _, r := range batch {
		if !k.bridge.channels[r.row].Replay {
			k.bridge.handle(r)
			continue
		}
		k.bring(r, k.spots[next])
		next++
	}
}

// append finds the entry of each message that can be replayed, or the reason why it has none.
func (k *Backlog) append(batch []raw) {
	var all []appending
	for _, r := range batch {
		if channel := k.bridge.channels[r.row]; channel.Replay {
			all = append(all, appending{owing: owing{channel: channel.Name, text: r.text}})
		}
	}
	k.spots = k.spots[:0]
	if len(all) == 0 {
		return
	}
	if k.displaced.Swap(false) {
		k.miss("messages from redis had to go before they were kept")
	}
	err := k.reachable()
	if err == nil {
		err = k.pay()
	}
	if err == nil {
		k.spots, err = k.ask(all)
	}
	if err != nil {
		k.spots = slices.Repeat([]spot{{err: err}}, len(all))
	}
}

// pay appends what is owed. The error says why something still is.
func (k *Backlog) pay() error {
	for len(k.owed) > 0 {
		some := k.owed[:min(len(k.owed), maxAppends)]
		all := make([]appending, len(some))
		for i, o := range some {
			all[i].owing = o
		}
		spots, err := k.ask(all)
		if err != nil {
			return err
		}
		for i, e := range spots {
			if err := k.fill(e.before.next()); err != nil {
				return err
			}
			k.paid(all[i].owing, e)
		}
	}
	return nil
}

// reachable says why nothing is appended now.
func (k *Backlog) reachable() error {
	switch {
	case !k.begun:
		return errUnkept
	case time.Now().Before(k.again), k.silent.Load(), k.bridge.standing.deaf():
		return errAway
	}
	return nil
}

// ask appends messages, and waits no longer than it is worth.
func (k *Backlog) ask(all []appending) ([]spot, error) {
	heard := make(map[fingerprint]int, len(all))
	for i := range all {
		a := &all[i]
		a.print = fingerprintOf(a.channel, a.text)
		heard[a.print]++
		a.after, a.nth = k.cursors.of(a.print), heard[a.print]
	}
	ctx, cancel := context.WithTimeout(context.Background(), k.cfg.Wait)
	defer cancel()
	spots, err := k.appendAll(ctx, k.handled, all)
	k.tell(err)
	if err != nil {
		k.again = time.Now().Add(appendPause)
	}
	return spots, err
}

// bring handles a message in its place: behind the entries before it that were not heard, and not at all if it was
// read already. One without an entry is handled at once.
func (k *Backlog) bring(r raw, e spot) {
	if e.err == nil {
		e.err = k.fill(e.before.next())
	}
	if e.err != nil {
		k.counts.failed.Add(1)
		k.bridge.handle(r)
		k.owe(owing{channel: k.bridge.channels[r.row].Name, text: r.text})
		return
	}
	k.cursors.move(e.print, e.id, k.handled)
	if !e.id.after(k.handled) {
		return
	}
	k.handle(r, entry{e.id, k.bridge.channels[r.row].Name, r.text})
	k.counts.kept.Add(1)
}

// handle has the Bridge handle a message of the stream, between two meetings.
func (k *Backlog) handle(r raw, e entry) {
	k.live.Lock()
	defer k.live.Unlock()
	k.bridge.stamp = stamp{entry: e.id.String()}
	k.bridge.handle(r)
	k.bridge.stamp = stamp{}
	k.reach(e)
}

// reach moves on to an entry that was dealt with. The caller holds live.
func (k *Backlog) reach(e entry) {
	k.handled = e.id
	k.ring.put(e)
	k.settle()
}

// owe notes what must still be appended. There is a bound: then it is given up, and the stream taken up anew.
func (k *Backlog) owe(o owing) {
	k.live.Lock()
	defer k.live.Unlock()
	if !k.begun {
		k.unkept = true
		return
	}
	k.owed = append(k.owed, o)
	k.owing += o.size()
	k.behind = true
	if len(k.owed) > maxOwed || k.owing > maxOwedSize {
		k.owed, k.owing, k.behind, k.breaks = nil, 0, false, 0
		k.begun, k.unkept = false, true
	}
	k.counts.waiting.Store(uint64(len(k.owed)))
}

// paid tells that what was owed longest is in the stream.
func (k *Backlog) paid(o owing, e spot) {
	k.cursors.move(e.print, e.id, k.handled)
	k.live.Lock()
	defer k.live.Unlock()
	k.owed = k.owed[1:]
	k.owing -= o.size()
	k.behind = len(k.owed) > 0
	if o.channel == "" {
		k.breaks--
	}
	k.counts.waiting.Store(uint64(len(k.owed)))
	if e.id.after(k.handled) {
		k.reach(entry{e.id, o.channel, o.text})
	}
}

// gap puts a break into the stream: who comes from before it may have missed something.
func (k *Backlog) gap() {
	if k.breaks > 0 {
		return // one will do
	}
	if k.begun {
		k.breaks++
	}
	k.owe(owing{text: "gap " + rand.Text()})
	_ = k.pay() // it is tried again before anything else is appended
}

// miss is a gap that somebody has to know of.
func (k *Backlog) miss(why string) {
	k.counts.gaps.Add(1)
	k.log.Warn().Uint64("gaps", k.counts.gaps.Load()).Str("why", why).Msg("a gap: what was published meanwhile may be missing")
	k.gap()
}
