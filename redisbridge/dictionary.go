package redisbridge

import (
	"strconv"
	"strings"
	"time"

	"github.com/tickstock/tickcast/rooms"
)

// dictionary is the application's model of a pattern in a tier, as the members
// of a JSON object in three pieces. Between them stand the time and the
// priority, whose form differs from event to event.
type dictionary struct {
	written            []byte // scratch of the pieces
	head, middle, tail []byte
	id                 string // JSON
	confidence         string // three decimals
	happened           time.Time
	local              string // the same as JSON, as the application writes it: without a zone
	details            span   // of written: what else the producer told of the pattern
}

// describe makes the dictionary this pattern's, at the first event that needs it.
func (f *finding) describe() {
	if f.told {
		return
	}
	f.told = true
	f.happened, f.confidence = f.moment(), thousandths(f.traits.Confidence)
	f.id = f.eventID()
	f.local = f.happened.In(f.received.Location()).Format(`"2006-01-02T15:04:05.000000"`)
	out := append(f.written[:0], `"event_id":`+f.id+`,"pattern_type":`+f.raw(f.name)+`,"symbol":`+f.raw(f.symbol)...)
	out = append(out, `,"tier":"`+f.traits.Tier+`","confidence":`+f.confidence+`,"timestamp":`...)
	stamp := len(out)
	out = append(out, `,"source":"TickStockPL","pattern_data":`...)
	start := len(out)
	out = f.appendDetails(out)
	f.details = span{start, len(out)}
	context := f.member(f.core, "market_context")
	out = append(out, `,"market_context":`...)
	if f.is(context, object) {
		out = append(out, f.raw(context)...)
	} else {
		out = append(out, "{}"...)
	}
	out = append(out, `,"priority":`...)
	priority := len(out)
	out = append(out, `,"tags":`+f.tags()...)
	f.written, f.head, f.middle, f.tail = out, out[:stamp], out[stamp:priority], out[priority:]
}

// members writes the dictionary's, with this time and priority, both JSON.
func (f *finding) members(out []byte, timestamp, priority string) []byte {
	out = append(append(out, f.head...), timestamp...)
	out = append(append(out, f.middle...), priority...)
	return append(out, f.tail...)
}

// entire writes the dictionary in the application's own form.
func (f *finding) entire(out []byte) []byte {
	return append(f.members(append(out, '{'), f.local, `"`+f.traits.Priority.String()+`"`), '}')
}

// eventID is the producer's, or else made of what was found and when: the same at every instance that hears of it.
func (f *finding) eventID() string {
	for _, level := range [...]int{f.inner, f.outer} {
		for _, name := range [...]string{"event_id", "id"} {
			if n := f.member(level, name); f.words(n) != "" || f.is(n, number) {
				return f.raw(n)
			}
		}
	}
	return `"` + bare(f.raw(f.symbol)) + "_" + bare(f.raw(f.name)) + "_" + strconv.FormatInt(f.happened.Unix(), 10) + `"`
}

// appendDetails writes what the producer told and the dictionary does not tell elsewhere, as it was published.
func (f *finding) appendDetails(out []byte) []byte {
	out = append(out, '{')
	first := true
	for m := range f.children(f.core) {
		if f.elsewhere(m) {
			continue
		}
		out = separated(out, &first)
		out = append(append(append(out, '"'), f.cut(f.nodes[m].key)...), '"', ':')
		out = append(out, f.raw(m)...)
	}
	return append(out, '}')
}

// elsewhere says whether another member of the dictionary tells this one.
func (f *finding) elsewhere(m int) bool {
	switch f.key(m) {
	case "pattern", "pattern_name", "pattern_type":
		return f.blank(m) || f.raw(m) == f.raw(f.name)
	case "symbol", "ticker":
		return f.blank(m) || f.raw(m) == f.raw(f.symbol)
	case "market_context":
		return f.is(m, object)
	case "event_id", "tier", "confidence", "timestamp", "priority":
		return true
	}
	return false
}

func (f *finding) tags() string {
	var tags []string
	if f.traits.Confidence >= surely {
		tags = append(tags, `"high_confidence"`)
	}
	if f.traits.Tier == "combo" {
		tags = append(tags, `"multi_timeframe"`)
	}
	return "[" + strings.Join(tags, ",") + "]"
}

// surely is the confidence from which on a pattern is tagged.
const surely = 0.8

// thousandths is a confidence with three decimals at most, rounded as Python does.
func thousandths(confidence float64) string {
	literal := strings.TrimRight(strconv.FormatFloat(confidence, 'f', 3, 64), "0")
	return strings.TrimSuffix(literal, ".")
}

// capital is a priority as the tier dashboard wants it.
func capital(p rooms.Priority) string { return `"` + strings.ToUpper(p.String()) + `"` }
