package redisbridge

import (
	"context"
	"errors"
	"slices"
	"time"
)

const (
	maxAppends  = 128         // in one round trip
	maxHeld     = 4 << 20     // bytes
	appendPause = time.Second // after Redis did not answer
)

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
	if k.doubtful && k.holding < maxHeld {
		k.hold(batch)
		return
	}
	k.release()
	k.handleAll(batch)
}

// hold has all wait until it is known what was missed before it: what cannot be replayed must not overtake what can.
func (k *Backlog) hold(batch []raw) {
	for _, r := range batch {
		k.held = append(k.held, r)
		k.holding += r.size()
	}
}

// release handles what was held.
func (k *Backlog) release() {
	held := k.held
	k.held, k.holding = nil, 0
	for some := range slices.Chunk(held, batchMessages) {
		k.handleAll(some)
	}
}

func (k *Backlog) handleAll(batch []raw) {
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
	k.ownUp()
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
