package redisbridge

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// entryID is a stream's own name for an entry: "1763950000000-0". Later entries have larger ones.
type entryID struct{ ms, seq uint64 }

func (a entryID) after(b entryID) bool {
	if a.ms != b.ms {
		return a.ms > b.ms
	}
	return a.seq > b.seq
}

// next is the smallest id after a.
func (a entryID) next() entryID {
	if a.seq == math.MaxUint64 {
		return entryID{a.ms + 1, 0}
	}
	return entryID{a.ms, a.seq + 1}
}

// time is when Redis took the entry in.
func (a entryID) time() time.Time { return time.UnixMilli(int64(min(a.ms, math.MaxInt64))) }

func (a entryID) String() string {
	text := strconv.AppendUint(make([]byte, 0, 24), a.ms, 10)
	return string(strconv.AppendUint(append(text, '-'), a.seq, 10))
}

func parseEntryID(text string) (id entryID, ok bool) {
	ms, seq, _ := strings.Cut(text, "-")
	var errs [2]error
	id.ms, errs[0] = strconv.ParseUint(ms, 10, 64)
	id.seq, errs[1] = strconv.ParseUint(seq, 10, 64)
	return id, errs == [2]error{}
}

// position is up to where somebody has seen the backlog: all before an entry, and of that the events up to one.
type position struct {
	entry entryID
	event int // the ordinal of the last event seen; allEvents = of the entry there is nothing left
}

const (
	allEvents   = math.MaxInt32
	maxPosition = 64 // characters
)

// parsePosition reads "<entry>-<event>", or "<entry>" for all of it.
func parsePosition(text string) (p position, ok bool) {
	if len(text) > maxPosition {
		return position{}, false
	}
	p.event = allEvents
	if parts := strings.SplitN(text, "-", 3); len(parts) == 3 {
		event, err := strconv.ParseUint(parts[2], 10, 31)
		if err != nil {
			return position{}, false
		}
		p.event = int(event)
		text = text[:len(text)-len(parts[2])-1]
	}
	p.entry, ok = parseEntryID(text)
	return p, ok
}

// first is the first entry of which something is left.
func (p position) first() entryID {
	if p.event == allEvents {
		return p.entry.next()
	}
	return p.entry
}

// stamp gives the events of one message their positions. The zero stamp gives none.
type stamp struct {
	entry string
	event int
}

func (s *stamp) next() string {
	if s.entry == "" {
		return ""
	}
	text := s.entry + "-" + strconv.Itoa(s.event)
	s.event++
	return text
}
