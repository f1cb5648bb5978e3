package feed

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// render writes the message as if it happened now.
func (t template) render(now time.Time, ids *ids) []byte {
	out := make([]byte, 0, len(t.text)+64)
	from := 0
	for _, s := range t.slots {
		out = append(out, t.text[from:s.start]...)
		if s.id != "" {
			out = append(out, ids.fresh(s.id, now)...)
		} else {
			out = s.moment.append(out, now)
		}
		from = s.end
	}
	return append(out, t.text[from:]...)
}

// append writes the moment in its own kind: number or text, zone and digits as recorded.
func (m moment) append(out []byte, now time.Time) []byte {
	at := now.Add(m.offset)
	if m.layout == "" {
		return strconv.AppendFloat(out, float64(at.UnixMicro())/float64(m.unit/time.Microsecond), 'f', m.digits, 64)
	}
	zone := time.Local // a text without a zone means where the producer runs
	if strings.Contains(m.layout, "07:00") {
		zone = m.at.Location()
	}
	return strconv.AppendQuote(out, at.In(zone).Format(m.layout))
}

// ids are the fresh ids of one run through the recording: the same for the same.
type ids struct{ known map[string][]byte }

func newIDs() *ids { return &ids{make(map[string][]byte)} }

// fresh is a new id, as JSON. It keeps what an id begins with: backtest_1758893412_1a2b3c4d gets another second and other digits.
func (i *ids) fresh(recorded string, now time.Time) []byte {
	id, ok := i.known[recorded]
	if !ok {
		prefix, _, _ := strings.Cut(recorded, "_")
		id, _ = json.Marshal(fmt.Sprintf("%s_%d_%08x", prefix, now.Unix(), rand.Uint32()))
		i.known[recorded] = id
	}
	return id
}
