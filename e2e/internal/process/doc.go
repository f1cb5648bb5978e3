// Package process starts what the specs need beside themselves: tickcast,
// redis-server, node, python and Chromium. Each is ended by its own id.
package process
