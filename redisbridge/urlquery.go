package redisbridge

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

var errQuery = errors.New("has an option that is not known; are special characters of the password percent-encoded?")

// query reads the options after the question mark: the names that redis-py and go-redis share or have.
func (t *target) query(query string) error {
	values, err := url.ParseQuery(query)
	if err != nil {
		return errQuery
	}
	for name := range values {
		if err := t.option(name, values.Get(name)); err != nil {
			return err
		}
	}
	return nil
}

func (t *target) option(name, value string) (err error) {
	switch name {
	case "db":
		if t.db, err = strconv.Atoi(value); err != nil || t.db < 0 {
			return errors.New("the option db must be a whole number")
		}
	case "master", "master_name", "service_name":
		t.master = value
	case "username":
		t.username = value
	case "password":
		t.password = value
	case "sentinel_username":
		t.sentinelUsername = value
	case "sentinel_password":
		t.sentinelPassword = value
	case "dial_timeout", "socket_connect_timeout":
		t.dial, err = timeout(name, value)
	case "read_timeout", "socket_timeout":
		t.reply, err = timeout(name, value)
	case "ssl_cert_reqs", "skip_verify":
		return t.verify(name, value)
	case "ssl_ca_certs":
		return t.authority(value)
	default:
		// redis-py has options that change nothing here. The URL is often shared with Python.
		if !slices.Contains([]string{"protocol", "max_connections", "health_check_interval", "retry_on_timeout",
			"retry_on_error", "socket_keepalive", "decode_responses", "encoding", "client_name"}, name) {
			return errQuery
		}
	}
	return err
}

// timeout is a Go duration, or seconds as redis-py has it.
func timeout(name, value string) (time.Duration, error) {
	d, err := time.ParseDuration(value)
	if err != nil {
		d, err = time.ParseDuration(value + "s")
	}
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("the option %s must be a time such as 5 or 500ms", name)
	}
	return d, nil
}

func (t *target) verify(name, value string) error {
	if t.tls == nil {
		return fmt.Errorf("the option %s needs rediss://", name)
	}
	switch strings.ToLower(value) {
	case "none", "cert_none", "true", "1":
		t.tls.InsecureSkipVerify = true
	case "optional", "required", "cert_optional", "cert_required", "false", "0":
	default:
		return fmt.Errorf("the option %s has a value that is not known", name)
	}
	return nil
}

func (t *target) authority(path string) error {
	if t.tls == nil {
		return errors.New("the option ssl_ca_certs needs rediss://")
	}
	pem, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("the option ssl_ca_certs: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return errors.New("the option ssl_ca_certs names a file without certificates")
	}
	t.tls.RootCAs = pool
	return nil
}
