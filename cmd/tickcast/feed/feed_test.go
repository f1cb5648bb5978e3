package feed

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"
)

// listener is a Redis that notes what is published, and when. It is away for the first calls.
type listener struct {
	mu       sync.Mutex
	away     int
	channels []string
	messages []string
	times    []time.Time
}

func (l *listener) Publish(ctx context.Context, channel string, message any) *redis.IntCmd {
	l.mu.Lock()
	defer l.mu.Unlock()
	reply := redis.NewIntCmd(ctx)
	if l.away > 0 {
		l.away--
		reply.SetErr(redis.ErrClosed)
		return reply
	}
	l.channels = append(l.channels, channel)
	l.messages = append(l.messages, string(message.([]byte)))
	l.times = append(l.times, time.Now())
	return reply
}

// Set is never asked for anything that these specs look at.
func (l *listener) Set(ctx context.Context, _ string, _ any, _ time.Duration) *redis.StatusCmd {
	return redis.NewStatusCmd(ctx)
}

func (l *listener) heard() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string(nil), l.messages...)
}

// recorded writes a recording and gives its path.
func recorded(lines ...string) string {
	GinkgoHelper()
	path := filepath.Join(GinkgoT().TempDir(), "recording.jsonl")
	Expect(os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o600)).To(Succeed())
	return path
}

// once replays a recording and gives its messages.
func once(lines ...string) []string {
	GinkgoHelper()
	redis := &listener{}
	Expect(Run(context.Background(), Config{Redis: redis, File: recorded(lines...), Rate: 1e6, Once: true, Log: zerolog.Nop()})).To(Succeed())
	return redis.heard()
}

// field follows a path into a message.
func field(message string, path ...string) any {
	GinkgoHelper()
	decoder := json.NewDecoder(strings.NewReader(message))
	decoder.UseNumber()
	var value any
	Expect(decoder.Decode(&value)).To(Succeed(), message)
	for _, name := range path {
		value = value.(map[string]any)[name]
	}
	return value
}

func seconds(value any) time.Time {
	GinkgoHelper()
	amount, err := value.(json.Number).Float64()
	Expect(err).NotTo(HaveOccurred())
	return time.UnixMicro(int64(amount * 1e6))
}

var _ = Describe("The feed", func() {
	It("publishes what is recorded, in its order, and only freshens it", func() {
		Expect(once(
			`{"channel":"a","message":{"z":1.50,"a":"<b>","n":12345678901234567890}}`, ``,
			`{"message": {"deep": [1, {"x": null}]}, "channel": "b"}`,
		)).To(Equal([]string{`{"z":1.50,"a":"<b>","n":12345678901234567890}`, `{"deep": [1, {"x": null}]}`}))
	})

	It("shifts every time to now, and keeps the distance between them", func() {
		m := once(`{"channel":"a","message":{"timestamp":1758902400.25,"volume":1758902400,"data":{"expires_at":1759161600,"opened_at":1758902390250,"price_at":3}}}`)[0]
		now := seconds(field(m, "timestamp"))
		Expect(now).To(BeTemporally("~", time.Now(), time.Minute))
		Expect(seconds(field(m, "data", "expires_at"))).To(BeTemporally("~", now.Add(259199750*time.Millisecond), time.Second))
		opened, err := field(m, "data", "opened_at").(json.Number).Int64()
		Expect(err).NotTo(HaveOccurred())
		Expect(time.UnixMilli(opened)).To(BeTemporally("~", now.Add(-10*time.Second), time.Second))
		Expect(field(m, "volume")).To(Equal(json.Number("1758902400")))
		Expect(field(m, "data", "price_at")).To(Equal(json.Number("3")))
	})

	It("takes a message's timestamp for now, whatever time comes first in it", func() {
		m := once(`{"channel":"a","message":{"expires_at":1758902500,"timestamp":1758902400}}`)[0]
		Expect(seconds(field(m, "timestamp"))).To(BeTemporally("~", time.Now(), 30*time.Second))
		Expect(seconds(field(m, "expires_at"))).To(BeTemporally(">", time.Now().Add(60*time.Second)))
	})

	DescribeTable("writes a time as it was written",
		func(recorded, pattern string) {
			m := once(`{"channel":"a","message":{"timestamp":` + recorded + `}}`)[0]
			Expect(m).To(MatchRegexp(`^\{"timestamp":` + pattern + `\}$`))
			Expect(m).NotTo(ContainSubstring("2025"))
		},
		Entry("as whole seconds", `1758902400`, `\d{10}`),
		Entry("as seconds with a fraction", `1758902400.25`, `\d{10}\.\d\d`),
		Entry("as milliseconds", `1758902400250`, `\d{13}`),
		Entry("as ISO text in UTC", `"2025-09-26T16:00:00.123Z"`, `"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"`),
		Entry("as ISO text with an offset", `"2025-09-26T16:00:00+00:00"`, `"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00"`),
		Entry("as ISO text without a zone", `"2025-09-26T16:00:00.123456"`, `"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}"`),
		Entry("not at all, if it is none", `"never"`, `"never"`),
	)

	It("gives each run its own job ids, the same for the same job", func() {
		redis := &listener{}
		file := recorded(
			`{"channel":"a","message":{"job_id":"backtest_1758902400_1a2b3c4d"}}`,
			`{"channel":"b","message":{"data":{"job_id":"backtest_1758902400_1a2b3c4d"}}}`,
			`{"channel":"b","message":{"job_id":"backtest_1758902400_other"}}`)
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		var running sync.WaitGroup
		running.Go(func() { Run(ctx, Config{Redis: redis, File: file, Rate: 1e4, Log: zerolog.Nop()}) })
		Eventually(func() int { return len(redis.heard()) }).Should(BeNumerically(">=", 6))
		cancel()
		running.Wait()
		heard := redis.heard()
		first := field(heard[0], "job_id")
		Expect(first).To(MatchRegexp(`^backtest_\d{10}_[0-9a-f]{8}$`))
		Expect(field(heard[1], "data", "job_id")).To(Equal(first))
		Expect(field(heard[2], "job_id")).NotTo(Equal(first))
		Expect(field(heard[3], "job_id")).NotTo(Equal(first))
	})

	It("waits for a Redis that is away, and leaves nothing out", func() {
		redis := &listener{away: 2}
		file := recorded(`{"channel":"a","message":{"n":1}}`, `{"channel":"a","message":{"n":2}}`)
		Expect(Run(context.Background(), Config{Redis: redis, File: file, Rate: 1e6, Once: true, Log: zerolog.Nop()})).To(Succeed())
		Expect(redis.heard()).To(Equal([]string{`{"n":1}`, `{"n":2}`}))
	})

	DescribeTable("names the line and the field when a recording is wrong",
		func(expected string, lines ...string) {
			file := recorded(lines...)
			err := Run(context.Background(), Config{Redis: &listener{}, File: file, Rate: 1, Log: zerolog.Nop()})
			Expect(err).To(MatchError(And(ContainSubstring(file), ContainSubstring(expected))))
		},
		Entry("that is empty", "holds no messages", ""),
		Entry("with a line that is no JSON", "line 2: not a JSON object", `{"channel":"a","message":{}}`, `{"channel":`),
		Entry("with a line that is an array", "line 1: not a JSON object", `[]`),
		Entry("without a channel", `line 1: field "channel"`, `{"message":{}}`),
		Entry("with a channel that is no text", `line 1: field "channel"`, `{"channel":7,"message":{}}`),
		Entry("without a message", `line 3: field "message"`, `{"channel":"a","message":{}}`, ``, `{"channel":"a"}`),
		Entry("with a message that is a text", `line 1: field "message"`, `{"channel":"a","message":"x"}`),
		Entry("with a field too many", `line 1: field "chanel" is not known`, `{"chanel":"a","channel":"a","message":{}}`),
	)

	It("names a recording that is not there", func() {
		err := Run(context.Background(), Config{Redis: &listener{}, File: "no/such.jsonl", Rate: 1})
		Expect(err).To(MatchError(ContainSubstring("no/such.jsonl")))
	})

	DescribeTable("refuses a rate that is none",
		func(rate float64) {
			Expect(Run(context.Background(), Config{Redis: &listener{}, Rate: rate})).To(MatchError(ContainSubstring("rate")))
		},
		Entry("zero", 0.0), Entry("below zero", -1.0),
	)
})

// TestPace runs in a bubble of its own time.
func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		redis := &listener{away: 8} // 2 s: longer than what is caught up
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second+time.Millisecond)
		defer cancel()
		begin := time.Now()
		if err := Run(ctx, Config{Redis: redis, Rate: 10, Log: zerolog.Nop()}); err != nil {
			t.Fatal(err)
		}
		if len(redis.times) != 32 {
			t.Errorf("%d messages in the 3 s in which Redis was there, want 32", len(redis.times))
		}
		for i, at := range redis.times[2:] {
			if want := begin.Add(2*time.Second + time.Duration(i)*100*time.Millisecond); at.Sub(want).Abs() > 100*time.Millisecond {
				t.Errorf("message %d after %v", i, at.Sub(begin))
			}
		}
	})
}
