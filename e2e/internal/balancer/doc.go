// Package balancer is a small TCP balancer for specs that break connections:
// it cuts them, holds them silently, and takes backends out.
package balancer
