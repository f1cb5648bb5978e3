package redisbridge

import "crypto/rand"

const (
	maxOwed     = 1000
	maxOwedSize = 4 << 20
)

// owing was handled, or is a break, and Redis did not say that it is in the stream.
type owing struct {
	channel, text string
	print         fingerprint
}

func (o owing) size() int { return len(o.channel) + len(o.text) + rawOverhead }

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

// ownUp tells of the messages that the queue had no room for.
func (k *Backlog) ownUp() {
	if k.displaced.Swap(false) {
		k.miss("messages from redis had to go before they were kept")
	}
}

// miss is a gap that somebody has to know of.
func (k *Backlog) miss(why string) {
	k.counts.gaps.Add(1)
	k.log.Warn().Uint64("gaps", k.counts.gaps.Load()).Str("why", why).Msg("a gap: what was published meanwhile may be missing")
	k.gap()
}
