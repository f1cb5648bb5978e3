package redisbridge

import (
	"encoding/json"
	"strings"

	"github.com/tickstock/tickcast/rooms"
)

// alarm is what the alerts of a pattern have in common, in three pieces. Between
// them stands who is warned, and why.
type alarm struct {
	common                  []byte // scratch of the pieces
	identity, body, closing []byte
}

// tierAlert warns one user, and says which of his wishes it was.
func (f *finding) tierAlert(to rooms.Room, by rooms.Filter) []byte {
	f.warn()
	user := addressee(to)
	out := make([]byte, 0, len(f.common)+2*len(user)+192)
	out = append(append(out, `{"type":"tier_pattern_alert","alert_id":"alert_`...), user...)
	out = append(append(out, f.identity...), user...)
	out = appendRestrictions(append(out, f.body...), by)
	return append(out, f.closing...)
}

// warn makes the alarm this pattern's, at the first user who gets it.
func (f *finding) warn() {
	if f.warned {
		return
	}
	f.describe()
	f.warned = true
	out := append(f.common[:0], "_"+bare(f.id)+`","user_id":"`...)
	name := len(out)
	out = append(out, `","timestamp":`+milliseconds(f.happened)+`,"alert_type":"pattern_match","priority":`+capital(f.urgency())...)
	out = append(out, `,"pattern_type":`+f.raw(f.name)+`,"symbol":`+f.raw(f.symbol)+`,"tier":"`+f.traits.Tier+`"`...)
	out = append(out, `,"confidence":`+f.confidence+`,"pattern_event":`...)
	out = append(f.entire(out), `,"delivery_channels":["websocket"],"matched_filters":[`...)
	wishes := len(out)
	out = f.appendDelivery(append(out, ']'), 1)
	f.common, f.identity, f.body, f.closing = out, out[:name], out[name:wishes], out[wishes:]
}

// addressee is the user behind a room, as the inside of a JSON text. A socket's
// own room is named by its id, which is nobody else's business.
func addressee(room rooms.Room) string {
	user, known := strings.CutPrefix(string(room), string(rooms.UserRoom("")))
	if !known {
		return "anonymous"
	}
	quoted, err := json.Marshal(user)
	if err != nil { // a text has always a JSON form
		return ""
	}
	return string(quoted[1 : len(quoted)-1])
}

// appendRestrictions names what a filter restricts, in the names that browsers know.
func appendRestrictions(out []byte, by rooms.Filter) []byte {
	first := true
	for _, r := range [...]struct {
		name string
		set  bool
	}{
		{`"pattern_types"`, len(by.Patterns) > 0},
		{`"symbols"`, len(by.Symbols) > 0},
		{`"tiers"`, len(by.Tiers) > 0},
		{`"market_regimes"`, len(by.Regimes) > 0},
		{`"confidence_min"`, by.ConfidenceMin > 0},
		{`"priority_min"`, by.PriorityMin > 0},
	} {
		if r.set {
			out = append(separated(out, &first), r.name...)
		}
	}
	return out
}
