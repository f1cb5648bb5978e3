package main

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = It("What a user subscribes to on one tickcast holds on the other, for those who are there and those who come", func() {
	forgetSettings()
	redis := someRedis()
	first, second := knownUsers(redis), knownUsers(redis)
	early, mine := openTab(second, "7"), openTab(first, "7")
	Expect(mine.ask(`["subscribe",{"subscription_type":"tier_patterns","subscription_id":"a","filters":{"symbols":["AAPL"]}}]`)).To(ContainSubstring(`"ok"`))
	list := func(t *tab) func() string { return func() string { return t.ask(`["get_subscriptions"]`) } }
	Eventually(list(early)).WithTimeout(patience).Should(ContainSubstring(`"symbols":["AAPL"]`))
	late := openTab(second, "7")
	Eventually(late.packets).WithTimeout(patience).Should(Receive(ContainSubstring(`"active_subscriptions":["tier_patterns"]`)))
	Expect(late.ask(`["unsubscribe",{"subscription_id":"a"}]`)).To(ContainSubstring(`"removed":1`))
	Eventually(list(mine)).WithTimeout(patience).Should(ContainSubstring(`"subscriptions":[]`))
})
