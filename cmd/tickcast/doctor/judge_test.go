package doctor

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("A verdict", func() {
	DescribeTable("on open files",
		func(limit uint64, status Status, says string) {
			v := judgeFiles(limit)
			Expect(v.status).To(Equal(status))
			Expect(v.says).To(ContainSubstring(says))
		},
		Entry("too few", uint64(50), Failure, "about 0 browsers"),
		Entry("few", uint64(1024), Warning, "about 960 browsers"),
		Entry("enough", uint64(65536), OK, "about 65472 browsers"),
		Entry("any number", ^uint64(0), OK, "no limit"),
	)

	DescribeTable("on the version of Redis",
		func(version string, status Status) { Expect(judgeVersion(version).status).To(Equal(status)) },
		Entry(nil, "5.0.14", Failure),
		Entry(nil, "6.0.0", OK),
		Entry(nil, "8.2.1", OK),
		Entry(nil, "unstable", Failure),
	)

	DescribeTable("on the buffers of subscribers",
		func(limits string, status Status) { Expect(judgeBuffer(limits).status).To(Equal(status)) },
		Entry("as by default", "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60", OK),
		Entry("without limit", "pubsub 0 0 0", OK),
		Entry("a small hard one", "pubsub 33554431 0 0", Warning),
		Entry("a small soft one", "pubsub 0 8388607 1", Warning),
		Entry("not understood", "normal 0 0 0", Warning),
	)

	DescribeTable("on a clock",
		func(ahead time.Duration, says string) {
			Expect(judgeClock("Flask", ahead, 2*time.Second).says).To(ContainSubstring(says))
		},
		Entry("nearly the same", -2*time.Second, "agree"),
		Entry("ahead", 90*time.Second, "is 1m30s ahead of this machine's"),
		Entry("behind", -3*time.Second, "is 3s behind this machine's"),
	)

	DescribeTable("on where a Redis is",
		func(address string, own bool) { Expect(isOwn(address)).To(Equal(own)) },
		Entry(nil, "localhost:6379", true),
		Entry(nil, "127.0.0.2:6379", true),
		Entry(nil, "[::1]:6379", true),
		Entry(nil, "/run/redis.sock", true),
		Entry(nil, "10.0.0.1:6379", false),
		Entry(nil, "redis:6379", false),
	)

	It("cannot move the cursor", func() {
		Expect(printable("a\x1b[2Jb\nc")).To(Equal("a [2Jb c"))
	})
})

var _ = Describe("A port", func() {
	at := func(addr string) verdict {
		GinkgoHelper()
		host, number, err := net.SplitHostPort(addr)
		Expect(err).NotTo(HaveOccurred())
		e := plain()
		e.Config.HTTP.Host = host
		e.Config.HTTP.Port, err = strconv.Atoi(number)
		Expect(err).NotTo(HaveOccurred())
		return port(context.Background(), &subject{Exam: e})
	}

	It("is any", func() { Expect(at("127.0.0.1:0")).To(Equal(fine("any free port will be taken"))) })

	It("is free, and stays so", func() {
		holder, err := net.Listen("tcp", "127.0.0.1:0")
		Expect(err).NotTo(HaveOccurred())
		addr := holder.Addr().String()
		Expect(holder.Close()).To(Succeed())
		Expect(at(addr)).To(Equal(fine("%s is free", addr)))
		Expect(at(addr)).To(Equal(fine("%s is free", addr)))
	})

	DescribeTable("is taken by Flask, which answers nearly as we would:",
		func(body string) {
			flask := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Server", "Werkzeug/2.2.2 Python/3.11.2")
				w.Write([]byte(body))
			}))
			DeferCleanup(flask.Close)
			v := at(flask.Listener.Addr().String())
			Expect(v.status).To(Equal(Failure))
			Expect(v.says).To(HaveSuffix(`is taken by a process that is no tickcast: "Werkzeug/2.2.2 Python/3.11.2" answers there, with status 200`))
			Expect(v.mend).To(ContainSubstring("APP_PORT"))
		},
		Entry("without our parts", `{"service": "universal_websocket_manager", "status": "healthy", "version": "1.0"}`),
		Entry("without a version", `{"service": "universal_websocket_manager", "status": "healthy", "redis": {}}`),
		Entry("with a page", `<!doctype html>`),
	)

	It("is not of this machine", func() {
		Expect(at("192.0.2.1:5000").says).To(Equal("192.0.2.1 is no address of this machine"))
	})
})

var _ = Describe("Flask", func() {
	answering := func(date time.Time, code int) verdict {
		application := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Date", date.UTC().Format(http.TimeFormat))
			w.WriteHeader(code)
		}))
		DeferCleanup(application.Close)
		return flask(context.Background(), &subject{Exam: Exam{Upstream: application.URL}})
	}

	It("answers", func() {
		Expect(answering(time.Now(), http.StatusFound).says).To(HaveSuffix("with status 302, and its clock agrees with this machine's"))
	})

	It("has another clock", func() {
		v := answering(time.Now().Add(time.Minute), http.StatusOK)
		Expect(v.status).To(Equal(Warning))
		Expect(v.says).To(HavePrefix("the clock of Flask is"))
	})

	It("is ill", func() { Expect(answering(time.Now(), http.StatusBadGateway).status).To(Equal(Warning)) })

	It("is away, and the secrets of its URL are not said", func() {
		v := flask(context.Background(), &subject{Exam: Exam{Upstream: "http://u:planted@127.0.0.1:1/planted"}})
		Expect(v.status).To(Equal(Failure))
		Expect(v.says).To(And(HavePrefix("nothing answers at 127.0.0.1:1: "), Not(ContainSubstring("planted"))))
	})

	It("is left out when there is none", func() {
		Expect(examine(context.Background(), plain())).NotTo(HaveKey("flask"))
	})
})
