//go:build unix

package bench

import (
	"fmt"
	"syscall"
)

// moreDescriptors takes as many as the system allows, for the load client and, since
// they inherit what was asked for, for all servers alike.
func moreDescriptors() error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return fmt.Errorf("read the limit of file descriptors: %w", err)
	}
	limit.Cur = limit.Max
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return fmt.Errorf("raise the limit of file descriptors: %w", err)
	}
	return nil
}
