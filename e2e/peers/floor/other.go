//go:build !linux

// Command floor needs Linux's epoll.
package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "floor runs on Linux alone")
	os.Exit(1)
}
