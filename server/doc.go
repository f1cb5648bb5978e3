// Package server is everything HTTP: the route table, the browser's events and
// namespaces, health, readiness and metrics.
//
// Sockets is the browser side: it binds the namespaces (one row each in
// namespaces.go) and the browser's events (one row in events.go and one small
// file each) to server/sio and to a rooms.Router, whose Route feeds it.
// Who a socket's user is comes from its handshake (Sources.Identify) and from
// nowhere else.
//
// Server puts HTTP around it, and hands what is not ours to the application
// behind us (upstream.go, passage.go). What a request says of its way through
// proxies in front is judged first of all (forwarded.go). What must be known
// of Redis is told as a RedisState: this package and redisbridge never import
// each other.
package server
