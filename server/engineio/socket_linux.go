package engineio

import (
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// rawConn gives access to the socket of a plain TCP or Unix connection: nil for anything else (TLS, pipes).
func rawConn(conn net.Conn) syscall.RawConn {
	sc, ok := conn.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return nil
	}
	return raw
}

// readSocket reads what is there without waiting.
func readSocket(fd uintptr, p []byte) (int, error) {
	for {
		n, err := unix.Read(int(fd), p)
		if err != unix.EINTR {
			return n, err
		}
	}
}

// writeSocket writes what the socket takes without waiting, all buffers in one system call.
func writeSocket(fd uintptr, bufs [][]byte) (n int, err error) {
	for {
		if len(bufs) == 1 {
			n, err = unix.Write(int(fd), bufs[0])
		} else {
			n, err = unix.Writev(int(fd), bufs)
		}
		if err != unix.EINTR {
			return n, err
		}
	}
}
