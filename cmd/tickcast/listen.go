package main

import (
	"errors"
	"fmt"
	"math"
	"net"
	"net/url"
	"strconv"
	"strings"
	"syscall"

	"github.com/rs/zerolog"

	"github.com/tickstock/tickcast/config"
)

func listen(cfg config.HTTP) (net.Listener, error) {
	addr := net.JoinHostPort(cfg.Host, strconv.Itoa(cfg.Port))
	listener, err := net.Listen("tcp", addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%s is taken by another process: stop it, or choose another port with --port or APP_PORT", addr)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("%s may not be used by this user: choose a port from 1024 on with --port or APP_PORT", addr)
	case err != nil:
		return nil, fmt.Errorf("listen on %s: %w", addr, err)
	}
	return listener, nil
}

// announce says once where everything is, and what bounds the number of connections.
func announce(log zerolog.Logger, listening net.Addr, redis string, embedded bool) {
	log.Info().Str("version", readVersion().Version).Str("listening", listening.String()).Msg("page: " + pageURL(listening))
	if embedded {
		log.Info().Str("address", redis).Bool("embedded", true).Msg("Redis: our own, since none is configured: " + redis)
	} else {
		log.Info().Str("address", redis).Bool("embedded", false).Msg("Redis: " + redis)
	}
	if files := openFiles(); files > 0 {
		log.Info().Int("files", files).Msgf("at most %d open files, connections included", files)
	}
}

// spareFiles are what Redis, logs and requests need beside the connections.
const spareFiles = 64

// withinFiles refuses a newcomer before the operating system does: then nothing else would work either.
func withinFiles(cfg config.Sockets) config.Sockets {
	if files := openFiles(); cfg.MaxConnections == 0 && files > 2*spareFiles {
		cfg.MaxConnections = files - spareFiles
	}
	return cfg
}

// openFiles is how many there may be; 0 = not known. Go has raised the soft limit to the hard one.
func openFiles() int {
	var files syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files) != nil || files.Cur > math.MaxInt32 {
		return 0
	}
	return int(files.Cur)
}

// announceUpstream says what the application behind us gets, if there is one.
func announceUpstream(log zerolog.Logger, cfg config.HTTP) {
	if base := cfg.Application(); base != nil {
		log.Info().Stringer("upstream", base).Strs("own", cfg.Own()).Msgf("everything but %s goes to %s", strings.Join(cfg.Own(), ", "), base)
	}
}

// pageURL is what to type into a browser on this machine.
func pageURL(listening net.Addr) string {
	host, port, err := net.SplitHostPort(listening.String())
	if ip := net.ParseIP(host); err == nil && ip.IsUnspecified() {
		host = "localhost"
	}
	page := url.URL{Scheme: "http", Host: net.JoinHostPort(host, port), Path: "/"}
	return page.String()
}
