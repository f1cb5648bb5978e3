package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server/sio"
)

// socketState is what a socket needs to live on. What is its user's is kept elsewhere.
type socketState struct {
	ID            string               `json:"sid"`
	Namespace     string               `json:"namespace"`
	User          string               `json:"user,omitempty"`
	At            string               `json:"at"`                      // the position up to which the browser has proved to have everything
	Subscriptions []rooms.Subscription `json:"subscriptions,omitempty"` // of its own room, which they do not name
	Rooms         []rooms.Room         `json:"rooms,omitempty"`         // but its own and its user's
}

func stateOf(socket *sio.Socket, user, at string, router *rooms.Router) []byte {
	state := socketState{ID: socket.ID(), Namespace: socket.Namespace(), User: user, At: at, Rooms: socket.Rooms()}
	state.Rooms = slices.DeleteFunc(state.Rooms, func(room rooms.Room) bool {
		return room == ownRoom(socket) || user != "" && room == rooms.UserRoom(user)
	})
	slices.Sort(state.Rooms)
	state.Subscriptions = router.Subscriptions(ownRoom(socket))
	for i := range state.Subscriptions {
		state.Subscriptions[i].Room = ""
	}
	encoded, _ := json.Marshal(state) // texts and numbers always encode
	return encoded
}

var errState = errors.New("state of a socket")

// readState believes what we have written, but looks.
func readState(encoded []byte) (state socketState, err error) {
	if len(encoded) > maxRecovery {
		return state, fmt.Errorf("%w: larger than %d bytes", errState, maxRecovery)
	}
	if err := json.Unmarshal(encoded, &state); err != nil {
		return state, fmt.Errorf("%w: %w", errState, err)
	}
	if state.ID == "" || len(state.Rooms) > maxRooms {
		return state, fmt.Errorf("%w: not as we write it", errState)
	}
	for i := range state.Subscriptions {
		s := &state.Subscriptions[i]
		s.Room = rooms.Room(state.ID)
		if err := s.Validate(); err != nil {
			return state, fmt.Errorf("%w: %w", errState, err)
		}
	}
	return state, nil
}

// rooms are all that the socket is in.
func (s socketState) rooms() []rooms.Room {
	in := append([]rooms.Room{rooms.Room(s.ID)}, s.Rooms...)
	if s.User != "" {
		in = append(in, rooms.UserRoom(s.User))
	}
	return in
}
