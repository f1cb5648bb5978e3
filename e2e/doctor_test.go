package e2e_test

import (
	"encoding/json"
	"os/exec"
	"path/filepath"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

var _ = Describe("tickcast doctor", func() {
	It("finds a running instance well, from its Redis to a user's cookie", func() {
		s := openStage("FLASK_SECRET_KEY=" + secretKey)
		cmd := exec.Command(tickcastBinary, "doctor", "--json", "--listen", "100ms", "--port", "0",
			"--url", s.tickcast.URL(""), "--origin", s.tickcast.URL(""), "--cookie", sessionOf("7"))
		cmd.Dir = filepath.Dir(tickcastBinary) // where no .env lies
		cmd.Env = []string{"REDIS_URL=" + s.redis.URL(), "FLASK_SECRET_KEY=" + secretKey}
		out, err := cmd.Output()
		Expect(err).NotTo(HaveOccurred(), "%s", out)
		var report struct {
			Checks []struct{ Name, Status, Says string }
		}
		Expect(json.Unmarshal(out, &report)).To(Succeed())
		found := map[string]string{}
		for _, check := range report.Checks {
			found[check.Name] = check.Status
			if check.Name == "cookie" {
				Expect(check.Says).To(HavePrefix("user 7, signed "))
			}
		}
		Expect(found).To(And(
			HaveKeyWithValue("redis", "ok"), HaveKeyWithValue("redis channels", "ok"), HaveKeyWithValue("cookie", "ok"),
			HaveKeyWithValue("origin", "ok"), HaveKeyWithValue("host header", "ok"), HaveKeyWithValue("websocket", "ok"),
			HaveKeyWithValue("polling", "ok"), HaveKeyWithValue("producer", "ok"), HaveKeyWithValue("traffic", "warn")))
	})
})
