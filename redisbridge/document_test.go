package redisbridge

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

func read(text string) Reason {
	var d document
	return d.read(text)
}

var _ = DescribeTable("Reading a message",
	func(text string, expected Reason) { Expect(read(text)).To(Equal(expected)) },
	Entry("takes an object", ` { "a" : [1, -0.5e+3, true, false, null, "\u00e9\n"] } `, Accepted),
	Entry("takes a number that no computer can hold", `{"a":1e400,"b":123456789012345678901234567890}`, Accepted),
	Entry("takes half a surrogate pair, which browsers can read", `{"a":"\ud800"}`, Accepted),
	Entry("takes as many levels as allowed", strings.Repeat(`{"a":`, maxDepth)+"1"+strings.Repeat("}", maxDepth), Accepted),
	Entry("refuses one level more", strings.Repeat(`{"a":`, maxDepth+1)+"1"+strings.Repeat("}", maxDepth+1), TooDeep),
	Entry("refuses a megabyte of brackets", `{"a":`+strings.Repeat("[", 1<<20), TooDeep),
	Entry("refuses nothing at all", "", NotJSON),
	Entry("refuses a form", "pattern=Doji&symbol=AAPL", NotJSON),
	Entry("refuses names without quotes", "{job_id: 1}", NotJSON),
	Entry("refuses a text that was cut off", `{"a":"b`, NotJSON),
	Entry("refuses what follows the object", `{} {}`, NotJSON),
	Entry("refuses a comma too many", `{"a":1,}`, NotJSON),
	Entry("refuses a leading zero", `{"a":01}`, NotJSON),
	Entry("refuses a lone minus", `{"a":-}`, NotJSON),
	Entry("refuses an unknown escape", `{"a":"\x"}`, NotJSON),
	Entry("refuses a line break in a text", "{\"a\":\"\n\"}", NotJSON),
	Entry("refuses a byte order mark", "\ufeff{}", NotJSON),
	Entry("refuses an array", `[{"pattern":"Doji"}]`, NotObject),
	Entry("refuses a number", `42`, NotObject),
	Entry("refuses null", `null`, NotObject),
	Entry("refuses NaN", `{"confidence":NaN}`, NotFinite),
	Entry("refuses Infinity", `{"confidence":Infinity}`, NotFinite),
	Entry("refuses -Infinity", `{"confidence":[-Infinity]}`, NotFinite),
	Entry("refuses invalid UTF-8", "{\"a\":\"\xff\"}", BadUTF8),
	Entry("refuses a pickle", "\x80\x04}q\x00.", BadUTF8),
	Entry("refuses a name twice", `{"symbol":"AAPL","symbol":"TSLA"}`, DuplicateKey),
	Entry("refuses a name twice in other letters", `{"symbol":"AAPL","\u0073ymbol":"TSLA"}`, DuplicateKey),
	Entry("refuses a name twice deep inside", `{"a":[{"b":{"c":1,"d":2,"c":3}}]}`, DuplicateKey),
	Entry("refuses a name twice among many", `{`+members(100)+`,"m7":1}`, DuplicateKey),
	Entry("takes many names", `{`+members(100)+`}`, Accepted),
)

func members(count int) string {
	list := make([]string, count)
	for i := range list {
		list[i] = fmt.Sprintf(`"m%d":%d`, i, i)
	}
	return strings.Join(list, ",")
}

var _ = Describe("The data of an event", func() {
	It("holds every member of any message, unchanged", func() {
		rng := rand.New(rand.NewPCG(uint64(GinkgoRandomSeed()), 1))
		for range 300 {
			content := randomObject(rng, 3)
			for key, value := range map[string]any{"pattern": "Doji", "symbol": "AAPL", "job_id": "j"} {
				content[key] = value
			}
			text, err := json.Marshal(content)
			Expect(err).NotTo(HaveOccurred())
			for _, channel := range enveloped() {
				expectPreserved(channel, string(text))
				expectPreserved(channel, `{"source":"x","data":`+string(text)+`}`)
			}
		}
	})
})

var _ = Describe("A large object", func() {
	It("is asked for each of its members, wherever it stands and however it is spelt", func() {
		var d document
		var text strings.Builder
		text.WriteString(`{"inner":{"a":1}`)
		for i := range 100 {
			fmt.Fprintf(&text, `,"m%d":%d`, i, i)
		}
		text.WriteString(`,"\u0065scaped":"here"}`)
		Expect(d.read(text.String())).To(Equal(Accepted))
		for i := range 100 {
			Expect(d.raw(d.member(root, fmt.Sprint("m", i)))).To(Equal(fmt.Sprint(i)))
		}
		Expect(d.words(d.member(root, "escaped"))).To(Equal("here"))
		Expect(d.member(root, "a")).To(Equal(none))
		Expect(d.raw(d.member(d.member(root, "inner"), "a"))).To(Equal("1"))
	})

	It("of an earlier message says nothing of a later one", func() {
		var d document
		for _, name := range []string{"x", "y"} {
			var text strings.Builder
			text.WriteString("{")
			for i := range 50 {
				fmt.Fprintf(&text, `"%s%d":%d,`, name, i, i)
			}
			Expect(d.read(text.String() + `"end":0}`)).To(Equal(Accepted))
			Expect(d.raw(d.member(root, name+"49"))).To(Equal("49"))
		}
		Expect(d.member(root, "x49")).To(Equal(none))
	})
})

// enveloped are the channels whose events hold the message in an envelope, as their samples show.
func enveloped() (channels []Channel) {
	for _, channel := range Channels() {
		event := samples(channel.Name)[0].Events
		if len(event) > 0 && bytes.Contains(event[0].Payload, []byte(`"event_data"`)) {
			channels = append(channels, channel)
		}
	}
	return channels
}

// expectPreserved compares what went in with what pages find under event.data:
// all that was there is still there, and nothing of ours besides the promised members.
func expectPreserved(channel Channel, text string) {
	GinkgoHelper()
	events, rejected := translated(channel, text)
	Expect(rejected).To(BeEmpty(), text)
	Expect(events).NotTo(BeEmpty(), text)
	var payload struct {
		Event     struct{ Data map[string]any }
		EventData struct{ Data map[string]any } `json:"event_data"`
	}
	Expect(decode(string(events[0].Payload), &payload)).To(Succeed())
	var before map[string]any
	Expect(decode(text, &before)).To(Succeed())
	Expect(payload.EventData).To(Equal(payload.Event))
	promised := []string{"pattern", "pattern_type", "symbol", "confidence", "price", "change_percent", "rs", "overall_status", "status"}
	for key, value := range before {
		after, present := payload.Event.Data[key]
		Expect(present && reflect.DeepEqual(after, value)).To(BeTrue(), "%s of %s", key, text)
	}
	nested, _ := before["data"].(map[string]any)
	for key, value := range payload.Event.Data {
		_, was := before[key]
		from, hoisted := nested[key]
		hoisted = hoisted && reflect.DeepEqual(from, value)
		Expect(was || hoisted || slices.Contains(promised, key)).To(BeTrue(), "%s was added to %s", key, text)
	}
}

func decode(text string, into any) error {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	return decoder.Decode(into)
}

func randomObject(rng *rand.Rand, depth int) map[string]any {
	object := make(map[string]any)
	for range rng.IntN(8) {
		object[randomText(rng)] = randomValue(rng, depth)
	}
	return object
}

func randomValue(rng *rand.Rand, depth int) any {
	switch kind := rng.IntN(8); {
	case kind == 0:
		return nil
	case kind == 1:
		return rng.IntN(2) == 0
	case kind <= 3:
		return json.Number(fmt.Sprintf("%d.%03de%d", rng.Int64()-rng.Int64(), rng.IntN(1000), rng.IntN(600)-300))
	case kind <= 5 || depth == 0:
		return randomText(rng)
	case kind == 6:
		list := make([]any, rng.IntN(4))
		for i := range list {
			list[i] = randomValue(rng, depth-1)
		}
		return list
	}
	return randomObject(rng, depth-1)
}

func randomText(rng *rand.Rand) string {
	letters := []rune("ab \"\\/<>&\u0000\u001f\u2028é✅\U0001f4c8_-.{}[],:")
	text := make([]rune, rng.IntN(12))
	for i := range text {
		text[i] = letters[rng.IntN(len(letters))]
	}
	return "x" + string(text)
}

// FuzzTranslate holds for any bytes: no panic, JSON out whenever accepted, and
// the same judgement of what JSON is as the standard library.
func FuzzTranslate(f *testing.F) {
	for _, seed := range []string{
		`{"pattern":"Doji","symbol":"AAPL","confidence":0.9}`, `{"data":{"data":{"pattern_name":"x","ticker":"y"}}}`,
		`{"patterns":[{"detection":{"pattern":"a","symbol":"b"}},{}]}`, `{"job_id":1,"progress":"0.5","data":{}}`,
		`{"symbol":"AAPL","price":"1.5","open":1,"high":2,"low":0,"close":1,"volume":3,"timestamp":"2025-09-26T16:00:00Z","timeframe":"60min"}`,
		`{"data":{"symbols":{"\u0041":{"price":1}},"market_movers":[1],"summary":{"total_symbols":"4"}},"alert":{"id":7,"title":"x"}}`,
		`{"event_id":""","pattern":"a","symbol":"\","timestamp":-1e300,"market_context":{},"confidence":1e-9}`,
		`{"session":{"session_id":1},"timestamp":2}`, `{"health":{"data_flow":{},"issues":1,"metrics":{}},"issues":[]}`,
		`{"alert":{"type":"a"},"symbol":"b","data":{"message":"c"}}`, `{"indicators":[{"calculation":{"indicator":"a\"","symbol":"b"},"value":1,"timestamp":"1"}]}`,
		`{"test":1}`, `{"a":NaN}`, `{"\u0061":-0.0e-0,"a":[[]]}`, `[]`, "\xff", `{"price":{"a":"\ud800"},"pattern":"","pattern_type":"x","symbol":" "}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if sound := read(text) == Accepted; sound && !json.Valid([]byte(text)) {
			t.Fatalf("taken for JSON: %q", text)
		}
		if read(text) == NotJSON && json.Valid([]byte(text)) {
			t.Fatalf("not taken for JSON: %q", text)
		}
		for _, channel := range Channels() {
			events, _ := translated(channel, text)
			for _, event := range events {
				if !json.Valid(event.Payload) || bytes.ContainsRune(event.Payload, '\ufffd') && !strings.ContainsRune(text, '\ufffd') {
					t.Fatalf("%s of %q is not sound: %s", channel.Name, text, event.Payload)
				}
				if read(string(event.Payload)) == DuplicateKey {
					t.Fatalf("%s of %q says a name twice: %s", channel.Name, text, event.Payload)
				}
			}
		}
	})
}
