package redisbridge

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"syscall"
	"time"
)

// dial makes one connection.
type dial func(ctx context.Context, network, addr string) (net.Conn, error)

// dialer looks names up anew at every dial: a Redis that has moved is found where it is now. A peer that is gone
// without a word is noticed within a minute, even where nobody asks it anything.
func (t target) dialer(names *net.Resolver) dial {
	plain := &net.Dialer{
		Timeout:         t.dial,
		Resolver:        names,
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 30 * time.Second, Interval: 5 * time.Second, Count: 3},
	}
	if t.tls == nil {
		return plain.DialContext
	}
	return (&tls.Dialer{NetDialer: plain, Config: t.tls}).DialContext
}

// patiently makes a dial that never fails: what it brings tells at its first use why it is none. The library counts
// failed dials, and from the twentieth on dials once a second, for whoever asks: that would keep us away from a
// Redis that is back.
func patiently(d dial) dial {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := d(ctx, network, addr)
		if err != nil {
			return undialled{err}, nil
		}
		return conn, nil
	}
}

// undialled stands in for a connection that could not be made.
type undialled struct{ err error }

func (u undialled) Read([]byte) (int, error)         { return 0, u.err }
func (u undialled) Write([]byte) (int, error)        { return 0, u.err }
func (u undialled) Close() error                     { return nil }
func (u undialled) LocalAddr() net.Addr              { return nowhere{} }
func (u undialled) RemoteAddr() net.Addr             { return nowhere{} }
func (u undialled) SetDeadline(time.Time) error      { return nil }
func (u undialled) SetReadDeadline(time.Time) error  { return nil }
func (u undialled) SetWriteDeadline(time.Time) error { return nil }

// SyscallConn fails, so that the library throws away one that it has kept for the next to come.
func (u undialled) SyscallConn() (syscall.RawConn, error) { return nil, u.err }

type nowhere struct{}

func (nowhere) Network() string { return "tcp" }
func (nowhere) String() string  { return "nowhere" }

// masterOf makes a dial to wherever the sentinels say that the master is.
func (t target) masterOf(d dial) dial {
	return func(ctx context.Context, network, _ string) (net.Conn, error) {
		addr, err := t.findMaster(ctx, d)
		if err != nil {
			return nil, fmt.Errorf("find %s: %w", t.master, err)
		}
		return d(ctx, network, addr)
	}
}
