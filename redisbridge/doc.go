// Package redisbridge is everything that touches Redis. Its Bridge subscribes to
// the channels of the table in channels.go, by exact name, on one connection;
// a reader puts what arrives into a bounded queue, and one loop takes it out
// again, translates each message into rooms.Events and routes them: first in,
// first out. A slow router can therefore never make Redis cut the connection.
//
// What comes many times a second waits a moment in a window of the buffer and goes
// out in batches; the same loop flushes it, so that events keep their order.
//
// The connection is watched by a probe: a message published through Redis to
// ourselves. Whatever ends it, the Bridge subscribes again for ever, and its
// State says since when it has been deaf and why.
//
// One message becomes the events of all pages that can read it. What is costly
// of them is built when the router finds that somebody wants it. Charts and
// Movers keep what pages ask for later.
//
// The Backlog keeps alerts and results in a stream in Redis, each message once however
// many instances hear it. The stream is the order in which all of them handle these
// messages; who missed some reads them there, and what nobody heard is a gap.
//
// Jobs go the other way: a page's backtest is checked, recorded and published to
// the producer. What is heard of it later goes into its record, and to its owner
// alone. Whose a job is that this instance does not know, Redis tells: until then
// what is heard of it waits, and a job without an owner is everyone's.
//
// PythonQueue makes us one of the servers in Flask-SocketIO's message queue: what
// Flask, or a worker of it, emits there reaches our sockets, and an answer that
// it asked for goes back. Messages are JSON, or pickles read as plain data.
//
// A channel is a row in the table, a small file with its translator, and a
// golden sample in testdata. Translators splice the producer's bytes, so that a
// browser gets every number and every character as it was published.
package redisbridge
