package server

import (
	"cmp"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/tickstock/tickcast/server/bearer"
	"github.com/tickstock/tickcast/server/flaskauth"
	"github.com/tickstock/tickcast/server/sio"
)

// Proofs are the ways in which browsers prove who they are. One that is nil is not there.
type Proofs struct {
	Tokens   *bearer.Verifier    // of the handshake's auth object; a good one wins over the cookie
	Cookies  *flaskauth.Verifier // of Flask's session
	Callback *flaskauth.Callback // has the last word about cookies
	Admins   []string            // ids of users who are admins, whatever their roles are
	Required bool                // without an answer of the Callback nobody connects
}

// What a browser is told that may not connect.
var (
	errDisabled  = errors.New("this account is disabled")
	errUnchecked = errors.New("logins cannot be checked at the moment")
)

// Identify names the user behind a socket. It may wait for the application, on the socket's own reader.
func (p *Proofs) Identify(socket *sio.Socket) User {
	if p.Tokens != nil {
		if token, given := tokenIn(socket.Auth()); given {
			return p.byToken(token)
		}
	}
	return p.byCookie(credentialsOf(socket))
}

// byCookie names the user of a session. With a key the cookie must be good before the application hears
// of it, and its answer counts; when there is none, the cookie names the user, but no admin.
func (p *Proofs) byCookie(who flaskauth.Credentials) User {
	var user User
	if p.Cookies != nil {
		id, err := p.Cookies.Verify(who.Cookie, time.Now())
		if err != nil {
			user.Doubt, _ = errors.AsType[flaskauth.Reason](err)
			return user
		}
		user.ID = id
	}
	switch {
	case p.Callback == nil:
		user.Admin = p.listed(user.ID)
	case !who.Empty():
		user = p.answered(user, who)
	}
	return user
}

// answered asks the application for its word about a user, or about nobody that is known yet.
func (p *Proofs) answered(user User, who flaskauth.Credentials) User {
	user.asked = who.Key()
	answer, err := p.Callback.Ask(who)
	switch {
	case err != nil && p.Required:
		return User{Refusal: errUnchecked}
	case err != nil && user.ID == "":
		user.Doubt = flaskauth.NoAnswer
	case err != nil:
	case answer.Disabled:
		return User{Refusal: errDisabled}
	case answer.User == "":
		return User{Doubt: flaskauth.NoUser}
	default:
		user.ID, user.Admin = answer.User, p.admits(answer)
	}
	return user
}

func (p *Proofs) admits(answer flaskauth.Answer) bool { return answer.Admin || p.listed(answer.User) }

func (p *Proofs) listed(id string) bool { return id != "" && slices.Contains(p.Admins, id) }

// close lets go of what waits for another question.
func (p *Proofs) close() {
	if p != nil && p.Callback != nil {
		p.Callback.Close()
	}
}

// owner is nil where no header proves anything.
func (p *Proofs) owner() func(*http.Request) (string, bool) {
	if p == nil || p.Cookies == nil && p.Callback == nil {
		return nil
	}
	return p.Owner
}

// Owner names who sends a request of a session. It is not known while the application does not answer.
func (p *Proofs) Owner(r *http.Request) (id string, known bool) {
	who := credentialsIn(r)
	if p.Cookies != nil {
		id, _ = p.Cookies.Verify(who.Cookie, time.Now())
		return id, true
	}
	if p.Callback == nil || who.Empty() {
		return "", true
	}
	answer, err := p.Callback.Ask(who)
	return answer.User, err == nil
}

func credentialsOf(socket *sio.Socket) flaskauth.Credentials {
	return flaskauth.Credentials{
		Cookie:        socket.Header("Cookie"),
		Authorization: socket.Header("Authorization"),
		UserAgent:     socket.Header("User-Agent"),
		Address:       host(socket.RemoteAddr()),
	}
}

// credentialsIn are those that the sockets of a session have which begins with this request.
func credentialsIn(r *http.Request) flaskauth.Credentials {
	return flaskauth.Credentials{
		Cookie:        strings.Join(r.Header["Cookie"], "; "),
		Authorization: strings.Join(r.Header["Authorization"], ", "),
		UserAgent:     strings.Join(r.Header["User-Agent"], ", "),
		Address:       host(r.RemoteAddr),
	}
}

// host is an address without its port.
func host(address string) string {
	name, _, _ := net.SplitHostPort(address)
	return cmp.Or(name, address)
}
