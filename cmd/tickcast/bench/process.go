package bench

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// ticksPerSecond is Linux's USER_HZ, in which /proc counts CPU time.
const ticksPerSecond = 100

// process is a server under measurement, or the Redis before it.
type process struct {
	name string
	addr string
	cmd  *exec.Cmd
	done chan error
	tail *tail
}

// freeAddr finds a loopback address that was free a moment ago.
func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// start runs the command and waits until something listens on addr.
func start(ctx context.Context, name, addr string, env []string, command string, args ...string) (*process, error) {
	p := &process{name: name, addr: addr, cmd: exec.Command(command, args...), done: make(chan error, 1), tail: &tail{}}
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.Stdout, p.cmd.Stderr = p.tail, p.tail
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	go func() { p.done <- p.cmd.Wait() }()
	for range 200 {
		conn, err := net.DialTimeout("tcp", addr, time.Second)
		if err == nil {
			return p, conn.Close()
		}
		select {
		case err := <-p.done:
			return nil, fmt.Errorf("%s ended: %v\n%s", name, err, p.tail.last())
		case <-ctx.Done():
			p.stop()
			return nil, ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
	p.stop()
	return nil, fmt.Errorf("%s does not listen on %s\n%s", name, addr, p.tail.last())
}

// stop ends the process politely, or else at once.
func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(10 * time.Second):
		_ = p.cmd.Process.Kill()
		<-p.done
	}
}

// cpu is the user and system time that the process has used. The scheduler's account of its threads is exact but
// forgets those that have ended; the other one is in hundredths of a second. Neither is ever too high.
func (p *process) cpu() (time.Duration, error) {
	ticks, err := p.ticks()
	return max(ticks, p.onCPU()), err
}

// onCPU is 0 where the kernel does not keep that account.
func (p *process) onCPU() (total time.Duration) {
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", p.cmd.Process.Pid))
	for _, thread := range threads {
		text, _ := os.ReadFile(thread) // empty if the thread has just ended
		nanoseconds, _, _ := strings.Cut(string(text), " ")
		n, _ := strconv.ParseInt(nanoseconds, 10, 64)
		total += time.Duration(n)
	}
	return total
}

func (p *process) ticks() (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	// The command's name may hold anything: the fields are counted from behind its parenthesis.
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	const utime, stime = 11, 12
	if len(fields) <= stime {
		return 0, errors.New("/proc/<pid>/stat is too short")
	}
	user, err := strconv.Atoi(fields[utime])
	system, err2 := strconv.Atoi(fields[stime])
	return time.Duration(user+system) * time.Second / ticksPerSecond, errors.Join(err, err2)
}

// rss is the resident memory in bytes.
func (p *process) rss() (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kib, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kib << 10, err
		}
	}
	return 0, errors.New("no VmRSS")
}

// usage is the resident memory and the CPU time.
func (p *process) usage() (rss int64, cpu time.Duration, err error) {
	rss, err = p.rss()
	if err != nil {
		return 0, 0, err
	}
	cpu, err = p.cpu()
	return rss, cpu, err
}
