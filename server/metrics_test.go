package server_test

import (
	"fmt"
	"regexp"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"github.com/rs/zerolog"
	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server"
	"github.com/tickstock/tickcast/server/engineio"
)

var _ = Describe("Metrics", func() {
	It("have every reason and every kind of connection from the start", func() {
		text := startSite(nil, nil).ask("GET", "/metrics").body
		for _, reason := range engineio.Reasons {
			Expect(text).To(ContainSubstring(`tickcast_disconnects_total{reason="` + string(reason) + `"} 0`))
		}
		for _, kind := range []string{
			`protocol="3",transport="polling"`, `protocol="3",transport="websocket"`,
			`protocol="4",transport="polling"`, `protocol="4",transport="websocket"`,
		} {
			Expect(text).To(ContainSubstring("tickcast_connections{" + kind + "} 0"))
		}
		for _, name := range append(server.EventNames(), "other") {
			Expect(text).To(ContainSubstring(`tickcast_events_in_total{event="` + name + `"} 0`))
		}
		Expect(text).To(MatchRegexp(`tickcast_build_info\{goversion="go[^"]*",version="1.2.3"\} 1`))
		Expect(text).To(ContainSubstring(`tickcast_subscriptions{topic="patterns"} 0`))
		Expect(text).To(ContainSubstring("tickcast_ready 1"))
		Expect(text).To(ContainSubstring("go_goroutines"))
	})

	It("follow what happens", func() {
		s := startSite(nil, byCookie)
		b := enterBrowser(s.url, "Cookie", "user=7")
		b.emit("heartbeat")
		b.next("heartbeat_ack")
		s.sockets.Router().Route(alert("Doji"))
		b.next("pattern_alert")
		s.server.SetDraining()
		text := s.ask("GET", "/metrics").body
		for _, line := range []string{
			`tickcast_connections{protocol="4",transport="websocket"} 1`,
			`tickcast_sockets{namespace="/"} 1`,
			`tickcast_users 1`,
			`tickcast_rooms 2`,
			`tickcast_subscriptions{topic="patterns"} 1`,
			`tickcast_events_in_total{event="heartbeat"} 1`,
			`tickcast_events_out_total{event="pattern_alert"} 1`,
			`tickcast_events_delivered_total 1`,
			`tickcast_match_seconds_count 1`,
			`tickcast_handover_seconds_count 1`,
			`tickcast_ready 0`,
			`tickcast_draining 1`,
		} {
			Expect(text).To(ContainSubstring("\n"+line+"\n"), line)
		}
		Expect(text).To(MatchRegexp(`tickcast_bytes_in_total [1-9]`))
		Expect(text).To(MatchRegexp(`tickcast_bytes_out_total [1-9]`))
		Expect(text).To(MatchRegexp(`tickcast_write_seconds_count [1-9]`))
	})

	It("have as many series after hostile names as before", func() {
		s := startSite(nil, nil)
		b := enterBrowser(s.url)
		b.emit("heartbeat")
		b.next("heartbeat_ack")
		b.expectNothing()
		before := series(s.ask("GET", "/metrics").body)
		for _, name := range []string{"x", "y", `"} 1`, strings.Repeat("z", 1000)} {
			b.emit(name)
			s.ask("GET", "/socket.io/?EIO=4&transport="+strings.Repeat("t", 100))
		}
		b.expectNothing()
		Expect(series(s.ask("GET", "/metrics").body)).To(Equal(before))
	})

	It("put the events of too many names together", func() {
		s := startSite(nil, nil)
		enterBrowser(s.url)
		for i := range 200 {
			s.sockets.Router().Route(rooms.Event{
				Name:     fmt.Sprintf("event_%d", i),
				Audience: rooms.Audience{Namespace: "/"},
				Payload:  []byte(`1`),
			})
		}
		text := s.ask("GET", "/metrics").body
		Expect(strings.Count(text, "tickcast_events_out_total{")).To(Equal(129))
		Expect(text).To(ContainSubstring(`tickcast_events_out_total{event="other"} 73`))
	})

	It("are named as Prometheus wants it", func() {
		text := startSite(nil, nil).ask("GET", "/metrics").body
		problems, err := promlint.New(strings.NewReader(text)).Lint()
		Expect(err).NotTo(HaveOccurred())
		Expect(problems).To(BeEmpty())
	})

	It("can be registered once for each registry", func() {
		s := startSite(nil, nil)
		registry := prometheus.NewRegistry()
		parts := server.Parts{
			Sockets: s.sockets, Redis: hearing, Registry: registry,
		}
		_, err := server.New(parts, zerolog.Nop())
		Expect(err).NotTo(HaveOccurred())
		_, err = server.New(parts, zerolog.Nop())
		Expect(err).To(MatchError(ContainSubstring("register metrics")))
	})
})

// series lists the names and labels of all of our series.
func series(text string) []string {
	return regexp.MustCompile(`(?m)^tickcast_[^ ]*`).FindAllString(text, -1)
}
