package bench

import (
	"fmt"
	"net"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("A client of Centrifuge", func() {
	var c *client
	var answers chan string
	BeforeEach(func() {
		ours, theirs := net.Pipe()
		DeferCleanup(ours.Close)
		DeferCleanup(theirs.Close)
		answers = make(chan string, 1)
		go func() {
			in := make([]byte, 1<<10)
			for n, err := theirs.Read(in); err == nil; n, err = theirs.Read(in) {
				answers <- string(in[:n])
			}
		}()
		c = &client{conn: ours, speech: centrifuge{}, tally: &tally{progress: func() {}}}
	})

	It("counts all messages of a frame, and a reply is none", func() {
		frame := `{"id":9,"rpc":{}}`
		for seq := range int64(3) {
			frame += fmt.Sprintf("\n"+`{"push":{"channel":"patterns","pub":{"data":%s}}}`, message(seq, 1, ""))
		}
		Expect(c.speech.hear(c, []byte(frame))).To(Succeed())
		v, _ := sum([]*tally{c.tally}, 3)
		Expect(v).To(Equal(verdict{Expected: 3, Got: 3}))
	})

	It("sees what was not for it", func() {
		c.tally.want = []int64{}
		Expect(c.speech.hear(c, []byte(`{"push":{"channel":"user_1","pub":{"data":{"seq":0,"sent":1}}}}`))).To(Succeed())
		Expect(c.tally.misrouted).To(BeEquivalentTo(1))
	})

	It("answers pings", func() {
		Expect(c.speech.hear(c, []byte("{}"))).To(Succeed())
		Eventually(answers).Should(Receive(Equal("\x81\x82\x00\x00\x00\x00{}")))
	})
})
