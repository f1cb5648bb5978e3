package redisbridge

import "strconv"

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

// appendDelivery ends an event with how it came to its users.
func (f *finding) appendDelivery(out []byte, users int) []byte {
	out = append(out, signature+`,"delivery_metadata":{"targeting_criteria":{"pattern_type":`+f.raw(f.name)...)
	out = append(out, `,"symbol":`+f.raw(f.symbol)+`,"tier":"`+f.traits.Tier+`","confidence":`+f.confidence...)
	out = append(out, `,"priority":"`+f.traits.Priority.String()+`"},"user_count":`...)
	return append(strconv.AppendInt(out, int64(users), 10), '}', '}')
}
