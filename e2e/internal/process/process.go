package process

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os/exec"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"
)

// Process is a started program.
type Process struct {
	// Set once, then read only.
	name string
	cmd  *exec.Cmd
	done chan struct{}
}

// Start runs cmd in a process group of its own; what it prints and cmd does not catch goes to out.
func Start(cmd *exec.Cmd, out io.Writer) (*Process, error) {
	if cmd.Stdout == nil {
		cmd.Stdout = out
	}
	if cmd.Stderr == nil {
		cmd.Stderr = out
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	// A child that keeps the output open must not keep us waiting for it.
	cmd.WaitDelay = time.Second
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	p := &Process{name: cmd.Path, cmd: cmd, done: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // the exit code is what counts
		close(p.done)
	}()
	return p, nil
}

// Done is closed when the program has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// ExitCode is the program's; -1 while it runs or when a signal ended it.
func (p *Process) ExitCode() int {
	select {
	case <-p.done:
		return p.cmd.ProcessState.ExitCode()
	default:
		return -1
	}
}

// Signal sends a signal to the program alone.
func (p *Process) Signal(sig syscall.Signal) error {
	if err := p.cmd.Process.Signal(sig); err != nil {
		return fmt.Errorf("signal %s: %w", p.name, err)
	}
	return nil
}

// Kill ends the program and its children at once, and waits for it.
func (p *Process) Kill() {
	err := syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
	if err != nil && !errors.Is(err, syscall.ESRCH) {
		_ = p.cmd.Process.Kill() // the group is not ours any more: at least the program
	}
	<-p.done
}

// Ports are handed out one after the other, so that a server that starts later finds its own still free. They lie
// below those that the system gives to outgoing connections.
const firstPort, lastPort = 10_000, 32_767

// handedOut is the last port of this process; two processes begin at different ones.
var handedOut atomic.Int64

// FreePort is a port that nothing listens on now, and that nobody else here was given lately.
func FreePort() (int, error) {
	handedOut.CompareAndSwap(0, firstPort+rand.Int64N(lastPort-firstPort))
	for range lastPort - firstPort {
		port := firstPort + int(handedOut.Add(1)-firstPort)%(lastPort-firstPort)
		listener, err := net.Listen("tcp", Loopback(port))
		if err == nil {
			return port, listener.Close()
		}
	}
	return 0, errors.New("find a free port: all are taken")
}

// Loopback is a port's address.
func Loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }
