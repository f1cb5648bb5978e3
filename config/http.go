package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// socketPath is the one without which we would be of no use.
const socketPath = "/socket.io"

// ownPaths are all paths that can be ours; each stands for what is below it, too.
func ownPaths() []string {
	return []string{socketPath, "/api/websocket", "/healthz", "/readyz", "/metrics"}
}

// Own are the paths that are ours: all that can be, if none is named.
func (h HTTP) Own() []string {
	if named := listed(h.OwnPaths); len(named) > 0 {
		return named
	}
	return ownPaths()
}

// Application is where the application behind us is; nil if there is none.
func (h HTTP) Application() *url.URL {
	if h.Upstream == "" {
		return nil
	}
	u, err := url.Parse(h.Upstream)
	if err != nil {
		return nil // Validate has refused it
	}
	return u
}

// Trusted are the networks of the proxies in front.
func (h HTTP) Trusted() (networks []netip.Prefix) {
	for _, member := range listed(h.TrustedProxies) {
		if network, err := parseNetwork(member); err == nil { // Validate has refused what is none
			networks = append(networks, network)
		}
	}
	return networks
}

// problems are those of several settings together: every request would come back to us, and again.
func (h HTTP) problems() (problems Problems) {
	if u := h.Application(); u != nil && portOf(u) == h.Port && h.listensOn(u.Hostname()) {
		problems = append(problems, Problem{Key: "http.upstream", Err: errors.New("is where we listen ourselves: give one of the two another port")})
	}
	return problems
}

func (h HTTP) warnings() (warnings []string) {
	for _, network := range h.Trusted() {
		if network.Bits() == 0 {
			warnings = append(warnings, "http.trusted_proxies: "+network.String()+" is everybody, and anybody can then claim to be anyone")
		}
	}
	return warnings
}

func (h HTTP) listensOn(host string) bool {
	ip, ours := net.ParseIP(host), net.ParseIP(h.Host)
	local := host == "localhost" || ip != nil && (ip.IsLoopback() || ip.IsUnspecified())
	everywhere := h.Host == "" || ours != nil && ours.IsUnspecified()
	return host == h.Host || local && (everywhere || h.Host == "localhost" || ours != nil && ours.IsLoopback())
}

func portOf(u *url.URL) int {
	if port, err := strconv.Atoi(u.Port()); err == nil {
		return port
	}
	return map[string]int{"http": 80, "https": 443}[u.Scheme]
}

// upstreamURL never repeats what it refuses: there may be a password in it.
func upstreamURL(value string) error {
	u, err := url.Parse(value)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || portOf(u) > 65535 {
		return errors.New("must be http://HOST:PORT or https://HOST:PORT")
	}
	if *u != (url.URL{Scheme: u.Scheme, Host: u.Host}) && *u != (url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/"}) {
		return errors.New("must be http://HOST:PORT and nothing more: no path, no query, no credentials")
	}
	return nil
}

func ownPathList(list string) error {
	paths := listed(list)
	for _, path := range paths {
		if !slices.Contains(ownPaths(), path) {
			return fmt.Errorf("%q is none of %s", path, strings.Join(ownPaths(), ", "))
		}
	}
	if !slices.Contains(paths, socketPath) {
		return errors.New("must hold " + socketPath + ", which cannot be the application's")
	}
	return nil
}

func networkList(list string) error {
	for _, member := range listed(list) {
		if _, err := parseNetwork(member); err != nil {
			return fmt.Errorf("%q is neither an IP address nor a network such as 10.0.0.0/8", member)
		}
	}
	return nil
}

// parseNetwork takes a single address as a network of one.
func parseNetwork(text string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(text); err == nil && addr.Zone() == "" {
		addr = addr.Unmap()
		return netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	network, err := netip.ParsePrefix(text)
	return network.Masked(), err
}
