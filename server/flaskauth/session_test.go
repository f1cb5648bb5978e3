package flaskauth_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/tickstock/tickcast/server/flaskauth"
)

var _ = Describe("A session that is well signed", func() {
	var v *flaskauth.Verifier
	BeforeEach(func() { v = verifier(usual(secret)) })

	DescribeTable("names its user",
		func(session, user string) {
			expectUser(v, "session="+flask(secret).session(session, issued), user)
			expectUser(v, "session="+flask(secret).compressed(session, issued), user)
		},
		Entry("by a string", `{"_user_id":"7"}`, "7"),
		Entry("by a number", `{"_user_id":7}`, "7"),
		Entry("by a negative number", `{"_user_id":-7}`, "-7"),
		Entry("by an address", `{"_user_id":"ann@example.com"}`, "ann@example.com"),
		Entry("by marked-up text", `{"_user_id":{" m":"7"}}`, "7"),
		Entry("by bytes", `{"_user_id":{" b":"Nw=="}}`, "7"),
		Entry("by a UUID", `{"_user_id":{" u":"6ba7b8109dad11d180b400c04fd430c8"}}`, "6ba7b810-9dad-11d1-80b4-00c04fd430c8"),
		Entry("by as long an id as may be", `{"_user_id":"`+strings.Repeat("é", 64)+`"}`, strings.Repeat("é", 64)),
		Entry("beside all that Flask can write",
			`{"a":{" t":[1,{" d":"Tue, 16 Sep 2025 05:20:00 GMT"}]},"b":{" di":{" t__":{" b":"AA=="}}},"_user_id":"7","c":null}`, "7"),
	)

	DescribeTable("names nobody",
		func(session string, reason flaskauth.Reason) {
			expectReason(v, "session="+flask(secret).session(session, issued), issued, reason)
		},
		Entry("who is not there", `{}`, flaskauth.NoUser),
		Entry("in another spelling of the key", `{"_USER_ID":"7","user_id":"7"}`, flaskauth.NoUser),
		Entry("deeper down", `{"a":{"_user_id":"7"}}`, flaskauth.NoUser),
		Entry("whose id is null", `{"_user_id":null}`, flaskauth.NoUser),
		Entry("whose id is empty", `{"_user_id":""}`, flaskauth.NoUser),
		Entry("whose id is true", `{"_user_id":true}`, flaskauth.NoUser),
		Entry("whose id is a fraction", `{"_user_id":7.5}`, flaskauth.NoUser),
		Entry("whose id is a list", `{"_user_id":["7"]}`, flaskauth.NoUser),
		Entry("whose id is a tuple", `{"_user_id":{" t":["7"]}}`, flaskauth.NoUser),
		Entry("whose id has two tags", `{"_user_id":{" m":"7"," b":"Nw=="}}`, flaskauth.NoUser),
		Entry("whose id has an unknown tag", `{"_user_id":{" x":"7"}}`, flaskauth.NoUser),
		Entry("whose UUID is none", `{"_user_id":{" u":"seven"}}`, flaskauth.NoUser),
		Entry("whose UUID is too short", `{"_user_id":{" u":"6ba7b810"}}`, flaskauth.NoUser),
		Entry("whose bytes are broken", `{"_user_id":{" b":"Nw==%"}}`, flaskauth.NoUser),
		Entry("whose bytes are no text", `{"_user_id":{" b":"/w=="}}`, flaskauth.NoUser),
		Entry("whose id breaks the line", `{"_user_id":"7\n8"}`, flaskauth.NoUser),
		Entry("whose id cannot be seen", `{"_user_id":"7\u202e"}`, flaskauth.NoUser),
		Entry("whose id is half a character", `{"_user_id":"\ud800"}`, flaskauth.NoUser),
		Entry("whose id is too long", `{"_user_id":"`+strings.Repeat("7", 65)+`"}`, flaskauth.NoUser),
		Entry("in no JSON", `{"_user_id":"7"`, flaskauth.Malformed),
		Entry("in a list", `["7"]`, flaskauth.Malformed),
		Entry("in nothing", `null`, flaskauth.NoUser),
		Entry("in a session deep as a well", strings.Repeat("[", 2000), flaskauth.Malformed),
	)

	It("is not inflated without a bound", func() {
		bomb := flask(secret).compressed(`{"_user_id":"7","a":"`+strings.Repeat("a", 2<<20)+`"}`, issued)
		Expect(len(bomb)).To(BeNumerically("<", 4096), "it is small enough to be a cookie")
		expectReason(v, "session="+bomb, issued, flaskauth.TooLarge)
	})

	It("may be as large as the bound once it is inflated", func() {
		const around = `{"_user_id":"7","a":""}`
		session := strings.Replace(around, `""`, `"`+strings.Repeat("a", 64<<10-len(around))+`"`, 1)
		expectUser(v, "session="+flask(secret).compressed(session, issued), "7")
	})

	It("is no cookie that a browser would keep if it is larger than that", func() {
		session := `{"_user_id":"7","a":"` + strings.Repeat("a", 4096) + `"}`
		expectReason(v, "session="+flask(secret).session(session, issued), issued, flaskauth.TooLarge)
	})

	DescribeTable("is malformed",
		func(signed string) {
			expectReason(v, "session="+flask(secret).seal(signed), issued, flaskauth.Malformed)
		},
		Entry("if its payload is no base64", "e!!0.aMjzgA"),
		Entry("if its payload is in the other alphabet's padding", "e30=.aMjzgA"),
		Entry("if it is said to be compressed and is not", ".e30.aMjzgA"),
		Entry("if it was cut off while compressed", "."+spell(deflated(`{"_user_id":"7"}`)[:9])+".aMjzgA"),
		Entry("if its time is no base64", "e30.aM!!gA"),
		Entry("if its time is longer than time is", "e30.AAAAAAAAAAAA"),
		Entry("if it has no time", "e30"),
		Entry("if it has no payload", ".aMjzgA"),
	)

	It("has one signature in one spelling, though base64 leaves bits of it unused", func() {
		good := flask(secret).user("7", issued)
		for _, last := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_" {
			forged := good[:len(good)-1] + string(last)
			if forged != good {
				expectReason(v, "session="+forged, issued, flaskauth.BadSignature)
			}
		}
	})

	It("has no bit that could be another", func() {
		good := flask(secret).user("7", issued)
		for at := range len(good) {
			for bit := range 8 {
				forged := []byte(good)
				forged[at] ^= 1 << bit
				_, err := v.Verify("session="+string(forged), issued)
				Expect(err).To(HaveOccurred(), "bit %d of byte %d", bit, at)
			}
		}
	})
})
