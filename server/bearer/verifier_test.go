package bearer_test

import (
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/server/bearer"
)

const (
	secret = "a secret of the specs, long enough"
	now    = 1_758_902_400
)

func pair() (ed25519.PublicKey, ed25519.PrivateKey) {
	private := ed25519.NewKeyFromSeed([]byte("a seed of the specs, 32 bytes...")[:ed25519.SeedSize])
	return private.Public().(ed25519.PublicKey), private
}

func signed(method jwt.SigningMethod, key any, claims jwt.MapClaims) string {
	GinkgoHelper()
	token, err := jwt.NewWithClaims(method, claims).SignedString(key)
	Expect(err).NotTo(HaveOccurred())
	return token
}

// good are the claims of user 7, with changes; nil takes one away.
func good(changes jwt.MapClaims) jwt.MapClaims {
	claims := jwt.MapClaims{"sub": "7", "exp": now + 60, "roles": []string{"admin"}, "aud": "tickcast"}
	for name, value := range changes {
		if claims[name] = value; value == nil {
			delete(claims, name)
		}
	}
	return claims
}

func usual() bearer.Config {
	return bearer.Config{Secret: secret, Audience: "tickcast", Leeway: 30 * time.Second}
}

func verify(cfg bearer.Config, token string) (bearer.Claims, error) {
	GinkgoHelper()
	v, err := bearer.New(cfg)
	Expect(err).NotTo(HaveOccurred())
	return v.Verify(token, time.Unix(now, 0))
}

var _ = Describe("A token", func() {
	It("names its user, the roles and the end", func() {
		claims, err := verify(usual(), signed(jwt.SigningMethodHS256, []byte(secret), good(nil)))
		Expect(err).NotTo(HaveOccurred())
		Expect(claims.User).To(Equal("7"))
		Expect(claims.Roles).To(Equal([]string{"admin"}))
		Expect(claims.Until).To(BeTemporally("==", time.Unix(now+90, 0)), "with the leeway")
	})

	DescribeTable("with other claims",
		func(changes jwt.MapClaims, reason bearer.Reason) {
			_, err := verify(usual(), signed(jwt.SigningMethodHS256, []byte(secret), good(changes)))
			if reason == "" {
				Expect(err).NotTo(HaveOccurred())
				return
			}
			Expect(err).To(MatchError(reason))
		},
		Entry("is good without roles", jwt.MapClaims{"roles": nil}, bearer.Reason("")),
		Entry("is good for one of several audiences", jwt.MapClaims{"aud": []string{"app", "tickcast"}}, bearer.Reason("")),
		Entry("is good within the leeway", jwt.MapClaims{"exp": now - 20}, bearer.Reason("")),
		Entry("is not good after it", jwt.MapClaims{"exp": now - 31}, bearer.Expired),
		Entry("is not good without an end", jwt.MapClaims{"exp": nil}, bearer.Incomplete),
		Entry("is not good with an end that is none", jwt.MapClaims{"exp": "tomorrow"}, bearer.Malformed),
		Entry("is not good before its time", jwt.MapClaims{"nbf": now + 60}, bearer.TooEarly),
		Entry("is not good for others", jwt.MapClaims{"aud": "app"}, bearer.WrongAudience),
		Entry("is not good for nobody", jwt.MapClaims{"aud": nil}, bearer.WrongAudience),
		Entry("is not good without a user", jwt.MapClaims{"sub": nil}, bearer.NoUser),
		Entry("is not good with a user that is a number", jwt.MapClaims{"sub": 7}, bearer.Malformed),
		Entry("is not good with roles that are none", jwt.MapClaims{"roles": "admin"}, bearer.Malformed),
	)

	DescribeTable("that is not signed as it must be is refused",
		func(token func() string, reason bearer.Reason) {
			_, err := verify(usual(), token())
			Expect(err).To(MatchError(reason))
		},
		Entry("with another secret", func() string { return signed(jwt.SigningMethodHS256, []byte(secret+"!"), good(nil)) }, bearer.BadSignature),
		Entry("with another digest", func() string { return signed(jwt.SigningMethodHS512, []byte(secret), good(nil)) }, bearer.BadSignature),
		Entry("not at all", func() string {
			return signed(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, good(nil))
		}, bearer.BadSignature),
		Entry("with a header that asks for more than we understand", func() string {
			token := jwt.NewWithClaims(jwt.SigningMethodHS256, good(nil))
			token.Header["crit"], token.Header["b64"] = []string{"b64"}, false
			text, err := token.SignedString([]byte(secret))
			Expect(err).NotTo(HaveOccurred())
			return text
		}, bearer.Malformed),
		Entry("with its signature cut off", func() string {
			token := signed(jwt.SigningMethodHS256, []byte(secret), good(nil))
			return token[:strings.LastIndexByte(token, '.')+1]
		}, bearer.BadSignature),
		Entry("by being something else", func() string { return "session=eyJfdXNlcl9pZCI6IjEifQ.aMjzgA" }, bearer.Malformed),
		Entry("by being empty", func() string { return "" }, bearer.Malformed),
		Entry("by being too long", func() string {
			return signed(jwt.SigningMethodHS256, []byte(secret), good(jwt.MapClaims{"x": strings.Repeat("x", 8<<10)}))
		}, bearer.Malformed),
		Entry("by a million dots", func() string { return strings.Repeat(".", 1_000_000) }, bearer.Malformed),
	)

	It("is not good for a public key because it was signed with that as a secret", func() {
		public, private := pair()
		cfg := bearer.Config{PublicKey: base64.StdEncoding.EncodeToString(public)}
		_, err := verify(cfg, signed(jwt.SigningMethodHS256, []byte(public), good(nil)))
		Expect(err).To(MatchError(bearer.BadSignature))
		claims, err := verify(cfg, signed(jwt.SigningMethodEdDSA, private, good(nil)))
		Expect(err).NotTo(HaveOccurred())
		Expect(claims.User).To(Equal("7"))
	})
})

var _ = Describe("A key", func() {
	der := func(key any) []byte {
		GinkgoHelper()
		text, err := x509.MarshalPKIXPublicKey(key)
		Expect(err).NotTo(HaveOccurred())
		return text
	}
	inPEM := func(key any) string {
		GinkgoHelper()
		return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der(key)}))
	}

	DescribeTable("that is public may be written",
		func(write func(ed25519.PublicKey) string) {
			public, private := pair()
			_, err := verify(bearer.Config{PublicKey: write(public)}, signed(jwt.SigningMethodEdDSA, private, good(nil)))
			Expect(err).NotTo(HaveOccurred())
		},
		Entry("as PEM", func(k ed25519.PublicKey) string { return inPEM(k) }),
		Entry("as PEM in one line", func(k ed25519.PublicKey) string { return strings.ReplaceAll(inPEM(k), "\n", `\n`) }),
		Entry("as base64 of the key", func(k ed25519.PublicKey) string { return base64.RawURLEncoding.EncodeToString(k) }),
		Entry("as base64 of its DER", func(k ed25519.PublicKey) string { return base64.StdEncoding.EncodeToString(der(k)) }),
	)

	DescribeTable("that is none is refused",
		func(cfg bearer.Config, message string) {
			_, err := bearer.New(cfg)
			Expect(err).To(MatchError(ContainSubstring(message)))
			Expect(err.Error()).NotTo(ContainSubstring("planted"))
		},
		Entry("none at all", bearer.Config{}, "a secret or a public key"),
		Entry("two", bearer.Config{Secret: secret, PublicKey: "x"}, "not both"),
		Entry("a secret that is short", bearer.Config{Secret: "planted"}, "shorter than 32 bytes"),
		Entry("a public key that is none", bearer.Config{PublicKey: "planted!"}, "not an Ed25519 public key"),
		Entry("a public key of another length", bearer.Config{PublicKey: "AAAA"}, "not an Ed25519 public key"),
	)

	It("that is public must be of the one algorithm", func() {
		key := &rsa.PublicKey{N: rsaModulus(), E: 65537}
		_, err := bearer.New(bearer.Config{PublicKey: inPEM(key)})
		Expect(err).To(MatchError(ContainSubstring("not an Ed25519 public key")))
	})
})

// rsaModulus is any odd number of a fit length: nobody verifies with it.
func rsaModulus() *big.Int {
	n := new(big.Int).Lsh(big.NewInt(1), 2048)
	return n.SetBit(n, 0, 1)
}
