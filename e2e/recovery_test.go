package e2e_test

import (
	"fmt"
	"net/http"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/e2e/internal/driver"
	"github.com/tickstock/tickcast/e2e/internal/process"
)

// recovering are the versions that can go on where they were; older ones begin anew.
func recovering() []string { return []string{"4.7.2", "4.8.4"} }

func eachRecovering(body any) []any {
	args := []any{body}
	for _, w := range ways() {
		for _, version := range recovering() {
			args = append(args, Entry("socket.io-client "+version+" by "+w.name, version, w.transports))
		}
	}
	return args
}

// twin is a second tickcast on the same Redis, which hears what the first does not.
func (s *stage) twin() {
	GinkgoHelper()
	second, err := process.NewTickcast(tickcastBinary, GinkgoWriter, "REDIS_URL="+s.redis.URL(), "TICKCAST_REDIS_PROBE_EVERY=1s")
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(second.Kill)
	other := &stage{redis: s.redis, tickcast: second}
	other.start()
	Eventually(other.get).WithArguments("/readyz").Should(haveStatus(http.StatusOK))
}

var _ = Describe("An official client that loses its connection", func() {
	told := []string{"connection_confirmed", "subscription_confirmed", "pattern_alert", "position", "note"}
	open := func(s *stage, version string, transports []string) *driver.Driver {
		GinkgoHelper()
		d := javascript(driver.Setup{URL: "http://" + s.tickcast.Address(), Version: version, Transports: transports, Events: told})
		Eventually(d.Events).WithArguments("connection_confirmed").Should(HaveLen(1))
		Expect(d.Emit(0, "subscribe_patterns", map[string]any{"patterns": []string{"Doji"}})).To(Succeed())
		Eventually(d.Events).WithArguments("subscription_confirmed").Should(HaveLen(1))
		return d
	}
	numbered := func(n int) (all []string) {
		for i := range n {
			all = append(all, fmt.Sprintf("S%d", i))
		}
		return all
	}
	// allRecovered says that the client was never anybody else.
	allRecovered := func(d *driver.Driver, times int) {
		GinkgoHelper()
		Eventually(d.Told).WithArguments("connect").Should(HaveLen(times + 1))
		for _, again := range d.Told("connect")[1:] {
			Expect(again).To(And(HaveField("Recovered", true), HaveField("ID", d.Told("connect")[0].ID)))
		}
	}

	DescribeTable("goes on where it was, time and again, and misses nothing", eachRecovering(func(version string, transports []string) {
		const drops, each = 5, 20
		s := openStage()
		d := open(s, version, transports)
		for drop := range drops {
			for i := range each {
				if i == each/2 {
					Expect(d.Drop()).To(Succeed())
				}
				s.alert("Hammer", "NO")
				s.alert("Doji", fmt.Sprintf("S%d", drop*each+i))
			}
			Eventually(alerts).WithArguments(d).Should(Equal(numbered((drop + 1) * each)))
			Eventually(d.Told).WithArguments("connect").Should(HaveLen(drop + 2)) // or it would be dropped while it is away
		}
		allRecovered(d, drops)
	})...)

	DescribeTable("is recovered before its first alert", eachRecovering(func(version string, transports []string) {
		s := openStage()
		d := open(s, version, transports)
		Expect(d.Drop()).To(Succeed())
		s.alert("Doji", "S0")
		Eventually(alerts).WithArguments(d).Should(Equal(numbered(1)))
		allRecovered(d, 1)
	})...)

	DescribeTable("is recovered by a tickcast that knows it only from Redis, after the other was killed", eachRecovering(func(version string, transports []string) {
		s := openStage()
		s.twin()
		d := open(s, version, transports)
		s.alert("Doji", "S0")
		Eventually(alerts).WithArguments(d).Should(Equal(numbered(1)))
		s.tickcast.Kill()
		s.alert("Doji", "S1")
		s.alert("Doji", "S2")
		s.start()
		Eventually(alerts).WithArguments(d).Should(Equal(numbered(3)))
		s.alert("Doji", "S3")
		Eventually(alerts).WithArguments(d).Should(Equal(numbered(4)))
		allRecovered(d, 1)
	})...)

	DescribeTable("takes no text of Flask for its place", eachRecovering(func(version string, transports []string) {
		s := openStage()
		d := open(s, version, transports)
		s.alert("Doji", "S0")
		Eventually(alerts).WithArguments(d).Should(Equal(numbered(1)))
		s.publish("flask-socketio", `{"method":"emit","event":"note","data":"text","namespace":"/","room":null,"skip_sid":null,"callback":null,"host_id":"worker"}`)
		Eventually(d.Events).WithArguments("note").Should(ConsistOf(HaveField("Args", matchArgs(`"text"`))))
		Expect(d.Drop()).To(Succeed())
		s.alert("Doji", "S1")
		Eventually(alerts).WithArguments(d).Should(Equal(numbered(2)))
		allRecovered(d, 1)
	})...)
})

var _ = Describe("A client that knows nothing of recovery", func() {
	DescribeTable("gets each event with the one argument that it expects", eachClient(func(c clientCase) {
		if c.version >= recovering()[0] {
			return // they know
		}
		s := openStage()
		d := c.on("http://"+s.tickcast.Address(), "", "connection_confirmed", "pattern_alert")
		for i := range 5 {
			s.alert("Doji", fmt.Sprintf("S%d", i))
		}
		Eventually(d.Events).WithArguments("pattern_alert").Should(HaveLen(5))
		if c.version == "" || c.version == "2.2.0" { // the others ignore one more
			for _, e := range append(d.Events("pattern_alert"), d.Events("connection_confirmed")...) {
				Expect(e.Args).To(HaveLen(1))
			}
		}
	})...)
})
