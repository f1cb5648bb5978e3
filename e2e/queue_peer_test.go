package e2e_test

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/e2e/internal/client"
	"github.com/tickstock/tickcast/e2e/internal/driver"
)

// pythonQueue is the channel of Flask-SocketIO's message queue.
const pythonQueue = "flask-socketio"

type members = map[string]any

// flaskPeer is a real Flask-SocketIO in the queue.
type flaskPeer struct{ *driver.Driver }

// startPeer starts one: "writer", or "server" and its port.
func (s *stage) startPeer(args ...string) flaskPeer {
	GinkgoHelper()
	cmd := exec.Command("/usr/bin/python3", append([]string{filepath.Join("clients", "flask_peer.py")}, args...)...)
	d, err := driver.Start(cmd, driver.Setup{URL: s.redis.URL()}, GinkgoWriter)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(d.Stop)
	Eventually(d.Told).WithArguments("connect").Should(HaveLen(1))
	return flaskPeer{d}
}

// emit lets Flask emit an event; where and to whom is said as in Python.
func (p flaskPeer) emit(event string, data any, to members) {
	GinkgoHelper()
	all := members{"event": event}
	if data != nil {
		all["data"] = data
	}
	for key, value := range to {
		all[key] = value
	}
	Expect(p.Emit(0, "emit", all)).To(Succeed())
}

// end emits what comes after everything, and waits until everybody has it.
func (p flaskPeer) end(all ...*client.Inbox) {
	GinkgoHelper()
	p.emit("end", nil, nil)
	for _, inbox := range all {
		Eventually(inbox.Events).WithArguments("end").ShouldNot(BeEmpty())
	}
}

// told are the events of the name, as JSON arrays of their arguments.
func told(inbox *client.Inbox, event string) []string {
	all := []string{}
	for _, e := range inbox.Events(event) {
		args, err := json.Marshal(append([]json.RawMessage{}, e.Args...))
		Expect(err).NotTo(HaveOccurred())
		all = append(all, string(args))
	}
	return all
}

// answering gives the ids of events that ask for an acknowledgement.
func answering(inbox *client.Inbox) (take func([]byte), ids <-chan string) {
	asked := make(chan string, 10)
	return func(packet []byte) {
		inbox.Take(packet)
		if id, _, found := strings.Cut(string(packet), "["); found && len(id) > 1 && id[0] == '2' {
			asked <- id[1:]
		}
	}, asked
}

func (s *stage) queueCount(method, result string) float64 {
	return s.metric(fmt.Sprintf("tickcast_python_queue_total{method=%q,result=%q}", method, result))
}
