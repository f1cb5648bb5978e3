package redisbridge

import "sort"

// entry is one of the backlog. Without a channel it is a break: something before it may be missing.
type entry struct {
	id            entryID
	channel, text string
}

func (e entry) isBreak() bool { return e.channel == "" }

func (e entry) size() int { return len(e.channel) + len(e.text) + rawOverhead }

const (
	ringEntries = 1000
	ringBytes   = 4 << 20
)

// ring has the newest entries that were handled. It is bounded: the oldest give way.
type ring struct {
	since   entryID // all after it are here
	entries []entry
	bytes   int
}

// restart forgets everything. Nothing after since was handled yet.
func (r *ring) restart(since entryID) { *r = ring{since: since} }

func (r *ring) put(e entry) {
	r.entries = append(r.entries, e)
	r.bytes += e.size()
	for len(r.entries) > ringEntries || r.bytes > ringBytes && len(r.entries) > 1 {
		r.since = r.entries[0].id
		r.bytes -= r.entries[0].size()
		r.entries[0] = entry{} // append moves the rest when it needs room
		r.entries = r.entries[1:]
	}
}

// after are the entries of which somebody at p has something left to see, the newest last. They are not
// all if something may be missing among them.
func (r *ring) after(p position) (left []entry, all bool) {
	first := p.first()
	from := sort.Search(len(r.entries), func(i int) bool { return !first.after(r.entries[i].id) })
	left = r.entries[from:]
	for _, e := range left {
		if e.isBreak() && e.id.after(p.entry) {
			return left, false
		}
	}
	return left, first.after(r.since)
}
