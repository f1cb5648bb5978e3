package protocol_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/e2e/internal/wire"
)

var _ = Describe("An Engine.IO handshake", func() {
	BeforeEach(func() { target = quick })

	type open struct {
		SID          string
		Upgrades     []string
		PingInterval int
		PingTimeout  int
		MaxPayload   int
	}
	parse := func(packet string) (o open) {
		GinkgoHelper()
		Expect(packet).To(HavePrefix("0"))
		Expect(json.Unmarshal([]byte(packet[1:]), &o)).To(Succeed())
		return o
	}

	DescribeTable("over polling answers with an open packet", func(d dialect) {
		answer := get(d.path(""))
		Expect(answer).To(haveStatus(http.StatusOK))
		Expect(strings.ToLower(answer.Header.Get("Content-Type"))).To(Equal("text/plain; charset=utf-8"))
		o := parse(d.split(answer.Body)[0])
		Expect(o.SID).NotTo(BeEmpty())
		Expect(o.Upgrades).To(ConsistOf("websocket"))
		Expect(o.PingInterval).To(Equal(300))
		Expect(o.PingTimeout).To(Equal(200))
	}, dialects())

	It("tells a client of protocol 4 the largest payload", func() {
		Expect(parse(get(v4().path("")).Body).MaxPayload).To(Equal(1_000_000))
	})

	DescribeTable("over websocket answers with an open packet that offers no upgrade", func(d dialect) {
		o := parse(next(dial(d.socketPath(""))))
		Expect(o.SID).NotTo(BeEmpty())
		Expect(o.Upgrades).NotTo(BeNil())
		Expect(o.Upgrades).To(BeEmpty())
		Expect(o.PingInterval).To(Equal(300))
		Expect(o.PingTimeout).To(Equal(200))
	}, dialects())

	DescribeTable("gives each session an id of its own, and no cookie", func(d dialect) {
		answer := get(d.path(""))
		Expect(opened(d.split(answer.Body)[0])).NotTo(Equal(d.handshake()))
		Expect(answer.Header.Values("Set-Cookie")).To(BeEmpty())
	}, dialects())

	DescribeTable("is refused", func(method, query string, code int, message string) {
		Expect(request(method, "/engine.io/"+query, "", "")).To(beRefused(code, message))
	},
		Entry("without a transport", "GET", "?EIO=4", 0, "Transport unknown"),
		Entry("with an unknown transport", "GET", "?EIO=4&transport=abc", 0, "Transport unknown"),
		Entry("with a name from an object's prototype", "GET", "?EIO=4&transport=constructor", 0, "Transport unknown"),
		Entry("with an unknown session", "GET", "?EIO=4&transport=polling&sid=abc", 1, "Session ID unknown"),
		Entry("with an unknown session in a POST", "POST", "?EIO=4&transport=polling&sid=abc", 1, "Session ID unknown"),
		Entry("with an unknown session in protocol 3", "GET", "?EIO=3&transport=polling&sid=abc", 1, "Session ID unknown"),
		Entry("with POST", "POST", "?EIO=4&transport=polling", 2, "Bad handshake method"),
		Entry("with PUT", "PUT", "?EIO=4&transport=polling", 2, "Bad handshake method"),
		Entry("with POST in protocol 3", "POST", "?EIO=3&transport=polling", 2, "Bad handshake method"),
		Entry("for a websocket that asks for no upgrade", "GET", "?EIO=4&transport=websocket", 3, "Bad request"),
		Entry("without a protocol", "GET", "?transport=polling", 5, "Unsupported protocol version"),
		Entry("with a protocol that is no number", "GET", "?EIO=abc&transport=polling", 5, "Unsupported protocol version"),
		Entry("with protocol 2", "GET", "?EIO=2&transport=polling", 5, "Unsupported protocol version"),
		Entry("with protocol 5", "GET", "?EIO=5&transport=polling", 5, "Unsupported protocol version"),
	)

	DescribeTable("is refused over websocket", func(query string) {
		_, err := wire.Dial(context.Background(), "ws://"+target+"/engine.io/"+query)
		Expect(err).To(MatchError(wire.ErrRefused))
		Expect(err).To(MatchError(ContainSubstring("400")))
	},
		Entry("without a transport", "?EIO=4"),
		Entry("with an unknown transport", "?EIO=4&transport=abc"),
		Entry("without a protocol", "?transport=websocket"),
		Entry("with a protocol that is no number", "?EIO=abc&transport=websocket"),
		Entry("with an unknown session", "?EIO=4&transport=websocket&sid=abc"),
	)

	DescribeTable("belongs to its transport: a poll on a websocket's session is refused", func(d dialect) {
		socket := dial(d.socketPath(""))
		sid := parse(next(socket)).SID
		Expect(get(d.path(sid))).To(beRefused(3, "Bad request"))
		Expect(socket.Text("4still here")).To(Succeed())
		Eventually(socket.Frames()).Should(bring("4still here"))
	}, dialects())

	It("belongs to its protocol: a poll of protocol 3 on a session of protocol 4 is not served", func() {
		sid := v4().handshake()
		Expect(get(v3().path(sid)).Status).To(BeNumerically(">=", 400), fmt.Sprintf("session %s", sid))
	})
})
