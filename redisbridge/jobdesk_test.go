package redisbridge

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"

	"github.com/tickstock/tickcast/config"
	"github.com/tickstock/tickcast/rooms"
)

const (
	progressChannel = "tickstock.events.backtesting.progress"
	resultChannel   = "tickstock.events.backtesting.results"
)

// instance is one tickcast as far as jobs go. It runs until the spec is over, or stop.
type instance struct {
	jobs   *Jobs
	bridge *Bridge
	sink   *recorder
	run    func(parts ...func(context.Context) error)
	stop   func()
}

func startInstance(cfg config.Redis) *instance {
	GinkgoHelper()
	i := prepareInstance(cfg)
	i.run(i.bridge.Run, i.jobs.Run)
	Eventually(hearing(i.bridge)).Should(BeTrue())
	return i
}

// prepareInstance is one that does not run yet.
func prepareInstance(cfg config.Redis) *instance {
	GinkgoHelper()
	return prepareInstanceOf(cfg, cfg)
}

// prepareInstanceOf has its jobs in another Redis than what it hears.
func prepareInstanceOf(heard, kept config.Redis) *instance {
	GinkgoHelper()
	client, err := Open(heard)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(client.Close)
	keeper, err := Open(kept)
	Expect(err).NotTo(HaveOccurred())
	log := zerolog.New(GinkgoWriter).With().Timestamp().Logger()
	DeferCleanup(keeper.Close)
	i := &instance{jobs: NewJobs(keeper, log), sink: &recorder{}}
	i.bridge = New(heard, streaming(), client, i.sink, prometheus.NewRegistry(), log)
	i.bridge.Follow(i.jobs)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	i.run = func(parts ...func(context.Context) error) {
		for _, part := range parts {
			running.Go(func() {
				defer GinkgoRecover()
				Expect(part(ctx)).To(Succeed())
			})
		}
	}
	i.stop = sync.OnceFunc(func() {
		cancel()
		running.Wait()
	})
	DeferCleanup(i.stop)
	return i
}

// submit is a submission that must succeed.
func (i *instance) submit(user string, members ...string) (id string) {
	GinkgoHelper()
	id, err := i.jobs.Submit(context.Background(), user, backtest(members...))
	Expect(err).NotTo(HaveOccurred())
	return id
}

// record is a job's record as it stands in Redis; nil if there is none.
func record(client *redis.Client, id string) func() map[string]any {
	return func() map[string]any {
		text, err := client.Get(context.Background(), "tickstock:jobs:"+id).Result()
		if err != nil {
			return nil
		}
		var members map[string]any
		if json.Unmarshal([]byte(text), &members) != nil {
			return map[string]any{"status": "broken"}
		}
		return members
	}
}

// fault is an error that blames a field.
func fault(field string) OmegaMatcher {
	return And(BeAssignableToTypeOf(&rooms.FieldError{}), HaveField("Field", field))
}

// hearOn is what is published from now on.
func hearOn(client *redis.Client, channels ...string) <-chan *redis.Message {
	GinkgoHelper()
	ear := client.Subscribe(context.Background(), channels...)
	DeferCleanup(ear.Close)
	for range channels {
		_, err := ear.Receive(context.Background())
		Expect(err).NotTo(HaveOccurred())
	}
	return ear.Channel()
}

// monitor is what Redis is told from now on: each command as its words, upper case first.
func monitor(server *realRedis) func() [][]string {
	GinkgoHelper()
	conn, err := net.Dial("tcp", server.addr)
	Expect(err).NotTo(HaveOccurred())
	fmt.Fprint(conn, "MONITOR\r\n")
	lines := bufio.NewScanner(conn)
	Expect(lines.Scan()).To(BeTrue())
	var mu sync.Mutex
	var heard [][]string
	var reading sync.WaitGroup
	reading.Go(func() {
		for lines.Scan() {
			// +1758902400.25 [0 127.0.0.1:5] "get" "key"
			_, command, _ := strings.Cut(lines.Text(), `] "`)
			words := strings.Split(strings.TrimSuffix(command, `"`), `" "`)
			words[0] = strings.ToUpper(words[0])
			mu.Lock()
			heard = append(heard, words)
			mu.Unlock()
		}
	})
	DeferCleanup(func() {
		conn.Close()
		reading.Wait()
	})
	return func() [][]string {
		mu.Lock()
		defer mu.Unlock()
		return append([][]string(nil), heard...)
	}
}

// addressees are whom the events of this name are for: rooms, or "everyone".
func (i *instance) addressees(name string) (all []string) {
	for _, event := range i.sink.all() {
		if event.Name != name {
			continue
		}
		to := "everyone"
		if len(event.Audience.Rooms) == 1 {
			to = string(event.Audience.Rooms[0])
		}
		all = append(all, to)
	}
	return all
}
