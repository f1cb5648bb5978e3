// Package chaos breaks connections, instances and Redis under official clients
// that count: nothing may be lost, doubled or out of order. `make chaos` runs
// it at full size and prints a table; elsewhere it is smaller.
package chaos
