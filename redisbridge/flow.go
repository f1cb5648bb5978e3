package redisbridge

import "strings"

// detected is for the pattern-flow page, which has a list for each tier of its own.
func (f *finding) detected(int) []byte {
	f.describe()
	out := make([]byte, 0, len(f.written)+256)
	out = append(out, `{"tier":"`+f.flow()+`","pattern":{"id":`+f.id+`,"symbol":`+f.raw(f.symbol)+`,"type":`+f.raw(f.name)...)
	out = append(out, `,"confidence":`+f.confidence+`,"timestamp":`+milliseconds(f.happened)+`,"details":`...)
	out = append(out, f.written[f.details.start:f.details.end]...)
	return append(out, '}', '}')
}

// watchAlert is for watchlists, whose page shows a pattern's name and description.
func (f *finding) watchAlert(int) []byte {
	f.describe()
	description := f.name
	if told := f.first([...]int{f.inner, f.outer}, "description"); told != none {
		description = told
	}
	out := make([]byte, 0, 256)
	out = append(out, `{"symbol":`+f.raw(f.symbol)+`,"pattern":{"name":`+f.raw(f.name)+`,"description":`+f.raw(description)...)
	out = append(out, `,"confidence":`+f.confidence+`},"alert_id":"alert_`+bare(f.id)+`"`...)
	return append(out, `,"timestamp":`+epoch(f.happened)+`}`...)
}

// flow is the pattern-flow page's tier: the message's own if the page has it, else what its bars say.
func (f *finding) flow() string {
	levels := [...]int{f.inner, f.outer}
	switch named := strings.ToLower(f.words(f.first(levels, "tier"))); named {
	case "intraday", "hourly", "daily", "weekly", "monthly", "daily_intraday", "indicators":
		return named
	case "combo":
		return "daily_intraday"
	}
	switch frame, _ := parseTimeframe(f.words(f.first(levels, "timeframe", "interval"))); frame.unit {
	case seconds, minutes:
		return "intraday"
	case hours:
		return "hourly"
	case weeks:
		return "weekly"
	case months:
		return "monthly"
	}
	return "daily"
}
