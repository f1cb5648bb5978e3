package redisbridge

import (
	"encoding/json"

	"github.com/tickstock/tickcast/rooms"
)

// Peer has the sockets that other servers of the application act on, by their ids and by Python's own names
// of rooms: "user_7", a socket's id, any other. Nothing in it may wait: the router loop does.
type Peer interface {
	// Emit says how many sockets it reached.
	Emit(Emission) int
	// The others are false if nothing here was concerned.
	Disconnect(namespace, id string) bool
	Enter(namespace, id string, room rooms.Room) bool
	Leave(namespace, id string, room rooms.Room) bool
	CloseRoom(namespace string, room rooms.Room) bool
}

// Emission is an event that another server sends.
type Emission struct {
	Namespace string
	Rooms     []rooms.Room // nil = everyone in the namespace
	Skip      []string     // ids of sockets that do not get it
	Event     string
	Message
	// Answer, if set, is called at most once, from any goroutine, with the first acknowledgement.
	Answer func(Message)
}

// Message is what an event or an acknowledgement carries: JSON values, in which {"_placeholder":true,"num":i}
// stands for an attachment.
type Message struct {
	Args        []json.RawMessage
	Attachments [][]byte
}
