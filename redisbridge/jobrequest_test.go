package redisbridge

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/rooms"
)

// backtest is a request with these members besides the four that must be there.
func backtest(members ...string) json.RawMessage {
	sent := []string{`"symbols":["AAPL"]`, `"start_date":"2024-01-01"`, `"end_date":"2024-12-31"`, `"patterns":["Doji"]`}
	return json.RawMessage("{" + strings.Join(append(sent, members...), ",") + "}")
}

// but is that request with one text in it replaced.
func but(old, replacement string) json.RawMessage {
	return json.RawMessage(strings.Replace(string(backtest()), old, replacement, 1))
}

// times is a JSON list of n times the same value.
func times(n int, value string) string {
	return "[" + strings.TrimSuffix(strings.Repeat(value+",", n), ",") + "]"
}

var _ = Describe("A request for a backtest", func() {
	const defaults = `{"initial_capital":100000.0,"commission_rate":0.001,"slippage_rate":0.0005,"max_position_size":0.1,"stop_loss_pct":0.05,"take_profit_pct":0.1}`

	DescribeTable("has parameters:",
		func(sent, parameters string) {
			var members []string
			if sent != "" {
				members = append(members, sent)
			}
			asked, err := readJobRequest(backtest(members...))
			Expect(err).NotTo(HaveOccurred())
			Expect(asObject(asked.parameters)).To(Equal(parameters))
		},
		Entry("the usual ones", ``, defaults),
		Entry("the usual ones for null", `"parameters":null,"initial_capital":null`, defaults),
		Entry("flat, as they were sent", `"initial_capital":5e4,"commission_rate":0,"slippage_rate":0.010,"max_position_size":1,"stop_loss_pct":1.0,"take_profit_pct":0.250`,
			`{"initial_capital":5e4,"commission_rate":0,"slippage_rate":0.010,"max_position_size":1,"stop_loss_pct":1.0,"take_profit_pct":0.250}`),
		Entry("nested", `"parameters":{"take_profit_pct":0.2,"initial_capital":1}`, strings.NewReplacer("100000.0", "1", `"take_profit_pct":0.1`, `"take_profit_pct":0.2`).Replace(defaults)),
		Entry("some flat, some nested", `"initial_capital":1,"parameters":{"take_profit_pct":0.2}`, strings.NewReplacer("100000.0", "1", `"take_profit_pct":0.1`, `"take_profit_pct":0.2`).Replace(defaults)),
		Entry("besides what pages always add", `"user_id":null,"timestamp":1,"source":{}`, defaults),
	)

	DescribeTable("is taken",
		func(request json.RawMessage) { Expect(readJobRequest(request)).Error().NotTo(HaveOccurred()) },
		Entry("with fifty symbols", but(`["AAPL"]`, times(50, `"BRK.B"`))),
		Entry("with a hundred patterns", but(`["Doji"]`, times(100, `"Doji"`))),
		Entry("with a name of 64 characters", but("Doji", strings.Repeat("é", 64))),
		Entry("over 1825 days", but("2024-12-31", "2028-12-30")),
		Entry("over one day", but("2024-12-31", "2024-01-02")),
		Entry("with a leap day", but("2024-01-01", "2024-02-29")),
		Entry("in another order, with spaces", json.RawMessage(` { "patterns" : [ "Doji" ] , "end_date" : "2024-12-31", "start_date":"2024-01-01","symbols":["AAPL"]}`)),
	)

	DescribeTable("is refused, and the field is named:",
		func(request json.RawMessage, name, problem string) {
			_, err := readJobRequest(request)
			Expect(err).To(BeAssignableToTypeOf(&rooms.FieldError{}))
			refusal := err.(*rooms.FieldError)
			Expect(refusal.Field).To(Equal(name))
			Expect(refusal.Problem).To(ContainSubstring(problem))
			Expect(len(refusal.Problem)).To(BeNumerically("<", 200))
		},
		Entry("nothing", json.RawMessage(nil), "request", "JSON object"),
		Entry("a list", json.RawMessage(`[]`), "request", "not_object"),
		Entry("a field twice", backtest(`"symbols":["MSFT"]`), "request", "duplicate_key"),
		Entry("too much", backtest(`"source":"`+strings.Repeat("x", 64<<10)+`"`), "request", "larger"),
		Entry("no depth", backtest(`"source":`+strings.Repeat("[", 100)+strings.Repeat("]", 100)), "request", "too_deep"),
		Entry("no symbols", json.RawMessage(`{}`), "symbols", "missing"),
		Entry("null for symbols", but(`["AAPL"]`, `null`), "symbols", "missing"),
		Entry("a text for symbols", but(`["AAPL"]`, `"AAPL"`), "symbols", "list"),
		Entry("an empty list of symbols", but(`["AAPL"]`, `[]`), "symbols", "at least one"),
		Entry("51 symbols", but(`["AAPL"]`, times(51, `"A"`)), "symbols", "names 51, at most 50"),
		Entry("a number among the symbols", but(`["AAPL"]`, `["AAPL",1]`), "symbols[1]", "text"),
		Entry("an empty symbol", but(`["AAPL"]`, `["AAPL"," "]`), "symbols[1]", "empty"),
		Entry("a long symbol", but("AAPL", strings.Repeat("A", 65)), "symbols[0]", "longer than 64"),
		Entry("a control character in a symbol", but("AAPL", `AA\u0000PL`), "symbols[0]", "control"),
		Entry("no patterns", but(`["Doji"]`, `[]`), "patterns", "at least one"),
		Entry("101 patterns", but(`["Doji"]`, times(101, `"D"`)), "patterns", "at most 100"),
		Entry("an object among the patterns", but(`"Doji"`, `{}`), "patterns[0]", "text"),
		Entry("no first day", but(`"start_date"`, `"source"`), "start_date", "missing"),
		Entry("a first day that is none", but("2024-01-01", "2024-02-30"), "start_date", "YYYY-MM-DD"),
		Entry("a first day of another form", but("2024-01-01", "2024-1-1"), "start_date", "YYYY-MM-DD"),
		Entry("a first day with a time", but("2024-01-01", "2024-01-01T00:00:00Z"), "start_date", "YYYY-MM-DD"),
		Entry("a first day in the year 0", but("2024-01-01", "0000-01-01"), "start_date", "YYYY-MM-DD"),
		Entry("a number for a day", but(`"2024-12-31"`, `20241231`), "end_date", "YYYY-MM-DD"),
		Entry("a last day that is the first", but("2024-12-31", "2024-01-01"), "end_date", "after start_date"),
		Entry("a last day before the first", but("2024-12-31", "2023-01-01"), "end_date", "after start_date"),
		Entry("1826 days", but("2024-12-31", "2028-12-31"), "end_date", "more than 1825 days"),
		Entry("a list of parameters", backtest(`"parameters":[]`), "parameters", "object"),
		Entry("no capital", backtest(`"initial_capital":0`), "initial_capital", "greater than 0"),
		Entry("a capital that is hardly there", backtest(`"initial_capital":1e-400`), "initial_capital", "greater than 0"),
		Entry("debts", backtest(`"initial_capital":-1`), "initial_capital", "greater than 0"),
		Entry("an endless capital", backtest(`"initial_capital":1e999`), "initial_capital", "finite"),
		Entry("all the money", backtest(`"initial_capital":1e16`), "initial_capital", "within"),
		Entry("a text for a number", backtest(`"initial_capital":"1"`), "initial_capital", "number"),
		Entry("a long number", backtest(`"initial_capital":1.`+strings.Repeat("0", 40)), "initial_capital", "longer"),
		Entry("a high commission", backtest(`"commission_rate":0.011`), "commission_rate", "within 0 and 0.01"),
		Entry("a negative commission", backtest(`"parameters":{"commission_rate":-0.001}`), "parameters.commission_rate", "within"),
		Entry("a high slippage", backtest(`"parameters":{"slippage_rate":0.02}`), "parameters.slippage_rate", "within 0 and 0.01"),
		Entry("no position", backtest(`"max_position_size":0`), "max_position_size", "greater than 0"),
		Entry("a position beyond the capital", backtest(`"max_position_size":1.1`), "max_position_size", "within 0 and 1"),
		Entry("a stop loss in percent", backtest(`"stop_loss_pct":5`), "stop_loss_pct", "within 0 and 1"),
		Entry("a negative profit", backtest(`"take_profit_pct":-0.1`), "take_profit_pct", "within 0 and 1"),
		Entry("a parameter twice", backtest(`"stop_loss_pct":0.1,"parameters":{"stop_loss_pct":0.1}`), "stop_loss_pct", "twice"),
		Entry("a field that is none", backtest(`"stop_loss":0.1`), "stop_loss", "no field"),
		Entry("a parameter that is none", backtest(`"parameters":{"stop_loss":0.1}`), "parameters.stop_loss", "no parameter"),
		Entry("a field with a long name", backtest(`"`+strings.Repeat("x", 1000)+`":1`), strings.Repeat("x", 64)+"…", "no field"),
	)

	It("keeps texts as JSON that everyone can read", func() {
		asked, err := readJobRequest(but(`["Doji"]`, `["Cup & <b>\u0048andle</b> \"✅\"","\ud800"]`))
		Expect(err).NotTo(HaveOccurred())
		Expect(asked.patterns).To(Equal(`["Cup & <b>Handle</b> \"✅\"","` + "\ufffd" + `"]`))
	})
})

// FuzzJobRequest makes sure that whatever is taken makes a message and a record that can be read.
func FuzzJobRequest(f *testing.F) {
	for _, seed := range []json.RawMessage{backtest(), backtest(`"parameters":{"initial_capital":1e5}`), but("Doji", `\ud83d\u0000"`), nil} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, sent []byte) {
		asked, err := readJobRequest(sent)
		if err != nil {
			return
		}
		made := newJob("7", asked, arrival)
		for _, text := range []string{made.message(), made.record()} {
			if _, err := readJobRecord(text); err != nil {
				t.Fatal(fmt.Errorf("%w: %s", err, text))
			}
		}
	})
}
