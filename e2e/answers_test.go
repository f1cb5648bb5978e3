package e2e_test

import (
	"context"
	"encoding/json"
	"net"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/types"
	"github.com/rs/zerolog"

	"github.com/tickstock/tickcast/e2e/fixture/server"
	"github.com/tickstock/tickcast/e2e/internal/driver"
)

// startFixture runs a fixture for one spec and returns its URL.
func startFixture() string {
	GinkgoHelper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	Expect(err).NotTo(HaveOccurred())
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- server.New(server.Calm(), zerolog.New(GinkgoWriter)).Run(ctx, listener) }()
	DeferCleanup(func() {
		stop()
		Eventually(done).Should(Receive(BeNil()))
	})
	return "http://" + listener.Addr().String()
}

// alerts are the symbols of the alerts that a client told of.
func alerts(d *driver.Driver) []string {
	var all []string
	for _, h := range d.Events("pattern_alert") {
		all = append(all, symbolOf(h.Args))
	}
	return all
}

// firstArgs are the first arguments of the events of a name.
func firstArgs(d *driver.Driver, event string) []string {
	var all []string
	for _, h := range d.Events(event) {
		if len(h.Args) > 0 {
			all = append(all, string(h.Args[0]))
		}
	}
	return all
}

// matchArgs compares arguments as JSON.
func matchArgs(want ...string) types.GomegaMatcher {
	each := make([]any, len(want))
	for i, json := range want {
		each[i] = MatchJSON(json)
	}
	return HaveExactElements(each...)
}

func quoted(text string) string {
	raw, err := json.Marshal(text)
	Expect(err).NotTo(HaveOccurred())
	return string(raw)
}

// member is one value of an object, as it stands there.
func member(object json.RawMessage, key string) string {
	var members map[string]json.RawMessage
	Expect(json.Unmarshal(object, &members)).To(Succeed())
	return string(members[key])
}
