// Package sio speaks Socket.IO: namespaces, sockets, events, acknowledgements,
// and one frame for many sockets. It is the only importer of zishang520.
//
// The library keeps its layer (namespaces, middleware, sockets, CONNECT,
// DISCONNECT); what moves is ours. Its seams are in library.go: server/engineio
// stands where its Engine.IO would, decoder.go where its parser would, adapter.go
// where its rooms would. Events never reach it: a session's reader calls their
// handlers itself, one at a time and in the order of the wire.
//
// The reader also waits while the library connects or disconnects a socket (it
// starts a goroutine for that), so nothing overtakes a CONNECT. A socket's
// callbacks never overlap, and Disconnected is the last of them.
//
// Where a namespace can Recover sockets, one may live on under its old id: only after
// the old one's Disconnected. Browsers there are told the positions of events.
package sio
