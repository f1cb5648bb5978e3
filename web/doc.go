// Package web is the built-in page: live alerts, charts, backtests and health,
// shown at / when no application stands behind tickcast, and the official
// browser client at /socket.io/socket.io.js.
//
// page/ holds what we write: HTML, CSS and plain modules, no framework.
// dist/ holds what `npm run build` copies out of two packages (socket.io-client
// and uPlot); git ignores it. A binary built without it still runs, and its
// page says so.
//
// Every path is a key of one table made at the start: there is no file system
// to walk out of. Nothing is inline, so the pages keep a strict content policy.
package web
