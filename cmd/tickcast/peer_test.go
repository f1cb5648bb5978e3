package main

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/config"
)

var _ = Describe("The channel of Flask's message queue", func() {
	on := func(channel string) config.Problems {
		return queueProblems(config.Config{Redis: config.Redis{PythonChannel: channel}})
	}

	It("may not be one of the producer's", func() {
		Expect(on("tickstock.events.patterns")).To(ConsistOf(HaveField("Key", "redis.python_channel")))
	})

	It("may be any other, or none", func() {
		for _, channel := range []string{"flask-socketio", "socketio", "", "off"} {
			Expect(on(channel)).To(BeEmpty(), channel)
		}
	})
})
