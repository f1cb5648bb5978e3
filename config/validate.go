package config

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Problem is one thing that is wrong with one setting.
type Problem struct {
	Key    string // "sockets.outbox", or the unknown name
	Source string // "env APP_PORT", "flag --port", …; empty if nobody set it
	Value  string // as given; empty for secrets
	Err    error
}

// Error reads: redis.port = "x" (env REDIS_PORT): not a whole number.
func (p Problem) Error() string {
	name := p.Key
	if p.Value != "" {
		name += fmt.Sprintf(" = %q", p.Value)
	}
	if p.Source != "" {
		name += fmt.Sprintf(" (%s)", p.Source)
	}
	return fmt.Sprintf("%s: %v", name, p.Err)
}

func (p Problem) Unwrap() error { return p.Err }

// Problems are all that is wrong, a line each.
type Problems []Problem

func (p Problems) Error() string { return errors.Join(p.Unwrap()...).Error() }

// Unwrap lets errors.Is and errors.As look into each.
func (p Problems) Unwrap() []error {
	all := make([]error, len(p))
	for i := range p {
		all[i] = p[i]
	}
	return all
}

// Validate looks at every setting and returns all Problems; it changes nothing.
func Validate(c Config) error {
	if problems := validate(&c); len(problems) > 0 {
		return problems
	}
	return nil
}

func validate(c *Config) Problems {
	var problems Problems
	for _, s := range settings() {
		if err := s.validate(c); err != nil {
			problems = append(problems, Problem{Key: s.key, Err: err})
		}
	}
	if c.Redis.MessageMax > c.Redis.QueueBytes {
		problems = append(problems, Problem{Key: "redis.message_max", Err: errors.New("larger than redis.queue_bytes: such a message could never be queued")})
	}
	problems = append(problems, c.HTTP.problems()...)
	problems = append(problems, c.Sockets.problems()...)
	return append(problems, c.Auth.problems()...)
}

func (s setting) validate(c *Config) error {
	if n, ok := s.amount(c); ok {
		if n < s.min || n > s.max {
			return fmt.Errorf("must be between %s and %s", s.write(s.min), s.write(s.max))
		}
		return nil
	}
	if value := s.wording(c); value != "" && s.check != nil {
		return s.check(value)
	}
	return nil
}

// Warnings names combinations that work, but hardly as meant.
func Warnings(c Config) []string {
	var warnings []string
	if stop := c.Drain.Delay + c.Drain.Spread; stop >= c.Drain.Timeout {
		warnings = append(warnings, fmt.Sprintf("drain.timeout: %s leaves no time after drain.delay and drain.spread (%s together); connections will be cut", c.Drain.Timeout, stop))
	}
	warnings = append(warnings, c.HTTP.warnings()...)
	warnings = append(warnings, c.Sockets.warnings()...)
	host, _, err := net.SplitHostPort(c.Redis.EmbeddedAddr)
	if ip := net.ParseIP(host); err == nil && c.Redis.Embedded() && host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		warnings = append(warnings, "redis.embedded_addr: the embedded Redis has no password, and "+c.Redis.EmbeddedAddr+" is not a loopback address")
	}
	return warnings
}

func oneOf(words ...string) func(string) error {
	return func(value string) error {
		if slices.Contains(words, value) {
			return nil
		}
		return fmt.Errorf("must be one of %s", strings.Join(words, ", "))
	}
}

// bareHost accepts a name or an IP address, without scheme, port or path.
func bareHost(value string) error {
	if net.ParseIP(value) == nil && strings.ContainsAny(value, ":/@ \t") {
		return errors.New("must be a host name or an IP address and nothing else")
	}
	return nil
}

func timeZone(value string) error {
	if _, err := time.LoadLocation(value); err != nil {
		return errors.New("must be the name of a time zone, such as US/Eastern")
	}
	return nil
}

func hostPort(value string) error {
	_, port, err := net.SplitHostPort(value)
	if err != nil {
		return errors.New("must be HOST:PORT")
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return errors.New("must end with a port between 0 and 65535")
	}
	return nil
}
