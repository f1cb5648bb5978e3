package e2e_test

import (
	"os"
	"os/exec"
	"path/filepath"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/e2e/internal/driver"
)

// versions are those of socket.io-client that the pages load, and the newest.
func versions() []string { return []string{"2.2.0", "3.1.0", "4.0.1", "4.5.4", "4.7.2", "4.8.4"} }

// way is how a client may be told to connect.
type way struct {
	name       string
	transports []string
}

func ways() []way {
	return []way{{"polling", []string{"polling"}}, {"websocket", []string{"websocket"}}, {"upgrade", []string{"polling", "websocket"}}}
}

// javascript starts an official client. It connects at once and comes back by itself.
func javascript(setup driver.Setup) *driver.Driver {
	GinkgoHelper()
	_, err := os.Stat(filepath.Join("node_modules", "sio-"+setup.Version))
	Expect(err).NotTo(HaveOccurred(), "socket.io-client %s is not installed: run `npm ci` in e2e first", setup.Version)
	return lead(exec.Command("node", filepath.Join("clients", "javascript.cjs")), setup)
}

// python starts python-socketio's client as Debian packs it.
func python(setup driver.Setup) *driver.Driver {
	GinkgoHelper()
	Expect(exec.Command("/usr/bin/python3", "-c", "import socketio, requests, websocket").Run()).To(Succeed(),
		"the Python client is not installed: apt-get install python3-socketio python3-requests python3-websocket")
	return lead(exec.Command("/usr/bin/python3", filepath.Join("clients", "python.py")), setup)
}

// lead waits until the client is connected, and has done the upgrade that it may do.
func lead(cmd *exec.Cmd, setup driver.Setup) *driver.Driver {
	GinkgoHelper()
	d, err := driver.Start(cmd, setup, GinkgoWriter)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(d.Stop)
	Eventually(d.Told).WithArguments("connect").Should(HaveLen(1))
	wanted := setup.Transports[len(setup.Transports)-1]
	Eventually(d.Told).WithArguments("connect", "upgrade").Should(ContainElement(HaveField("Transport", wanted)))
	return d
}
