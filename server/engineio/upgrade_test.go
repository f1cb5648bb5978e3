package engineio_test

import (
	"fmt"
	"strconv"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/server/engineio"
)

var _ = Describe("An upgrade", func() {
	probe := func(p *poller) *dialer {
		GinkgoHelper()
		d, err := p.dial(p.query[strings.Index(p.query, "EIO"):])
		Expect(err).NotTo(HaveOccurred())
		DeferCleanup(func() { _ = d.Close() })
		d.send("2probe")
		Expect(d.receive()).To(Equal("3probe"))
		return d
	}

	for _, protocol := range []string{"3", "4"} {
		It("sends the waiting poll home and goes on by websocket, in protocol "+protocol, func() {
			h := start(patient)
			p := h.poll(protocol)
			waiting := p.getting()
			Consistently(waiting, "20ms").ShouldNot(Receive())
			d := probe(p)
			Eventually(waiting).Should(Receive(HaveField("Body", HaveSuffix("6"))))
			d.send("5")
			d.send("4hello")
			Expect(d.receive()).To(Equal("4hello"))
			Expect(h.session().Transport()).To(Equal("websocket"))
			Expect(p.get().Status).To(Equal(400), "polling is over")
			Expect(p.post("4x").Status).To(Equal(400))
			Expect(h.Stats().Upgrades).To(BeEquivalentTo(1))
		})
	}

	It("sends by websocket what waited while it was probing", func() {
		h := start(patient)
		p := h.poll("4")
		d := probe(p)
		h.session().Send(engineio.NewTextFrame([]byte("meanwhile")))
		d.send("5")
		Expect(d.receive()).To(Equal("4meanwhile"))
	})

	It("that hangs costs only its websocket; polling goes on", func() {
		h := start(quick)
		p := h.poll("4")
		d := probe(p)
		polled := p.getting()
		_, err := d.receive()
		Expect(err).To(HaveOccurred())
		Eventually(polled).Should(Receive())
		Expect(p.post("3\x1e4still").Body).To(Equal("ok"))
		Eventually(func() string { return p.get().Body }).Should(ContainSubstring("4still"))
	})

	DescribeTable("that is not one is refused",
		func(first string) {
			p := start(patient).poll("4")
			d, err := p.dial("EIO=4&sid=" + p.sid)
			Expect(err).NotTo(HaveOccurred())
			defer d.Close()
			d.send(first)
			_, err = d.receive()
			Expect(err).To(HaveOccurred())
			Expect(p.post("4still").Body).To(Equal("ok"))
		},
		Entry("no probe", "4hello"), Entry("upgrade without probe", "5"), Entry("something else", "2prob"),
	)

	It("happens once: a second websocket for the session is closed", func() {
		h := start(patient)
		p := h.poll("4")
		d := probe(p)
		second, err := p.dial("EIO=4&sid=" + p.sid)
		Expect(err).NotTo(HaveOccurred())
		defer second.Close()
		_, err = second.receive()
		Expect(err).To(HaveOccurred())
		d.send("5")
		d.send("4one")
		Expect(d.receive()).To(Equal("4one"))
	})

	It("loses nothing and keeps the order while a sender never stops", func() {
		h := start(patient)
		const sessions, messages = 20, 2500 // more than four polls can carry
		var all sync.WaitGroup
		for range sessions {
			p := h.poll("4")
			s := h.session()
			all.Go(func() {
				for i := range messages {
					s.Send(engineio.NewTextFrame(strconv.AppendInt(nil, int64(i), 10)))
				}
			})
			all.Go(func() {
				defer GinkgoRecover()
				var got []string
				for range 3 { // some by polling
					got = append(got, withoutNoop(strings.Split(p.get().Body, "\x1e"))...)
				}
				polling := p.getting()
				d, err := p.dial("EIO=4&sid=" + p.sid)
				Expect(err).NotTo(HaveOccurred())
				defer d.Close()
				d.send("2probe")
				Expect(d.receive()).To(Equal("3probe"))
				got = append(got, withoutNoop(strings.Split((<-polling).Body, "\x1e"))...)
				d.send("5")
				for len(got) < messages {
					text, err := d.receive()
					Expect(err).NotTo(HaveOccurred())
					got = append(got, text)
				}
				for i, text := range got {
					Expect(text).To(Equal(fmt.Sprintf("4%d", i)))
				}
			})
		}
		all.Wait()
	})
})

func withoutNoop(packets []string) (rest []string) {
	for _, p := range packets {
		if p != "6" {
			rest = append(rest, p)
		}
	}
	return rest
}

var _ = Describe("A close during an upgrade", func() {
	It("reaches the client whichever way it goes on", func() {
		h := start(patient)
		for range 50 {
			p := h.poll("4")
			s := h.session()
			d, err := p.dial("EIO=4&sid=" + p.sid)
			Expect(err).NotTo(HaveOccurred())
			d.send("2probe")
			Expect(d.receive()).To(Equal("3probe"))
			s.Send(engineio.NewTextFrame([]byte("bye")))
			s.Close(engineio.ServerClose)
			d.send("5")
			Expect(d.receive()).To(Equal("4bye"))
			Expect(d.receive()).To(Equal("1"))
			Expect(d.Close()).To(Succeed())
		}
	})
})
