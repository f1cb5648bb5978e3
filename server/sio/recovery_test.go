package sio

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// names are what CONNECT's answer brings.
type names struct{ SID, PID string }

// enter joins with a payload of CONNECT, "" for none.
func (c *client) enter(namespace, payload string) (n names) {
	GinkgoHelper()
	prefix := "0"
	if namespace != "/" {
		prefix += namespace + ","
	}
	c.send(prefix + payload)
	answer := c.next()
	Expect(answer).To(HavePrefix(prefix + "{"))
	Expect(json.Unmarshal([]byte(strings.TrimPrefix(answer, prefix)), &n)).To(Succeed())
	return n
}

func returning(pid, offset string) string { return fmt.Sprintf(`{"pid":%q,"offset":%q}`, pid, offset) }

// known is a Recover that knows the sockets it has been told of.
type known struct {
	mu    sync.Mutex
	ids   map[string]string
	asked []Past
}

func (k *known) learn(n names) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.ids == nil {
		k.ids = map[string]string{}
	}
	k.ids[n.PID] = n.SID
}

func (k *known) find(_ *Socket, past Past) (id, from string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.asked = append(k.asked, past)
	return k.ids[past.PID], cmp.Or(past.Offset, "3-1")
}

func (k *known) questions() []Past {
	k.mu.Lock()
	defer k.mu.Unlock()
	return append([]Past{}, k.asked...)
}

var _ = Describe("a socket that can be recovered", func() {
	var past *known
	BeforeEach(func() { past = &known{} })

	It("learns its pid, and no other does", func() {
		s := serve(testConfig(), Namespace{Name: "/", Recover: past.find}, Namespace{Name: "/plain"})
		c := s.dial(4)
		n := c.enter("/", "")
		Expect(n.PID).To(HaveLen(26))
		Expect(n.SID).To(And(HaveLen(26), Not(Equal(n.PID))))
		Expect(c.enter("/plain", "")).To(And(HaveField("PID", ""), HaveField("SID", HaveLen(26))))
		Expect(s.dial(3).next()).To(Equal("0"))
	})

	It("lives on under its old names, and has proved what it comes with", func() {
		lived := make(chan *Socket, 2)
		s := serve(testConfig(), Namespace{Name: "/", Recover: past.find, Connected: func(s *Socket) { lived <- s }})
		first := s.dial(4)
		n := first.enter("/", "")
		past.learn(n)
		Expect(<-lived).To(And(HaveField("Recovered()", false), HaveField("PID()", n.PID), HaveField("Proven()", "")))
		_ = first.conn.Close()
		Expect(s.dial(4).enter("/", returning(n.PID, "7-1"))).To(Equal(n))
		Expect(<-lived).To(And(HaveField("Recovered()", true), HaveField("ID()", n.SID), HaveField("PID()", n.PID),
			HaveField("Offset()", "7-1"), HaveField("Position()", "7-1"), HaveField("Proven()", "7-1")))
		Expect(past.questions()).To(Equal([]Past{{n.PID, "7-1"}}))
	})

	It("is new under new names if it is not known", func() {
		s := serve(testConfig(), Namespace{Name: "/", Recover: past.find})
		n := s.dial(4).enter("/", returning("somebody", "1-1"))
		Expect(n.PID).To(And(HaveLen(26), Not(Equal("somebody"))))
	})

	DescribeTable("is not looked for with", func(payload string) {
		s := serve(testConfig(), Namespace{Name: "/", Recover: past.find})
		Expect(s.dial(4).enter("/", payload).PID).To(HaveLen(26))
		Expect(past.questions()).To(BeEmpty())
	},
		Entry("no pid", `{"offset":"1-1"}`),
		Entry("a pid that is no text", `{"pid":["p"],"offset":"1-1"}`),
		Entry("an overlong pid", `{"pid":"`+strings.Repeat("p", 65)+`","offset":"1-1"}`),
	)

	DescribeTable("has had no event with a position, if it comes with", func(offset string) {
		lived := make(chan *Socket, 2)
		s := serve(testConfig(), Namespace{Name: "/", Recover: past.find, Connected: func(s *Socket) { lived <- s }})
		c := s.dial(4)
		n := c.enter("/", "")
		past.learn(n)
		(<-lived).Begin("1-1")
		_ = c.conn.Close()
		Expect(s.dial(4).enter("/", `{"pid":"`+n.PID+`"`+offset+`}`)).To(Equal(n))
		Expect(past.questions()).To(Equal([]Past{{n.PID, ""}}))
		Expect(<-lived).To(HaveField("Offset()", "3-1"))
	},
		Entry("no offset", ``),
		Entry("an empty offset", `,"offset":""`),
		Entry("an offset that is no text", `,"offset":7`),
		Entry("an overlong offset", `,"offset":"`+strings.Repeat("1", 65)+`"`),
	)

	It("is new if looking for it fails", func() {
		s := serve(testConfig(), Namespace{Name: "/", Recover: func(*Socket, Past) (id, from string) { panic("on purpose") }})
		Expect(s.dial(4).enter("/", returning("p", "1-1")).PID).To(HaveLen(26))
	})

	It("knows who asks before it is found", func() {
		asked := make(chan string, 1)
		s := serve(testConfig(), Namespace{Name: "/", Recover: func(s *Socket, _ Past) (id, from string) {
			s.SetValue("kept")
			asked <- s.Header("Cookie") + string(s.Auth())
			return "", ""
		}, Connected: func(s *Socket) { asked <- s.Value().(string) }})
		c := s.dial(4, "Cookie", "who=7")
		c.enter("/", `{"pid":"p","offset":"1-1","token":"t"}`)
		Expect([]string{<-asked, <-asked}).To(Equal([]string{`who=7{"pid":"p","offset":"1-1","token":"t"}`, "kept"}))
	})

	It("takes over from an old one that has not noticed, whose farewell comes first", func() {
		var mu sync.Mutex
		var story []string
		tell := func(what string) func(*Socket) {
			return func(*Socket) {
				mu.Lock()
				defer mu.Unlock()
				story = append(story, what)
			}
		}
		s := serve(testConfig(), Namespace{Name: "/", Recover: past.find,
			Connected:    func(s *Socket) { tell("hello")(s); s.Join("room") },
			Disconnected: func(s *Socket, _ string) { tell("farewell")(s) }})
		old := s.dial(4)
		n := old.enter("/", "")
		past.learn(n)
		young := s.dial(4)
		Expect(young.enter("/", returning(n.PID, "1-1"))).To(Equal(n))
		Expect(old.ended()).NotTo(BeEmpty())
		mu.Lock()
		defer mu.Unlock()
		Expect(story).To(Equal([]string{"hello", "farewell", "hello"}))
		Expect(s.Emit("/", named("room"), "x", []byte("1"), "")).To(Equal(1))
		Expect(young.next()).To(Equal(`2["x",1]`))
		Expect(s.Find("/", n.SID).PID()).To(Equal(n.PID))
	})

	It("is never there twice, however many say that they are it", func() {
		s := serve(testConfig(), Namespace{Name: "/", Recover: past.find})
		n := s.dial(4).enter("/", "")
		past.learn(n)
		var clients []*client
		for range 8 {
			clients = append(clients, s.dial(4))
		}
		var group sync.WaitGroup
		for _, c := range clients {
			group.Go(func() { c.send("0" + returning(n.PID, "1-1")) })
		}
		group.Wait()
		Eventually(func() int { return s.Present("/") }).WithTimeout(10 * time.Second).Should(Equal(1))
		Consistently(func() int { return s.Emit("/", named(roomNamed(n.SID)), "x", []byte("1"), "") }).Should(BeNumerically("<=", 1))
	})

	It("leaves nothing behind, entered or refused", func() {
		s := serve(testConfig(), Namespace{Name: "/", Recover: past.find, Admit: func(s *Socket) error {
			if s.Header("Cookie") != "" {
				return fmt.Errorf("no")
			}
			return nil
		}})
		c := s.dial(4)
		c.enter("/", "")
		refused := s.dial(4, "Cookie", "bad")
		refused.send("0")
		Expect(refused.next()).To(HavePrefix("4"))
		_ = c.conn.Close()
		Eventually(func() int {
			b := &s.namespaces["/"].berths
			b.mu.Lock()
			defer b.mu.Unlock()
			return len(b.holders)
		}).Should(BeZero())
	})
})
