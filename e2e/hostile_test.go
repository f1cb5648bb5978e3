package e2e_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/e2e/internal/client"
	"github.com/tickstock/tickcast/e2e/internal/wire"
)

// victim is a server under attack, and an honest browser on it.
type victim struct {
	*stage
	good   *client.Client
	inbox  *client.Inbox
	alerts int
	// What it held when only the honest browser was there.
	goroutines float64
}

// attacked starts a server whose limits are small enough to be reached soon.
func attacked() *victim {
	GinkgoHelper()
	v := &victim{stage: openStage("TICKCAST_SOCKETS_CONNECT_TIMEOUT=1s", "TICKCAST_SOCKETS_UPGRADE_TIMEOUT=1s",
		"TICKCAST_SOCKETS_READ_TIMEOUT=1s", "TICKCAST_SOCKETS_MAX_PAYLOAD=1MiB", "LOG_LEVEL=info")}
	v.good, v.inbox = v.join(client.WebSocket)
	v.unharmed()
	v.goroutines = v.metric("go_goroutines")
	return v
}

// unharmed holds when the honest browser gets a new alert, and nothing of the attack is left.
func (v *victim) unharmed() {
	GinkgoHelper()
	v.alerts++
	v.alert("Doji", fmt.Sprintf("S%d", v.alerts))
	Eventually(symbols).WithArguments(v.inbox).Should(HaveLen(v.alerts))
	Expect(v.good.Done()).NotTo(BeClosed())
	v.beat()
	Eventually(v.health).Should(And(HaveField("Status", "healthy"),
		HaveField("Connections.Total", 1), HaveField("Connections.Sockets", HaveKeyWithValue("/", 1))))
	for _, where := range []string{"connection", "event", "http"} {
		Expect(v.metric(fmt.Sprintf("tickcast_panics_total{where=%q}", where))).To(BeZero())
	}
}

// websocket opens a session and joins "/" with it.
func (v *victim) websocket() *wire.Socket {
	GinkgoHelper()
	socket := v.unjoined()
	Expect(socket.Text("40")).To(Succeed())
	Eventually(socket.Frames()).Should(Receive(HaveField("Data", HavePrefix(`40{"sid"`))))
	Eventually(socket.Frames()).Should(Receive(HaveField("Data", HavePrefix(`42["connection_confirmed"`))))
	return socket
}

// unjoined opens a session and is in no namespace.
func (v *victim) unjoined() *wire.Socket {
	GinkgoHelper()
	socket, err := wire.Dial(context.Background(), "ws://"+v.tickcast.Address()+"/socket.io/?EIO=4&transport=websocket")
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(socket.Close)
	Eventually(socket.Frames()).Should(Receive(HaveField("Data", HavePrefix("0{"))))
	return socket
}

// polling opens a session and returns the path of its requests.
func (v *victim) polling() string {
	GinkgoHelper()
	open := v.get("/socket.io/?EIO=4&transport=polling")
	Expect(open).To(haveStatus(200))
	_, rest, _ := strings.Cut(open.Body, `"sid":"`)
	sid, _, _ := strings.Cut(rest, `"`)
	return "/socket.io/?EIO=4&transport=polling&sid=" + sid
}

// tell writes bytes on a connection of its own and gives what comes back until the server hangs up.
func (v *victim) tell(text string) string {
	GinkgoHelper()
	conn := v.connect()
	_, _ = io.WriteString(conn, text) // the server may hang up before the end
	return hear(conn)
}

func (v *victim) connect() net.Conn {
	GinkgoHelper()
	conn, err := net.Dial("tcp", v.tickcast.Address())
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(func() { _ = conn.Close() }) // a spec may have closed it
	return conn
}

// patience is how long a server may hold a hostile connection at most.
const patience = 20 * time.Second

// hear reads until the server hangs up, which it must.
func hear(conn net.Conn) string {
	GinkgoHelper()
	Expect(conn.SetReadDeadline(time.Now().Add(patience))).To(Succeed())
	answer, err := io.ReadAll(conn)
	if err != nil {
		Expect(err).NotTo(MatchError(ContainSubstring("timeout")), "the server still holds the connection")
	}
	return string(answer)
}

func closes(socket *wire.Socket) {
	GinkgoHelper()
	Eventually(socket.Frames(), patience).Should(BeClosed())
}
