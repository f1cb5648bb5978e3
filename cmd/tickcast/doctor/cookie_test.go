package doctor

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"hash"
	"os"
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/config"
	"github.com/tickstock/tickcast/server/flaskauth"
)

const (
	present = "planted: the key that signs"
	retired = "planted: the key of last year"
)

// signed is a session as Flask writes it.
func signed(secret, session string, at time.Time, digest func() hash.Hash) string {
	spell := base64.RawURLEncoding.EncodeToString
	seal := func(key []byte, text string) []byte {
		mac := hmac.New(digest, key)
		mac.Write([]byte(text))
		return mac.Sum(nil)
	}
	text := spell([]byte(session)) + "." + spell(binary.BigEndian.AppendUint32(nil, uint32(at.Unix())))
	return text + "." + spell(seal(seal([]byte(secret), "cookie-session"), text))
}

// of is a user's session of some time ago.
func of(secret string, age time.Duration) string {
	return signed(secret, `{"_user_id":"7"}`, time.Now().Add(-age), sha1.New)
}

func knowing(secrets ...string) Exam {
	GinkgoHelper()
	e := plain()
	e.Config.Auth.Secret, e.Config.Auth.SecretFallbacks = config.Secret(secrets[0]), config.Secret(strings.Join(secrets[1:], ","))
	a := e.Config.Auth
	var err error
	e.Sessions, err = flaskauth.New(flaskauth.Config{Secrets: secrets, CookieName: a.CookieName, Salt: a.Salt, Digest: a.Digest, MaxAge: a.MaxAge, Leeway: a.Leeway})
	Expect(err).NotTo(HaveOccurred())
	return e
}

// judge examines a pasted cookie, of which no part may be in the answer.
func judge(e Exam, pasted string) Finding {
	GinkgoHelper()
	e.Cookie = pasted
	found := examine(context.Background(), e)
	for _, f := range found {
		Expect(f.Says + f.Mend).NotTo(ContainSubstring("planted"))
		for part := range strings.FieldsFuncSeq(pasted, func(r rune) bool { return strings.ContainsRune(`.;="' `, r) }) {
			Expect(len(part) > 14 && strings.Contains(f.Says+f.Mend, part)).To(BeFalse(), "%v", f)
		}
	}
	return found["cookie"]
}

var _ = Describe("A pasted cookie", func() {
	const aDay = 24 * time.Hour

	DescribeTable("names its user",
		func(form, says string) {
			f := judge(knowing(present, retired), strings.NewReplacer("GOOD", of(present, 3*time.Hour), "OLD", of(retired, 5*aDay)).Replace(form))
			Expect(f.Status).To(Equal(OK), f.Says)
			Expect(f.Says).To(Equal(says))
			Expect(f.Mend).To(ContainSubstring("localhost and 127.0.0.1 are two"))
		},
		Entry("as its value", "GOOD", "user 7, signed 3 hours ago with the present key, good for 30 days more"),
		Entry("with its name", "session=GOOD", "user 7, signed 3 hours ago with the present key, good for 30 days more"),
		Entry("in quotes", ` "GOOD" `, "user 7, signed 3 hours ago with the present key, good for 30 days more"),
		Entry("in quotes after its name", `session="GOOD"`, "user 7, signed 3 hours ago with the present key, good for 30 days more"),
		Entry("as the whole header", "Cookie: session=GOOD; theme=dark", "user 7, signed 3 hours ago with the present key, good for 30 days more"),
		Entry("after a broken one", "session=x; session=GOOD", "user 7, signed 3 hours ago with the present key, good for 30 days more"),
		Entry("signed with a key that was replaced", "OLD", "user 7, signed 5 days ago with fallback key 1, good for 25 days more"),
	)

	DescribeTable("does not, and the reason is said",
		func(form string, status Status, says, mend string) {
			f := judge(knowing(present), strings.NewReplacer(
				"GOOD", of(present, time.Hour),
				"FOREIGN", of(retired, time.Hour),
				"EXPIRED", of(present, 40*aDay),
				"FUTURE", of(present, -10*time.Minute-30*time.Second),
				"NOBODY", signed(present, `{}`, time.Now(), sha1.New),
				"SHA256", signed(present, `{"_user_id":"7"}`, time.Now(), sha256.New),
				"CUT", of(present, time.Hour)[:40],
			).Replace(form))
			Expect(f.Status).To(Equal(status), f.Says)
			Expect(f.Says).To(ContainSubstring(says))
			Expect(f.Mend).To(ContainSubstring(mend))
		},
		Entry("signed by another application", "FOREIGN", Failure, "wrong key: it is signed with none of our 1 keys", "cookies know no ports"),
		Entry("changed on the way", "xGOOD", Failure, "wrong key", "SECRET_KEY"),
		Entry("too old", "EXPIRED", Failure, "expired: it was signed 40 days ago, and is good for 31 days", "PERMANENT_SESSION_LIFETIME"),
		Entry("signed by a clock ahead of ours", "FUTURE", Failure, "from the future: it was signed 10 minutes ahead", "time server"),
		Entry("of somebody who is not logged in", "NOBODY", Warning, "nobody is logged in", "log in"),
		Entry("cut off", "CUT", Failure, "malformed: it is cut off", "copy the whole value"),
		Entry("cut off in its first part", "eyJfdXNlcl9pZ", Failure, "no parts", "session cookie"),
		Entry("of a session that Flask keeps elsewhere", "session=2f1c9c2e-6a0e-4e6f-8a33-0d8a3d8f5c11", Failure, "Flask-Session", "own session cookie"),
		Entry("of another digest", "SHA256", Failure, "signed with sha256, but auth.digest is sha1", "TICKCAST_AUTH_DIGEST=sha256"),
		Entry("not there", "theme=dark", Failure, `no cookie of the name "session"`, "SESSION_COOKIE_NAME"),
		Entry("a remember_token alone", "remember_token=7|abcdef", Failure, "only a remember_token", "open any page of Flask"),
		Entry("empty", "session=", Failure, "malformed", "session cookie"),
		Entry("too large", strings.Repeat("x", 5000)+"GOOD", Failure, "too large", "4 KiB"),
	)

	It("cannot be verified without a key", func() {
		Expect(judge(plain(), of(present, time.Hour))).To(And(HaveField("Status", Failure), HaveField("Mend", ContainSubstring("FLASK_SECRET_KEY"))))
	})

	It("need not be there", func() {
		Expect(examine(context.Background(), knowing(present))).NotTo(HaveKey("cookie"))
	})

	It("is judged as Flask would, whatever Flask has made", func() {
		text, err := os.ReadFile("../../../server/flaskauth/testdata/flask_sessions.json")
		Expect(err).NotTo(HaveOccurred())
		var file struct {
			Cases []struct {
				Name, Secret, Cookie string
				Expect               struct {
					UserID *string `json:"user_id"`
					Error  string
				}
			}
		}
		Expect(json.Unmarshal(text, &file)).To(Succeed())
		for _, c := range file.Cases {
			if c.Cookie == "" {
				continue // none was pasted
			}
			e := knowing(c.Secret)
			e.Sessions, err = flaskauth.New(flaskauth.Config{Secrets: []string{c.Secret}, CookieName: "session", Salt: "cookie-session", Digest: "sha1", MaxAge: 36500 * aDay})
			Expect(err).NotTo(HaveOccurred())
			f, want := judge(e, "session="+c.Cookie), c.Expect
			switch {
			case want.UserID != nil:
				Expect(f.Says).To(HavePrefix("user "+*want.UserID+", signed "), c.Name)
			case want.Error == "":
				Expect(f.Status).To(Equal(Warning), c.Name)
			default:
				Expect(f.Status).To(Equal(Failure), c.Name)
				Expect(f.Says).To(HavePrefix(strings.Replace(want.Error, "bad signature", "wrong key", 1)), c.Name)
			}
		}
	})

	DescribeTable("is verified with keys that",
		func(e func() Exam, status Status, says string) {
			f := examine(context.Background(), e())["sessions"]
			Expect(f.Status).To(Equal(status))
			Expect(f.Says).To(ContainSubstring(says))
		},
		Entry("are long", func() Exam { return knowing(present, retired) }, OK, "1 that it has replaced"),
		Entry("are short", func() Exam { return knowing(present, "planted") }, Warning, "fewer than 16 characters"),
		Entry("are not there", plain, Warning, "everybody is anonymous"),
	)
})
