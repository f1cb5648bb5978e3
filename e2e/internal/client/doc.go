// Package client is a Socket.IO 5 client as small as the specs need it: one
// namespace, text packets, polling, websocket and the upgrade between them.
// It never reconnects: a spec wants to see each end.
package client
