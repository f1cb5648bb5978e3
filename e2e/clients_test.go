package e2e_test

import (
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/tickstock/tickcast/e2e/internal/driver"
)

// clientCase is one official client and how it connects.
type clientCase struct {
	name       string
	version    string // of socket.io-client; "" = it is another
	transports []string
	threads    bool // it hands each event to a thread of its own, so that it has no order to tell
	start      func(driver.Setup) *driver.Driver
}

func clientCases() []clientCase {
	var all []clientCase
	for _, w := range ways() {
		for _, version := range versions() {
			start := func(setup driver.Setup) *driver.Driver {
				setup.Version = version
				return javascript(setup)
			}
			all = append(all, clientCase{"socket.io-client " + version + " by " + w.name, version, w.transports, false, start})
		}
		all = append(all, clientCase{"python-socketio by " + w.name, "", w.transports, true, python})
	}
	return all
}

func eachClient(body any) []any {
	args := []any{body}
	for _, c := range clientCases() {
		args = append(args, Entry(c.name, c))
	}
	return args
}

// on starts the client; what it shall tell of are events.
func (c clientCase) on(url, namespace string, events ...string) *driver.Driver {
	GinkgoHelper()
	return c.start(driver.Setup{URL: url, Namespace: namespace, Transports: c.transports, Events: events})
}

// inOrder holds when all of want came, once each.
func (c clientCase) inOrder(want []string) types.GomegaMatcher {
	if c.threads {
		return ConsistOf(want)
	}
	return Equal(want)
}

var _ = Describe("An official client on tickcast", func() {
	told := []string{"connection_confirmed", "subscription_confirmed", "pattern_alert", "heartbeat_ack", "test_response", "error"}

	DescribeTable("is welcomed, subscribes, and gets each alert once, in order", eachClient(func(c clientCase) {
		s := openStage()
		d := c.on("http://"+s.tickcast.Address(), "", told...)
		Eventually(d.Events).WithArguments("connection_confirmed").Should(HaveLen(1))
		Expect(d.Events("connection_confirmed")[0].Args[0]).To(MatchJSON(fmt.Sprintf(
			`{"user_id":"anonymous","session_id":%q,"server_time":%s,"status":"connected"}`,
			d.Told("connect")[0].ID, member(d.Events("connection_confirmed")[0].Args[0], "server_time"))))

		Expect(d.Emit(1, "subscribe_patterns", map[string]any{"patterns": []string{"Doji"}})).To(Succeed())
		Eventually(d.Events).WithArguments("subscription_confirmed").Should(HaveLen(1))
		Eventually(d.Told).WithArguments("ack").Should(ConsistOf(HaveField("Args", BeEmpty())))

		var want []string
		for i := range 50 {
			s.alert("Hammer", fmt.Sprintf("NO%d", i))
			s.alert("Doji", fmt.Sprintf("S%d", i))
			want = append(want, fmt.Sprintf("S%d", i))
		}
		Eventually(alerts).WithArguments(d).Should(c.inOrder(want))
		Expect(d.Emit(0, "heartbeat")).To(Succeed())
		Eventually(d.Events).WithArguments("heartbeat_ack").Should(HaveLen(1))
		Expect(alerts(d)).To(HaveLen(len(want)))
		Expect(d.Events("error")).To(BeEmpty())
	})...)

	DescribeTable("comes back by itself after a restart and gets alerts again", eachClient(func(c clientCase) {
		s := openStage()
		d := c.on("http://"+s.tickcast.Address(), "", told...)
		Eventually(d.Events).WithArguments("connection_confirmed").Should(HaveLen(1))
		s.restart()
		Eventually(d.Events).WithArguments("connection_confirmed").Should(HaveLen(2))
		s.alert("Doji", "BACK")
		Eventually(alerts).WithArguments(d).Should(Equal([]string{"BACK"}))
		Expect(d.Told("disconnect")).To(HaveLen(1))
		Expect(d.Told("disconnect")[0].Reason).NotTo(Equal("io server disconnect"))
	})...)
})

var _ = Describe("An official client on the fixture", func() {
	told := []string{"auth", "message-back", "burst-item"}

	DescribeTable("gets back what it sends, bytes and all", eachClient(func(c clientCase) {
		d := c.on(startFixture(), "", told...)
		nested := map[string]any{"bytes": driver.Binary{Base64: []byte{0, 1, 255}}, "words": "€ 漢 \U0001F4C8", "list": []any{1, nil, true}}
		Expect(d.Emit(0, "message", 1, "2", nested, driver.Binary{Base64: []byte{4, 30}})).To(Succeed())
		Eventually(d.Events).WithArguments("message-back").Should(HaveLen(1))
		Expect(d.Events("message-back")[0].Args).To(matchArgs(
			`1`, `"2"`, `{"bytes":{"$binary":"AAH/"},"words":"€ 漢 📈","list":[1,null,true]}`, `{"$binary":"BB4="}`))

		Expect(d.Emit(7, "message-with-ack", "plain", driver.Binary{Base64: []byte{9}})).To(Succeed())
		Eventually(d.Told).WithArguments("ack").Should(HaveLen(1))
		Expect(d.Told("ack")[0].Args).To(matchArgs(`"plain"`, `{"$binary":"CQ=="}`))
	})...)

	DescribeTable("sends and gets large strings", eachClient(func(c clientCase) {
		d := c.on(startFixture(), "", told...)
		for i, size := range []int{70_000, 900_000} {
			large := strings.Repeat("<large> ", size/8)
			Expect(d.Emit(i+1, "message-with-ack", large)).To(Succeed())
			Eventually(d.Told).WithArguments("ack").Should(HaveLen(i + 1))
			Expect(d.Told("ack")[i].Args).To(matchArgs(quoted(large)))
		}
	})...)

	DescribeTable("gets the answers to 200 events in their order, and 200 events of the server", eachClient(func(c clientCase) {
		d := c.on(startFixture(), "", told...)
		var want []string
		for i := range 200 {
			want = append(want, fmt.Sprint(i))
		}
		Expect(d.Times(200, "message")).To(Succeed())
		Expect(d.Emit(0, "burst", 200)).To(Succeed())
		Eventually(firstArgs).WithArguments(d, "message-back").Should(c.inOrder(want))
		Eventually(firstArgs).WithArguments(d, "burst-item").Should(c.inOrder(want))
	})...)

	DescribeTable("joins a custom namespace", eachClient(func(c clientCase) {
		d := c.on(startFixture(), "/custom", told...)
		Eventually(d.Events).WithArguments("auth").Should(HaveLen(1))
		Expect(d.Emit(1, "message-with-ack", "custom")).To(Succeed())
		Eventually(d.Told).WithArguments("ack").Should(ConsistOf(HaveField("Args", matchArgs(`"custom"`))))
	})...)

	DescribeTable("that is put out learns that it shall stay away", eachClient(func(c clientCase) {
		d := c.on(startFixture(), "", told...)
		Expect(d.Emit(0, "kick")).To(Succeed())
		Eventually(d.Told).WithArguments("disconnect").ShouldNot(BeEmpty())
		if !c.threads { // the Python client gives no reason, and may tell twice
			Expect(d.Told("disconnect")).To(ConsistOf(HaveField("Reason", "io server disconnect")))
		}
		Consistently(d.Told, "700ms").WithArguments("connect").Should(HaveLen(1))
	})...)
})
