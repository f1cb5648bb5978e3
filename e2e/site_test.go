package e2e_test

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/e2e/internal/driver"
	"github.com/tickstock/tickcast/e2e/internal/process"
	"github.com/tickstock/tickcast/e2e/internal/wire"
)

// frontExample is an example, and the program that it is for.
type frontExample struct {
	example string
	run     func(dir, conf string, out io.Writer) (*process.Process, error)
}

func balancers() map[string]frontExample {
	return map[string]frontExample{
		"nginx in front":  {"nginx-front.conf", process.Nginx},
		"nginx beside":    {"nginx-beside.conf", process.Nginx},
		"nginx for both":  {"nginx-both.conf", process.Nginx},
		"haproxy, beside": {"haproxy.cfg", process.Haproxy},
	}
}

// example is the text of a file, with the places of a spec for those that are written in it.
func example(name string, places ...string) string {
	GinkgoHelper()
	text, err := os.ReadFile(filepath.Join("..", "config", "examples", name))
	Expect(err).NotTo(HaveOccurred())
	return strings.NewReplacer(places...).Replace(string(text))
}

// site is one or two instances of tickcast on one Redis with a balancer in front.
type site struct {
	*stage        // the first one
	second *stage // nil = it is alone
	front  string // host:port of the balancer
	keys   string // with which tokens are signed
}

const noFlask = "127.0.0.1:1"

// openSite starts so many instances, and what the example says. flask is a host:port.
func openSite(name string, instances int, flask string, env ...string) *site {
	GinkgoHelper()
	keys := "a secret of the specs, long enough"
	s := &site{keys: keys, stage: newStage(append([]string{"TRUSTED_PROXIES=127.0.0.1", "TICKCAST_AUTH_JWT_KEY=" + keys}, env...)...)}
	s.startRedis()
	s.start()
	if instances == 2 {
		s.second = newStage(append([]string{"TRUSTED_PROXIES=127.0.0.1", "TICKCAST_AUTH_JWT_KEY=" + keys, "REDIS_URL=" + s.redis.URL()}, env...)...)
		s.second.start()
	}
	for _, instance := range s.instances() {
		Eventually(instance.get).WithArguments("/readyz").Should(haveStatus(http.StatusOK))
	}
	s.startBalancer(balancers()[name], flask)
	return s
}

func (s *site) instances() []*stage {
	if s.second == nil {
		return []*stage{s.stage}
	}
	return []*stage{s.stage, s.second}
}

func (s *site) startBalancer(b frontExample, flask string) {
	GinkgoHelper()
	port, err := process.FreePort()
	Expect(err).NotTo(HaveOccurred())
	s.front = process.Loopback(port)
	text := example(b.example, "listen 80;", "listen "+s.front+";", "bind :80 ", "bind "+s.front+" ",
		"127.0.0.1:5000", s.tickcast.Address(), "127.0.0.1:5001", flask, "inter 1s", "inter 100ms")
	if s.second != nil {
		text = strings.ReplaceAll(text, "127.0.0.1:5002", s.second.tickcast.Address())
	} else {
		text = without(text, "127.0.0.1:5002")
	}
	Expect(text).NotTo(MatchRegexp(`127\.0\.0\.1:50\d\d\b|\b80[; ]`), "all places are the spec's")
	p, err := b.run(GinkgoT().TempDir(), text, GinkgoWriter)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(p.Kill)
	Eventually(s.ask).WithArguments(s.visitor("127.0.0.1"), "/socket.io/").ShouldNot(haveStatus(0))
}

// without strikes the lines out that name what is not there.
func without(text, what string) string {
	var rest strings.Builder
	for line := range strings.Lines(text) {
		if !strings.Contains(line, what) {
			rest.WriteString(line)
		}
	}
	return rest.String()
}

// visitor is somebody with a browser at that address.
func (s *site) visitor(address string) *visitor {
	GinkgoHelper()
	jar, err := cookiejar.New(nil)
	Expect(err).NotTo(HaveOccurred())
	from := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}
	client := &http.Client{Jar: jar, Transport: &http.Transport{DialContext: from.DialContext, DisableKeepAlives: true}}
	return &visitor{client, &url.URL{Scheme: "http", Host: s.front, Path: "/"}}
}

// ask gets a path of the site; pairs are headers, where Host is what the browser takes the site for.
func (s *site) ask(v *visitor, path string, pairs ...string) wire.Answer {
	request, err := http.NewRequest(http.MethodGet, "http://"+s.front+path, nil)
	Expect(err).NotTo(HaveOccurred())
	for i := 0; i < len(pairs); i += 2 {
		request.Header.Set(pairs[i], pairs[i+1])
	}
	if host := request.Header.Get("Host"); host != "" {
		request.Host = host
	}
	response, err := v.Do(request)
	if err != nil {
		return wire.Answer{Body: err.Error()} // not there yet
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	Expect(err).NotTo(HaveOccurred())
	return wire.Answer{Status: response.StatusCode, Header: response.Header, Body: string(body)}
}

// tab is a page of a user with the official client, through the balancer.
func (s *site) tab(user string, transports ...string) *driver.Driver {
	GinkgoHelper()
	claims := jwt.MapClaims{"sub": user, "exp": time.Now().Add(time.Hour).Unix()}
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(s.keys))
	Expect(err).NotTo(HaveOccurred())
	tab := javascript(driver.Setup{
		URL: "http://" + s.front, Version: "4.8.4", Transports: transports, Jar: true,
		Auth:   json.RawMessage(`{"token":` + quoted(token) + `}`),
		Events: []string{"connection_confirmed", "tier_pattern", "note", "end"},
	})
	Eventually(firstArgs).WithArguments(tab, "connection_confirmed").Should(ConsistOf(ContainSubstring(`"user_id":` + quoted(user))))
	return tab
}

// sockets is how many each instance has.
func (s *site) sockets() (each []int) {
	for _, instance := range s.instances() {
		each = append(each, instance.health().Connections.Sockets["/"])
	}
	return each
}
