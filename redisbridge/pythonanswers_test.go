package redisbridge

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"
)

func answerOf(args ...string) Message {
	var m Message
	for _, arg := range args {
		m.Args = append(m.Args, json.RawMessage(arg))
	}
	return m
}

var _ = Describe("An answer to Python", func() {
	const asking = `{"method":"emit","event":"e","data":[1],"room":"S1","callback":["S1","/",3],"host_id":"h1"}`
	// asked is what the queue gave with the event.
	asked := func(text string) (*PythonQueue, func(Message)) {
		GinkgoHelper()
		q, peer := pythonQueue(nil)
		Expect(q.hear(text)).To(Equal(Accepted))
		return q, peer.emitted[0].Answer
	}
	waiting := func(q *PythonQueue) (texts []string) {
		for _, r := range q.answers.rest() {
			texts = append(texts, r.text)
		}
		return texts
	}
	results := func(q *PythonQueue, result Reason) float64 {
		return q.scraped()["tickcast_python_queue_total{answer,"+result.String()+"}"]
	}

	It("in JSON goes to who has asked in JSON", func() {
		q, answer := asked(asking)
		answer(answerOf(`"ok"`, `{"n":1.50}`))
		Expect(waiting(q)).To(Equal([]string{`{"method":"callback","host_id":"h1","sid":"S1","namespace":"/","id":3,"args":["ok",{"n":1.50}]}`}))
	})

	It("in a pickle goes to who has asked in one, bytes and all", func() {
		made := runPython(`tell(pickle.dumps({"method": "emit", "event": "e", "data": 1, "room": "S1", "callback": ("S1", "/", 3), "host_id": "h1"}))`, "")[0]
		q, answer := asked(made)
		m := answerOf(`{"_placeholder":true,"num":0}`, `"é"`)
		m.Attachments = [][]byte{{0, 255}}
		answer(m)
		back := waiting(q)
		Expect(back).To(HaveLen(1))
		Expect(runPython(`tell(repr(pickle.loads(sys.stdin.buffer.read())).encode())`, back[0])).To(Equal([]string{
			`{'method': 'callback', 'host_id': 'h1', 'sid': 'S1', 'namespace': '/', 'id': 3, 'args': [b'\x00\xff', 'é']}`}))
	})

	DescribeTable("is not awaited by who has not asked for one", func(members string) {
		_, answer := asked(`{"method":"emit","event":"e",` + members + `}`)
		Expect(answer).To(BeNil())
	},
		Entry("nobody", `"callback":null,"host_id":"h1"`),
		Entry("somebody nameless", `"callback":["S1","/",3]`),
		Entry("somebody who asks for less", `"callback":["S1","/"],"host_id":"h1"`),
		Entry("somebody without a number", `"callback":["S1","/","3"],"host_id":"h1"`),
		Entry("somebody without a room", `"callback":[null,"/",3],"host_id":"h1"`),
		Entry("somebody with an endless name", fmt.Sprintf(`"callback":["S1","/",3],"host_id":"%0300d"`, 1)),
	)

	DescribeTable("that cannot be said is counted, and not sent", func(m Message, why Reason) {
		q, answer := asked(asking)
		answer(m)
		Expect(waiting(q)).To(BeEmpty())
		Expect(results(q, why)).To(Equal(1.0))
	},
		Entry("bytes, for which JSON has no place", Message{Args: []json.RawMessage{[]byte(`{"_placeholder":true,"num":0}`)}, Attachments: [][]byte{{1}}}, BadData),
		Entry("a large one", answerOf(`"`+strings.Repeat("x", maxAnswer)+`"`), TooLarge),
		Entry("a large attachment", Message{Attachments: [][]byte{make([]byte, maxAnswer)}}, TooLarge),
		Entry("a deep one", answerOf(strings.Repeat("[", 100)+strings.Repeat("]", 100)), TooDeep),
	)

	It("gives way to newer ones while Redis is away, and memory does not grow", func() {
		q, answer := asked(asking)
		large := answerOf(`"` + strings.Repeat("x", maxAnswer-200) + `"`)
		for range 200 {
			answer(large)
		}
		Expect(q.answers.state().Bytes).To(BeNumerically("<=", answersBytes))
		Expect(results(q, QueueFull)).To(BeNumerically(">", 100))
	})

	Context("in a real Redis", func() {
		var server *realRedis
		start := func() (*PythonQueue, *sockets, *Bridge, *journal) {
			GinkgoHelper()
			cfg := queued(server.addr)
			client, err := Open(cfg)
			Expect(err).NotTo(HaveOccurred())
			DeferCleanup(client.Close)
			peer, log := &sockets{}, &journal{}
			logger := zerolog.New(zerolog.MultiLevelWriter(GinkgoWriter, log))
			b := New(cfg, streaming(), client, &recorder{}, prometheus.NewRegistry(), logger)
			q := NewPythonQueue(cfg, client, peer, []string{"/"}, prometheus.NewRegistry(), logger)
			b.Join(q)
			ctx, cancel := context.WithCancel(context.Background())
			var running sync.WaitGroup
			for _, part := range []func(context.Context) error{b.Run, q.Run} {
				running.Go(func() {
					defer GinkgoRecover()
					Expect(part(ctx)).To(Succeed())
				})
			}
			DeferCleanup(func() { cancel(); running.Wait() })
			Eventually(hearing(b)).Should(BeTrue())
			return q, peer, b, log
		}
		BeforeEach(func() { server = startRedis() })

		It("is all that is ever said there, and makes nobody say more", func() {
			_, peer, b, _ := start()
			other := server.publisher()
			heard := hearOn(other, pythonChannel)
			asks := func(id int) {
				publish(other, pythonChannel, fmt.Sprintf(`{"method":"emit","event":"e","data":[1],"room":"S1","callback":["S1","/",%d],"host_id":"h1"}`, id))
				Eventually(heard).Should(Receive(HaveField("Payload", ContainSubstring(`"emit"`))))
			}
			asks(1)
			Eventually(peer.emissions).Should(HaveLen(1))
			peer.emissions()[0].Answer(answerOf(`true`))
			Eventually(heard).Should(Receive(HaveField("Payload", `{"method":"callback","host_id":"h1","sid":"S1","namespace":"/","id":1,"args":[true]}`)))
			publish(other, pythonChannel, `{"method":"disconnect","sid":"S1","namespace":"/","host_id":"h1"}`)
			Eventually(heard).Should(Receive(HaveField("Payload", ContainSubstring(`"disconnect"`))))
			asks(2)
			Eventually(peer.emissions).Should(HaveLen(2))
			Expect(heard).NotTo(Receive())
			state := b.State().Channels[len(Channels())]
			Expect(state).To(And(HaveField("Name", pythonChannel), HaveField("Received", BeEquivalentTo(4)), HaveField("Rejected", Equal(map[Reason]uint64{Elsewhere: 1}))))
		})

		It("comes between what the producer publishes before and after, in order", func() {
			_, peer, b, _ := start()
			other := server.publisher()
			for n := range 500 {
				publish(other, pythonChannel, fmt.Sprintf(`{"method":"emit","event":"e%d","data":[1]}`, n))
				publish(other, patterns, numbered(n))
			}
			Eventually(func() []Emission { return peer.emissions() }).Should(HaveLen(500))
			for n, e := range peer.emissions() {
				Expect(e.Event).To(Equal(fmt.Sprintf("e%d", n)))
			}
			Expect(b.State().Losses).To(BeZero())
		})

		It("is lost while Redis is away, which is said once, and comes again after", func() {
			q, peer, b, log := start()
			publish(server.publisher(), pythonChannel, asking)
			Eventually(peer.emissions).Should(HaveLen(1))
			answer := peer.emissions()[0].Answer
			server.kill()
			for range 3 {
				answer(answerOf(`1`))
			}
			Eventually(func() float64 { return results(q, Unpublished) }).Should(Equal(3.0))
			Expect(log.lines("answers to python are lost")).To(HaveLen(1))
			server.start()
			Eventually(hearing(b)).Should(BeTrue())
			var heard <-chan *redis.Message = hearOn(server.publisher(), pythonChannel)
			answer(answerOf(`2`))
			Eventually(heard).Should(Receive(HaveField("Payload", ContainSubstring(`"args":[2]`))))
			Eventually(func() []string { return log.lines("answers to python are sent again") }).Should(HaveLen(1))
		})
	})
})
