package redisbridge

import (
	"encoding/base64"
	"os/exec"
	"strings"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/tickstock/tickcast/config"
	"github.com/tickstock/tickcast/rooms"
)

// sockets is a Peer that keeps what it is told. Only "S1" is a socket here.
type sockets struct {
	mu       sync.Mutex
	told     []string
	emitted  []Emission
	deserted bool // nobody is here
}

func (s *sockets) Emit(e Emission) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.emitted = append(s.emitted, e)
	if s.deserted {
		return 0
	}
	return 1
}

func (s *sockets) Disconnect(namespace, id string) bool {
	return s.tell(id == "S1", "disconnect", namespace, id)
}

func (s *sockets) Enter(namespace, id string, room rooms.Room) bool {
	return s.tell(id == "S1", "enter", namespace, id, string(room))
}

func (s *sockets) Leave(namespace, id string, room rooms.Room) bool {
	return s.tell(id == "S1", "leave", namespace, id, string(room))
}

func (s *sockets) CloseRoom(namespace string, room rooms.Room) bool {
	return s.tell(!s.deserted, "close", namespace, string(room))
}

func (s *sockets) tell(ours bool, words ...string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.told = append(s.told, strings.Join(words, " "))
	return ours
}

// emissions are those so far.
func (s *sockets) emissions() []Emission {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Emission(nil), s.emitted...)
}

const pythonChannel = "flask-socketio"

// queued are settings with a message queue.
func queued(addr string) config.Redis {
	cfg := settings(addr)
	cfg.PythonChannel, cfg.Pickle, cfg.PythonIgnore = pythonChannel, true, ignoreNothing
	return cfg
}

// pythonQueue is one that hears what it is given; Redis is not there.
func pythonQueue(change func(*config.Redis)) (*PythonQueue, *sockets) {
	cfg := queued("127.0.0.1:1")
	if change != nil {
		change(&cfg)
	}
	peer := &sockets{}
	return NewPythonQueue(cfg, nil, peer, []string{"/", "/tickstockpl"}, prometheus.NewRegistry(), zerolog.New(GinkgoWriter)), peer
}

// runPython has the real Python print base64, a line for each of its values.
func runPython(script string, stdin string) []string {
	GinkgoHelper()
	cmd := exec.Command("/usr/bin/python3", "-c", "import base64, pickle, sys\ndef tell(data): print(base64.b64encode(data).decode())\n"+script)
	cmd.Stdin = strings.NewReader(stdin)
	cmd.Stderr = GinkgoWriter
	out, err := cmd.Output()
	Expect(err).NotTo(HaveOccurred())
	var all []string
	for line := range strings.Lines(string(out)) {
		data, err := base64.StdEncoding.DecodeString(strings.TrimSpace(line))
		Expect(err).NotTo(HaveOccurred())
		all = append(all, string(data))
	}
	return all
}

// scraped is what Prometheus sees of the queue.
func (q *PythonQueue) scraped() map[string]float64 {
	GinkgoHelper()
	registry := prometheus.NewRegistry()
	Expect(registry.Register(newPythonMetrics(q))).To(Succeed())
	return scrape(registry)
}
