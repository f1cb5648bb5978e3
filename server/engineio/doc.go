// Package engineio moves frames between browsers and a Listener: Engine.IO
// protocols 4 and 3 over long-polling and websocket, with upgrade, heartbeat
// and a bounded outbox for each session. It knows no events and no library.
//
// A session has one reader (the websocket's goroutine, or the poll request that
// is being served) and no goroutine of its own for writing: frames gather in its
// outbox, and one of a few shared writers sends all that wait in one writev.
// A send never blocks; a session whose outbox stays over its bound is closed as Slow.
package engineio
