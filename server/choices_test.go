package server_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server"
)

// ruleBook is a source of choices.
type ruleBook struct {
	mu    sync.Mutex
	rules map[string]rooms.AlertRule
	err   error
	read  int
	gate  chan struct{} // nil = open
}

func (b *ruleBook) AlertRule(_ context.Context, user string) (rooms.AlertRule, bool, error) {
	b.mu.Lock()
	b.read++
	rule, found := b.rules[user]
	err, gate := b.err, b.gate
	b.mu.Unlock()
	if gate != nil {
		<-gate
	}
	return rule, found, err
}

func (b *ruleBook) say(user string, rule *rooms.AlertRule, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.err = err
	delete(b.rules, user)
	if rule != nil {
		b.rules[user] = *rule
	}
}

func (b *ruleBook) asked() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.read
}

var (
	dojiAlone = rooms.AlertRule{PerHour: 100, Wanted: []rooms.AlertWish{{Pattern: "Doji"}}}
	anything  = rooms.AlertRule{PerHour: 100}
)

func patternAlert(pattern string) rooms.Event {
	return rooms.Event{Name: "pattern_alert", Traits: rooms.Traits{Pattern: pattern},
		Audience: rooms.Audience{Namespace: "/tickstockpl", Ruled: true}, Payload: []byte(`"` + pattern + `"`)}
}

var _ = Describe("The page of pattern alerts", func() {
	var book *ruleBook
	var s *site
	BeforeEach(func() {
		book = &ruleBook{rules: map[string]rooms.AlertRule{"7": dojiAlone}}
		s = startSiteWith(nil, server.Sources{Identify: byCookie, Choices: book})
	})
	open := func(user string) *browser {
		GinkgoHelper()
		return connectTo("/tickstockpl,", s.url, "Cookie", "user="+user)
	}
	reached := func(pattern string) func() int {
		return func() int { return s.sockets.Router().Route(patternAlert(pattern)) }
	}

	It("gets what its user has chosen; who has chosen nothing, and who is nobody, gets all", func() {
		chooser, second, other, nobody := open("7"), open("7"), open("8"), open("")
		Eventually(reached("Hammer")).Should(Equal(2))
		Expect(reached("Doji")()).To(Equal(4))
		Expect(reached("Star")()).To(Equal(2))
		for _, all := range []*browser{other, nobody} {
			Eventually(func() string { return all.next("pattern_alert").payload() }).Should(ContainSubstring("Star"))
		}
		s.sockets.Router().Route(rooms.Event{Name: "mark", Audience: rooms.Audience{Namespace: "/tickstockpl"}, Payload: []byte(`1`)})
		for _, choosy := range []*browser{chooser, second} {
			Eventually(func() string { return choosy.next("pattern_alert").payload() }).Should(ContainSubstring("Doji"))
			Expect(choosy.nextOf("pattern_alert", "mark").Name).To(Equal("mark"))
		}
	})

	It("keeps the choice on as long as one of the user's is open", func() {
		first := open("7")
		open("7")
		Eventually(reached("Hammer")).Should(BeZero())
		first.close()
		Eventually(reached("Doji")).Should(Equal(1))
		Expect(reached("Hammer")()).To(BeZero())
	})

	It("asks once for all that a user has open", func() {
		open("7")
		open("7")
		Eventually(reached("Hammer")).Should(BeZero())
		open("8")
		Eventually(book.asked).Should(Equal(2))
	})

	// stillHeld reports whether a rule keeps anything from anybody.
	stillHeld := func() bool {
		before := s.sockets.Router().Stats().RuleHeld
		Expect(reached("Hammer")()).NotTo(BeZero())
		return s.sockets.Router().Stats().RuleHeld > before
	}

	It("forgets the choice with the last of the user's", func() {
		first := open("7")
		open("8")
		Eventually(stillHeld).Should(BeTrue())
		first.close()
		Eventually(stillHeld).Should(BeFalse())
		Expect(s.sockets.Choosers()).To(Equal(1))
	})

	It("forgets a choice that was read too late", func() {
		book.gate = make(chan struct{})
		first := open("7")
		open("8")
		Eventually(book.asked).Should(Equal(1))
		first.close()
		Eventually(s.sockets.Choosers).Should(Equal(1))
		close(book.gate)
		Eventually(book.asked).Should(Equal(2))
		Expect(stillHeld()).To(BeFalse())
	})

	It("reads the choice anew when the user comes back", func() {
		first := open("7")
		Eventually(reached("Hammer")).Should(BeZero())
		first.close()
		Eventually(reached("Doji")).Should(BeZero())
		book.say("7", nil, nil)
		open("7")
		Eventually(book.asked).Should(Equal(2))
		Eventually(reached("Hammer")).Should(Equal(1))
	})

	It("hears of a change, and of its end", func() {
		open("7")
		Eventually(reached("Hammer")).Should(BeZero())
		book.say("7", &anything, nil)
		s.sockets.ReadChoice("7")
		Eventually(reached("Hammer")).Should(Equal(1))
		book.say("7", &dojiAlone, nil)
		s.sockets.ReadChoice("7")
		Eventually(reached("Hammer")).Should(BeZero())
		book.say("7", nil, nil)
		s.sockets.ReadChoice("7")
		Eventually(reached("Hammer")).Should(Equal(1))
	})

	It("keeps the last choice known while none can be read", func() {
		open("7")
		Eventually(reached("Hammer")).Should(BeZero())
		book.say("7", nil, errors.New("redis is away"))
		s.sockets.ReadChoice("7")
		Eventually(s.log.String).Should(ContainSubstring("alert preferences could not be read"))
		Expect(reached("Hammer")()).To(BeZero())
	})

	It("tells once that none can be read, and once that they can again", func() {
		open("7")
		Eventually(reached("Hammer")).Should(BeZero())
		again := func(err error) {
			GinkgoHelper()
			read := book.asked()
			book.say("7", &dojiAlone, err)
			s.sockets.ReadChoice("7")
			Eventually(book.asked).Should(BeNumerically(">", read))
		}
		for range 3 {
			again(errors.New("redis is away"))
		}
		again(nil)
		Eventually(s.log.String).Should(ContainSubstring("alert preferences can be read again"))
		Expect(strings.Count(s.log.String(), "alert preferences could not be read")).To(Equal(1))
	})

	It("does not ask for those who are not here", func() {
		s.sockets.ReadChoice("7")
		open("8")
		Eventually(book.asked).Should(Equal(1))
		enterBrowser(s.url, "Cookie", "user=7")
		open("")
		Expect(book.asked()).To(Equal(1))
	})

	It("asks nobody where choices do not count", func() {
		s := startSite(nil, byCookie)
		connectTo("/tickstockpl,", s.url, "Cookie", "user=7").close()
		b := connectTo("/tickstockpl,", s.url, "Cookie", "user=7")
		s.sockets.ReadChoice("7")
		s.sockets.Router().Route(patternAlert("Hammer"))
		b.next("pattern_alert")
	})
})

type nowhere struct{ except []rooms.Room }

func (n *nowhere) Emit(string, []rooms.Room, string, []byte, string, ...rooms.Room) int { return 0 }
func (n *nowhere) In(string, rooms.Room) int                                            { return 1 }
func (n *nowhere) Present(string) int                                                   { return 1 }
func (n *nowhere) Broadcast(_, _ string, _ []byte, _ string, except ...rooms.Room) int {
	n.except = except
	return 0
}

func TestChoicesAreReadOnceAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := NewWithT(t)
		out := &nowhere{}
		router := rooms.New(out, rooms.Limits{})
		book := &ruleBook{rules: map[string]rooms.AlertRule{"7": anything}}
		ctx, stop := context.WithCancel(context.Background())
		var keeping sync.WaitGroup
		keeping.Go(func() { server.KeepChoices(ctx, book, router, "7") })
		held := func() []rooms.Room { router.Route(patternAlert("Hammer")); return out.except }

		synctest.Wait()
		g.Expect(held()).To(BeEmpty())
		book.say("7", &dojiAlone, nil)
		<-time.After(59 * time.Second)
		synctest.Wait()
		g.Expect(held()).To(BeEmpty())
		<-time.After(time.Second)
		synctest.Wait()
		g.Expect(held()).To(ConsistOf(rooms.UserRoom("7")))
		g.Expect(book.asked()).To(Equal(2))
		stop()
		keeping.Wait()
	})
}
