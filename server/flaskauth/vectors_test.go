package flaskauth_test

import (
	_ "embed"
	"encoding/json"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/tickstock/tickcast/server/flaskauth"
)

//go:embed testdata/flask_sessions.json
var vectorsFile []byte

// vector is a cookie that Flask itself has made, or somebody who wanted to pass for it.
type vector struct {
	Name     string
	Secret   string
	Cookie   string
	IssuedAt int64 `json:"issued_at"`
	Expect   struct {
		UserID *string `json:"user_id"`
		Error  string
	}
}

func vectors() []vector {
	var file struct{ Cases []vector }
	if err := json.Unmarshal(vectorsFile, &file); err != nil {
		panic(err)
	}
	return file.Cases
}

var _ = Describe("A cookie of Flask's own making", func() {
	for _, vector := range vectors() {
		It("is judged as Flask judges it: "+vector.Name, func() {
			v, err := flaskauth.New(usual(vector.Secret))
			Expect(err).NotTo(HaveOccurred())
			user, err := v.Verify("session="+vector.Cookie, time.Unix(vector.IssuedAt+1, 0))
			switch {
			case vector.Expect.Error != "":
				Expect(err).To(MatchError(flaskauth.Reason(vector.Expect.Error)))
			case vector.Expect.UserID == nil:
				Expect(err).To(MatchError(flaskauth.NoUser))
			default:
				Expect(err).NotTo(HaveOccurred())
				Expect(user).To(Equal(*vector.Expect.UserID))
			}
		})
	}
})
