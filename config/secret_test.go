package config_test

import (
	"bytes"
	"encoding/json"
	"fmt"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/rs/zerolog"

	"github.com/tickstock/tickcast/config"
)

var _ = Describe("A secret", func() {
	holder := config.Config{Redis: config.Redis{URL: "redis://u:hunter2@h", Password: "hunter2"}}

	DescribeTable("stays hidden from fmt",
		func(verb string) {
			Expect(fmt.Sprintf(verb, holder)).NotTo(Or(ContainSubstring("hunter2"), ContainSubstring("68756e74")))
			Expect(fmt.Sprintf(verb, &holder.Redis.Password)).NotTo(ContainSubstring("hunter2"))
		},
		Entry(nil, "%v"), Entry(nil, "%+v"), Entry(nil, "%#v"), Entry(nil, "%s"), Entry(nil, "%q"), Entry(nil, "%x"), Entry(nil, "%d"),
	)

	It("stays hidden from JSON and from the log", func() {
		text, err := json.Marshal(holder)
		Expect(err).NotTo(HaveOccurred())
		var line bytes.Buffer
		log := zerolog.New(&line)
		log.Info().Interface("config", holder).Stringer("password", holder.Redis.Password).Msg("start")
		Expect(string(text) + line.String()).NotTo(ContainSubstring("hunter2"))
	})

	It("shows that there is none", func() {
		Expect(config.Secret("").String()).To(BeEmpty())
	})

	It("is given away by Reveal alone", func() {
		Expect(holder.Redis.Password.Reveal()).To(Equal("hunter2"))
	})

	DescribeTable("in a Redis address",
		func(r config.Redis, want string) { Expect(r.Address()).To(Equal(want)) },
		Entry("is masked", config.Redis{URL: "rediss://u:hunter2@h:1/0"}, "rediss://***@h:1/0"),
		Entry("is masked with every odd character in it", config.Redis{URL: "redis://:hunt/er@2?#@h"}, "redis://***@h"),
		Entry("is masked before several hosts", config.Redis{URL: "redis+sentinel://u:hunter2@a:1,b:2/master"}, "redis+sentinel://***@a:1,b:2/master"),
		Entry("is masked in the query", config.Redis{URL: "redis+sentinel://a:1/master?sentinel_password=hunter2"}, "redis+sentinel://a:1/master?***"),
		Entry("hides all that is no URL", config.Redis{URL: "hunter2"}, "***"),
		Entry("is not there by host and port", config.Redis{Host: "::1", Port: 6379, DB: 2, Password: "hunter2"}, "redis://[::1]:6379/2"),
		Entry("is not there in the embedded one", config.Redis{EmbeddedAddr: "127.0.0.1:6390"}, "redis://127.0.0.1:6390/0"),
	)
})
