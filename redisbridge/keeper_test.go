package redisbridge

import (
	"context"
	"strconv"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"

	"github.com/tickstock/tickcast/config"
	"github.com/tickstock/tickcast/rooms"
)

func backlogSettings() config.Backlog {
	return config.Backlog{Enabled: true, Max: 10_000, Age: 24 * time.Hour, Wait: 5 * time.Second}
}

// keeper is an instance with a backlog.
type keeper struct {
	*Bridge
	backlog *Backlog
	sink    *recorder
	stop    func()
}

// keep runs an instance until the spec is over, or it is stopped. It has found out by then whether it missed anything.
func keep(cfg config.Redis, backlog config.Backlog, sink Sink) *keeper {
	GinkgoHelper()
	k := startKeeper(cfg, backlog, sink)
	Eventually(hearing(k.Bridge)).Should(BeTrue())
	Eventually(k.sure).Should(BeTrue())
	return k
}

func startKeeper(cfg config.Redis, backlog config.Backlog, sink Sink) *keeper {
	GinkgoHelper()
	client, err := Open(cfg)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(client.Close)
	k := &keeper{}
	k.sink, _ = sink.(*recorder)
	log := zerolog.New(GinkgoWriter).With().Timestamp().Logger()
	k.Bridge = New(cfg, streaming(), client, sink, prometheus.NewRegistry(), log)
	k.backlog = NewBacklog(backlog, client, log)
	k.Keep(k.backlog)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { k.Run(ctx) })
	k.stop = func() { cancel(); running.Wait() }
	DeferCleanup(k.stop)
	return k
}

func (k *keeper) sure() bool {
	k.backlog.live.Lock()
	defer k.backlog.live.Unlock()
	return k.backlog.sure()
}

// replay are the symbols of the patterns after a position.
func (k *keeper) replay(from string) (symbols []string, complete bool) {
	GinkgoHelper()
	var got recorder
	_, complete, err := k.backlog.Replay(context.Background(), from, func(e rooms.Event) { got.Route(e) })
	Expect(err).NotTo(HaveOccurred())
	return got.symbols(), complete
}

// marks are the positions of the patterns, one each.
func (r *recorder) marks() (marks []string) {
	for _, event := range r.all() {
		if event.Name == "pattern_alert" && event.Audience.Namespace == "/" {
			marks = append(marks, event.Position)
		}
	}
	return marks
}

func numbers(from, to int) (all []string) {
	for n := from; n < to; n++ {
		all = append(all, strconv.Itoa(n))
	}
	return all
}

// entries are what the stream holds, without breaks.
func entries(client *redis.Client) (all []string) {
	for _, m := range client.XRange(context.Background(), backlogStream, "-", "+").Val() {
		if m.Values[fieldChannel] != "" {
			all = append(all, m.Values[fieldText].(string))
		}
	}
	return all
}
