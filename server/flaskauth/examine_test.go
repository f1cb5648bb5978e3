package flaskauth_test

import (
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/tickstock/tickcast/server/flaskauth"
)

var _ = Describe("Examining a header", func() {
	DescribeTable("tells what is known of its session",
		func(header string, now time.Time, found flaskauth.Examined, reason error) {
			e, err := verifier(usual(secret, retired)).Examine(header, now)
			Expect(e).To(Equal(found))
			if reason == nil {
				Expect(err).NotTo(HaveOccurred())
				return
			}
			Expect(err).To(MatchError(reason))
		},
		Entry("a good one", "session="+flask(secret).user("7", issued), issued, flaskauth.Examined{User: "7", Issued: issued}, nil),
		Entry("one of a fallback key", "session="+flask(retired).user("7", issued), issued, flaskauth.Examined{User: "7", Issued: issued, Key: 1}, nil),
		Entry("an expired one", "session="+flask(secret).user("7", issued), issued.Add(2*month), flaskauth.Examined{Issued: issued}, flaskauth.Expired),
		Entry("one of the future", "session="+flask(secret).user("7", issued), issued.Add(-month), flaskauth.Examined{Issued: issued}, flaskauth.FromFuture),
		Entry("one of nobody", "session="+flask(secret).session("{}", issued), issued, flaskauth.Examined{Issued: issued}, flaskauth.NoUser),
		Entry("a forged one", "session="+flask("a stranger's").user("7", issued), issued, flaskauth.Examined{}, flaskauth.BadSignature),
		Entry("a good one after a broken one", "session=x; session="+flask(secret).user("7", issued), issued, flaskauth.Examined{User: "7", Issued: issued}, nil),
		Entry("none", "theme=dark", issued, flaskauth.Examined{}, flaskauth.NoCookie),
	)
})
