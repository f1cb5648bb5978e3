package e2e_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/e2e/internal/client"
	"github.com/tickstock/tickcast/e2e/internal/driver"
	"github.com/tickstock/tickcast/e2e/internal/process"
)

var _ = Describe("A worker of Flask that only writes into the queue", func() {
	var s *stage
	var worker flaskPeer
	BeforeEach(func() {
		s = openStage("FLASK_SECRET_KEY=" + secretKey)
		worker = s.startPeer("writer")
	})

	It("reaches users, sockets and everyone, each once", func() {
		seven, tab, eight := s.login("7"), s.login("7"), s.login("8")
		worker.emit("note", "user", members{"to": "user_7"})
		worker.emit("note", "rooms", members{"to": []string{"user_7", seven.client.ID(), "user_8", "user_9"}})
		worker.emit("note", "socket", members{"to": tab.client.ID()})
		worker.emit("note", "but one", members{"to": "user_7", "skip_sid": tab.client.ID()})
		worker.emit("note", "but two", members{"skip_sid": []string{seven.client.ID(), tab.client.ID()}})
		worker.emit("note", members{"$tuple": []any{"several", members{"n": 1.5}, nil}}, nil)
		worker.emit("note", nil, nil)
		worker.emit("note", []int{1, 2}, nil)
		worker.emit("note", "elsewhere", members{"namespace": "/tickstockpl"})
		worker.end(seven.inbox, tab.inbox, eight.inbox)
		all := []string{`["several",{"n":1.5},null]`, `[]`, `[[1,2]]`}
		Expect(told(seven.inbox, "note")).To(Equal(append([]string{`["user"]`, `["rooms"]`, `["but one"]`}, all...)))
		Expect(told(tab.inbox, "note")).To(Equal(append([]string{`["user"]`, `["rooms"]`, `["socket"]`}, all...)))
		Expect(told(eight.inbox, "note")).To(Equal(append([]string{`["rooms"]`, `["but two"]`}, all...)))
	})

	It("sends bytes, to official clients", func() {
		page := javascript(driver.Setup{URL: "http://" + s.tickcast.Address(), Version: "4.8.4", Transports: []string{"websocket"}, Events: []string{"file"}})
		old := javascript(driver.Setup{URL: "http://" + s.tickcast.Address(), Version: "2.2.0", Transports: []string{"polling"}, Events: []string{"file"}})
		data := driver.Binary{Base64: []byte{0, 1, 255}}
		worker.emit("file", members{"$tuple": []any{members{"name": "é", "content": data}, data}}, nil)
		for _, d := range []*driver.Driver{page, old} {
			Eventually(d.Events).WithArguments("file").Should(HaveLen(1))
			Expect(d.Events("file")[0].Args).To(matchArgs(`{"name":"é","content":{"$binary":"AAH/"}}`, `{"$binary":"AAH/"}`))
		}
	})

	It("sends sockets away and empties rooms", func() {
		stays, goes := s.login("7"), s.login("8")
		Expect(worker.Emit(0, "disconnect", members{"sid": goes.client.ID(), "namespace": "/"})).To(Succeed())
		Eventually(goes.client.Reason).Should(Equal("io server disconnect"))
		Expect(worker.Emit(0, "close_room", members{"room": "user_7", "namespace": "/"})).To(Succeed())
		worker.emit("note", "to nobody", members{"to": "user_7"})
		worker.end(stays.inbox)
		Expect(told(stays.inbox, "note")).To(BeEmpty())
		Expect(stays.client.Reason()).To(BeEmpty())
	})

	It("does not repeat what tickcast makes itself", func() {
		_, inbox := s.join(client.WebSocket)
		s.alert("Doji", "AAPL")
		worker.emit("pattern_alert", members{"type": "pattern_alert", "symbol": "AAPL"}, nil)
		worker.end(inbox)
		Expect(symbols(inbox)).To(Equal([]string{"AAPL"}))
		Expect(s.queueCount("emit", "ignored")).To(Equal(1.0))
	})
})

var _ = Describe("A server of Flask in the same queue", func() {
	var s *stage
	var flask flaskPeer
	var theirs, ours *client.Inbox
	var page *client.Client
	var asked <-chan string
	BeforeEach(func() {
		s = openStage()
		port, err := process.FreePort()
		Expect(err).NotTo(HaveOccurred())
		flask = s.startPeer("server", strconv.Itoa(port))
		theirs, ours = new(client.Inbox), new(client.Inbox)
		other, err := client.Dial(context.Background(), client.Options{Address: process.Loopback(port), Transport: client.Polling, Packet: theirs.Take})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(other.Close)
		take, ids := answering(ours)
		asked = ids
		page, err = client.Dial(context.Background(), client.Options{Address: s.tickcast.Address(), Transport: client.WebSocket, Packet: take})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(page.Close)
		// Flask listens to the queue from its first client on.
		Eventually(func() int64 {
			return s.redis.Client().PubSubNumSub(context.Background(), pythonQueue).Val()[pythonQueue]
		}).Should(BeEquivalentTo(2))
	})

	It("emits to its clients and ours, each event once each", func() {
		for n := range 20 {
			flask.emit("note", n, nil)
		}
		flask.end(theirs, ours)
		Expect(told(ours, "note")).To(HaveLen(20))
		Expect(told(theirs, "note")).To(Equal(told(ours, "note")))
		Expect(told(ours, "end")).To(HaveLen(1))
		Expect(told(theirs, "end")).To(HaveLen(1))
	})

	It("keeps its own subscriber, and everybody gets each alert once", func() {
		for n := range 5 {
			s.alert("Doji", fmt.Sprint("S", n))
		}
		for _, inbox := range []*client.Inbox{theirs, ours} {
			Eventually(told).WithArguments(inbox, "flask_saw_an_alert").Should(HaveLen(5))
		}
		Expect(symbols(ours)).To(Equal([]string{"S0", "S1", "S2", "S3", "S4"}))
		Expect(told(theirs, "pattern_alert")).To(HaveLen(5))
	})

	It("asks a browser of ours, and gets its answer once", func() {
		Expect(flask.Emit(7, "emit", members{"event": "ask", "data": "how?", "to": page.ID()})).To(Succeed())
		var id string
		Eventually(asked).Should(Receive(&id))
		for range 2 {
			Expect(page.Send("3" + id + `["well",{"n":1.5,"é":[null,true,-7]}]`)).To(Succeed())
		}
		Eventually(flask.Told).WithArguments("ack").ShouldNot(BeEmpty())
		flask.end(theirs, ours)
		Expect(flask.Told("ack")).To(HaveLen(1))
		Expect(flask.Told("ack")[0]).To(And(HaveField("Ack", 7), HaveField("Args", matchArgs(`"well"`, `{"n":1.5,"é":[null,true,-7]}`))))
		Expect(s.queueCount("answer", "accepted")).To(Equal(1.0))
		Expect(s.queueCount("callback", "elsewhere")).To(Equal(1.0), "our own answer, which we hear too")
	})
})

var _ = Describe("A server that writes JSON into the queue", func() {
	It("does all that there is, and gets its answers in JSON", func() {
		s := openStage()
		inbox := new(client.Inbox)
		take, asked := answering(inbox)
		page, err := client.Dial(context.Background(), client.Options{Address: s.tickcast.Address(), Transport: client.WebSocket, Packet: take})
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(page.Close)
		heard := s.redis.Client().Subscribe(context.Background(), pythonQueue)
		DeferCleanup(heard.Close)
		_, err = heard.Receive(context.Background())
		Expect(err).NotTo(HaveOccurred())
		say := func(format string, args ...any) {
			GinkgoHelper()
			s.publish(pythonQueue, fmt.Sprintf(format, args...))
		}

		say(`{"method":"enter_room","sid":%q,"room":"chat","namespace":"/","host_id":"h"}`, page.ID())
		say(`{"method":"emit","event":"note","binary":false,"data":["in",null],"namespace":"/","room":["chat","x"],"skip_sid":null,"callback":null,"host_id":"h"}`)
		say(`{"method":"leave_room","sid":%q,"room":"chat","namespace":"/","host_id":"h"}`, page.ID())
		say(`{"method":"emit","event":"note","binary":false,"data":["out"],"namespace":"/","room":"chat","skip_sid":null,"callback":null,"host_id":"h"}`)
		say(`{"method":"emit","event":"ask","binary":false,"data":[null],"namespace":"/","room":%q,"skip_sid":null,"callback":[%q,"/",3],"host_id":"h"}`, page.ID(), page.ID())
		var id string
		Eventually(asked).Should(Receive(&id))
		Expect(told(inbox, "note")).To(Equal([]string{`["in",null]`}))
		Expect(told(inbox, "ask")).To(Equal([]string{`[]`}))
		Expect(page.Send("3" + id + `["well"]`)).To(Succeed())
		var answer string
		Eventually(func() string {
			message, err := heard.ReceiveMessage(context.Background())
			Expect(err).NotTo(HaveOccurred())
			answer = message.Payload
			return answer
		}).Should(HavePrefix(`{"method":"callback"`))
		Expect(answer).To(Equal(fmt.Sprintf(`{"method":"callback","host_id":"h","sid":%q,"namespace":"/","id":3,"args":["well"]}`, page.ID())))

		say(`{"method":"disconnect","sid":%q,"namespace":"/","host_id":"h"}`, page.ID())
		Eventually(page.Reason).Should(Equal("io server disconnect"))
	})
})

var _ = Describe("What is hostile in the queue", func() {
	It("runs nothing, is counted, and stops nobody", func() {
		s := openStage()
		_, inbox := s.join(client.WebSocket)
		touched := filepath.Join(GinkgoT().TempDir(), "touched")
		script := `
import base64, os, pickle, sys
class Evil:
    def __reduce__(self): return os.system, ("touch " + sys.argv[1],)
x = ["ha"]
for i in range(60): x = [x, x]
for value in (Evil(), {"method": "emit", "event": "e", "data": Evil()}, {"method": "emit", "event": "e", "data": x}):
    for protocol in range(6): print(base64.b64encode(pickle.dumps(value, protocol)).decode())`
		out, err := exec.Command("/usr/bin/python3", "-c", script, touched).Output()
		Expect(err).NotTo(HaveOccurred())
		sent := 0
		for line := range strings.Lines(string(out)) {
			pickle, err := base64.StdEncoding.DecodeString(strings.TrimSpace(line))
			Expect(err).NotTo(HaveOccurred())
			s.publish(pythonQueue, string(pickle))
			s.publish(pythonQueue, string(pickle[:len(pickle)/2]))
			sent++
		}
		Expect(sent).To(Equal(18))
		s.publish(pythonQueue, `{"method":"emit","event":"end","data":[]}`)
		Eventually(inbox.Events).WithArguments("end").Should(HaveLen(1))
		Expect(s.queueCount("other", "unsafe_pickle")).To(BeNumerically(">=", 12))
		Expect(s.queueCount("other", "too_many")).To(Equal(6.0))
		Expect(touched).NotTo(BeAnExistingFile())
		Expect(inbox.Events("e")).To(BeEmpty())
		Expect(s.health().Redis).To(And(HaveField("Hearing", BeTrue()), HaveField("Losses", BeZero())))
	})

	It("is not even read where pickles are off, while JSON is taken", func() {
		s := openStage("TICKCAST_REDIS_PICKLE=false")
		_, inbox := s.join(client.WebSocket)
		s.startPeer("writer").emit("note", "pickled", nil)
		Eventually(s.queueCount).WithArguments("other", "pickle_off").Should(Equal(1.0))
		s.publish(pythonQueue, `{"method":"emit","event":"note","data":["plain"]}`)
		Eventually(told).WithArguments(inbox, "note").Should(Equal([]string{`["plain"]`}))
	})

	It("is not heard at all where there is no queue", func() {
		s := openStage("TICKCAST_REDIS_PYTHON_CHANNEL=off")
		Expect(s.redis.Client().PubSubNumSub(context.Background(), pythonQueue, "off").Val()).To(HaveEach(BeZero()))
		Expect(s.get("/metrics").Body).NotTo(ContainSubstring("tickcast_python_queue_total"))
	})
})
