package doctor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"syscall"
)

func configuration(_ context.Context, s *subject) verdict {
	if len(s.Warnings) > 0 {
		return doubtful("change these settings; `tickcast check` shows where each comes from", "%s", strings.Join(s.Warnings, "; "))
	}
	return fine("every setting can be used")
}

func port(ctx context.Context, s *subject) verdict {
	addr := net.JoinHostPort(s.Config.HTTP.Host, strconv.Itoa(s.Config.HTTP.Port))
	listener, err := net.Listen("tcp", addr)
	if err == nil {
		_ = listener.Close() // nobody was let in
	}
	switch {
	case err == nil && s.Config.HTTP.Port == 0:
		return fine("any free port will be taken")
	case err == nil:
		return fine("%s is free", addr)
	case errors.Is(err, syscall.EADDRINUSE):
		return occupant(ctx, s.Config.HTTP.Host, strconv.Itoa(s.Config.HTTP.Port))
	case errors.Is(err, syscall.EACCES):
		return broken("choose a port from 1024 on with APP_PORT, or grant CAP_NET_BIND_SERVICE", "this user may not listen on %s", addr)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return broken("set APP_HOST to an address of this machine, or to 0.0.0.0 for all of them", "%s is no address of this machine", s.Config.HTTP.Host)
	}
	return broken("correct APP_HOST and APP_PORT", "cannot listen on %s: %v", addr, err)
}

// occupant is who has the port: ourselves, at best.
func occupant(ctx context.Context, host, port string) verdict {
	const mend = "stop it, or move it: Flask behind us usually has port 5001; or choose another port for us with APP_PORT"
	addr := net.JoinHostPort(host, port)
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	h, err := askHealth(ctx, "http://"+net.JoinHostPort(host, port))
	if err != nil {
		return broken(mend, "%s is taken by a process that is no tickcast: %v", addr, err)
	}
	return h.verdict(addr)
}

const (
	ownFiles  = 64     // Redis, logs, the listener, polls on their way
	fewFiles  = 10_000 // below it a busy morning may be the end
	mendFiles = "raise it for the service: LimitNOFILE=65536 in its systemd unit, --ulimit nofile=65536 with Docker, `ulimit -n 65536` in a shell"
)

func openFiles(context.Context, *subject) verdict {
	var files syscall.Rlimit // Go has raised the soft limit to the hard one
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil {
		return doubtful("look at `ulimit -n`", "the limit cannot be read: %v", err)
	}
	return judgeFiles(files.Cur)
}

func judgeFiles(limit uint64) verdict {
	const unlimited = 1 << 40
	if limit > unlimited {
		return fine("no limit")
	}
	says := fmt.Sprintf("%d open files allowed here: about %d browsers at once", limit, max(limit, ownFiles)-ownFiles)
	switch {
	case limit <= ownFiles:
		return broken(mendFiles, "%s", says)
	case limit < fewFiles:
		return doubtful(mendFiles, "%s", says)
	}
	return fine("%s", says)
}
