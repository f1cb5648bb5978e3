//go:build !linux

package engineio

import (
	"net"
	"syscall"
)

// Elsewhere every write takes the waiting path and every connection keeps its buffer: right, only less thrifty.

func rawConn(net.Conn) syscall.RawConn { return nil }

func readSocket(uintptr, []byte) (int, error) { return 0, syscall.ENOSYS }

func writeSocket(uintptr, [][]byte) (int, error) { return 0, syscall.ENOSYS }
