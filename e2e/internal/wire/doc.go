// Package wire speaks Engine.IO by hand: requests, polling payloads and websocket
// frames, each as the specs want it, right or wrong. It keeps no promises of its
// own, answers no heartbeat and hides no error.
package wire
