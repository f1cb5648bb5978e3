package redisbridge

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/tickstock/tickcast/rooms"
)

// signature names this server to pages, as the application did.
const signature = `,"server_id":"tickstock-app-v2"`

// tierColumn is for the columns of the tier dashboard: times in milliseconds, priorities in capitals.
func (f *finding) tierColumn(int) []byte {
	f.describe()
	ms := milliseconds(f.happened)
	out := make([]byte, 0, 2*len(f.written)+384)
	out = append(out, `{"type":"tier_pattern","tier":"`+f.traits.Tier+`","timestamp":`+ms+signature+`,"pattern":{"id":`+f.id+`,`...)
	out = f.members(out, ms, capital(f.traits.Priority))
	out = f.entire(append(out, `},"data":`...))
	return append(out, '}')
}

// tierPattern is for universal subscriptions, in both shapes that were ever specified: flat and in "data".
func (f *finding) tierPattern(users int) []byte {
	f.describe()
	out := make([]byte, 0, 2*len(f.written)+512)
	out = append(out, `{"type":"tier_pattern",`...)
	out = f.members(out, epoch(f.received), `"`+f.traits.Priority.String()+`"`)
	out = f.entire(append(out, `,"data":`...))
	return f.appendDelivery(out, users)
}

// tierAlert warns one user, and says which of his wishes it was.
func (f *finding) tierAlert(to rooms.Room, by rooms.Filter) []byte {
	f.describe()
	user := addressee(to)
	out := make([]byte, 0, len(f.written)+768)
	out = append(out, `{"type":"tier_pattern_alert","alert_id":"alert_`+user+"_"+bare(f.id)+`","user_id":"`+user+`"`...)
	out = append(out, `,"timestamp":`+milliseconds(f.happened)+`,"alert_type":"pattern_match","priority":`+capital(f.urgency())...)
	out = append(out, `,"pattern_type":`+f.raw(f.name)+`,"symbol":`+f.raw(f.symbol)+`,"tier":"`+f.traits.Tier+`"`...)
	out = append(out, `,"confidence":`+f.confidence+`,"pattern_event":`...)
	out = f.entire(out)
	out = append(out, `,"delivery_channels":["websocket"],"matched_filters":[`+restrictions(by)+`]`...)
	return f.appendDelivery(out, 1)
}

// appendDelivery ends an event with how it came to its users.
func (f *finding) appendDelivery(out []byte, users int) []byte {
	out = append(out, signature+`,"delivery_metadata":{"targeting_criteria":{"pattern_type":`+f.raw(f.name)...)
	out = append(out, `,"symbol":`+f.raw(f.symbol)+`,"tier":"`+f.traits.Tier+`","confidence":`+f.confidence...)
	out = append(out, `,"priority":"`+f.traits.Priority.String()+`"},"user_count":`...)
	return append(strconv.AppendInt(out, int64(users), 10), '}', '}')
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

// restrictions names what a filter restricts, in the names that browsers know.
func restrictions(by rooms.Filter) string {
	var names []string
	for _, r := range [...]struct {
		name string
		set  bool
	}{
		{"pattern_types", len(by.Patterns) > 0},
		{"symbols", len(by.Symbols) > 0},
		{"tiers", len(by.Tiers) > 0},
		{"market_regimes", len(by.Regimes) > 0},
		{"confidence_min", by.ConfidenceMin > 0},
		{"priority_min", by.PriorityMin > 0},
	} {
		if r.set {
			names = append(names, `"`+r.name+`"`)
		}
	}
	return strings.Join(names, ",")
}
