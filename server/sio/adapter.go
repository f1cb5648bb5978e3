package sio

import (
	"github.com/tickstock/tickcast/rooms"
	"github.com/zishang520/engine.io/v2/types"
	"github.com/zishang520/socket.io-go-parser/v2/parser"
	"github.com/zishang520/socket.io/v2/socket"
)

// adapters makes the library's adapter of each namespace.
type adapters struct {
	server *Server
}

func (a adapters) New(library socket.Namespace) socket.Adapter {
	n := a.server.namespaces[library.Name()]
	if n == nil { // "/", which the library always has
		n = newNamespace(a.server, Namespace{Name: library.Name()})
	}
	made := &adapter{Adapter: socket.MakeAdapter(), namespace: n}
	made.Prototype(made)
	made.Construct(library)
	return made
}

// adapter answers the library from the members of the namespace: who is where is known in one place.
type adapter struct {
	socket.Adapter
	namespace *namespace
}

func (a *adapter) find(id socket.SocketId) *Socket {
	if library, ok := a.Nsp().Sockets().Load(id); ok {
		if s, ok := library.Data().(*Socket); ok {
			return s
		}
	}
	return nil
}

// AddAll is also called before CONNECT is sent, for the socket's own room: Join ignores that, open does it.
func (a *adapter) AddAll(id socket.SocketId, to *types.Set[socket.Room]) {
	if s := a.find(id); s != nil {
		s.Join(roomsOf(to)...)
	}
}

// RestoreSession lets a socket have the names that we have given it: see entry.
func (a *adapter) RestoreSession(id socket.PrivateSessionId, pid string) (*socket.Session, error) {
	return entry{string(id), pid}.session(), nil
}

func (a *adapter) Del(id socket.SocketId, room socket.Room) {
	if s := a.find(id); s != nil {
		s.Leave(rooms.Room(room))
	}
}

// DelAll is called when a socket ends: its close does it, and lets no Join come in between.
func (a *adapter) DelAll(socket.SocketId) {}

func (a *adapter) Broadcast(p *parser.Packet, options *socket.BroadcastOptions) {
	p.Nsp = a.namespace.Name
	frames, err := encodePacket(p)
	if err != nil {
		a.namespace.server.log.Error().Err(err).Str("namespace", p.Nsp).Msg("broadcast not sent")
		return
	}
	a.namespace.send(a.recipients(options), &tidings{namespace: a.namespace, plain: frames})
}

// BroadcastWithAck asks every recipient for an answer. The caller counts arguments where it means
// clients, so each client's answer is handed to it as exactly one.
func (a *adapter) BroadcastWithAck(p *parser.Packet, options *socket.BroadcastOptions, asked func(uint64), answer socket.Ack) {
	p.Nsp = a.namespace.Name
	id := a.Nsp().Ids()
	p.Id = &id
	frames, err := encodePacket(p)
	if err != nil {
		a.namespace.server.log.Error().Err(err).Str("namespace", p.Nsp).Msg("broadcast not sent")
		asked(0)
		return
	}
	first := func(args []any, err error) {
		if len(args) == 0 {
			args = []any{nil}
		}
		answer(args[:1], err)
	}
	reached := uint64(0)
	for _, s := range a.recipients(options) {
		s.library.Acks().Store(id, first)
		if s.session.engine.Send(frames...) {
			reached++
		} else {
			s.library.Acks().Delete(id)
		}
	}
	asked(reached)
}

func (a *adapter) Sockets(in *types.Set[socket.Room]) *types.Set[socket.SocketId] {
	ids := types.NewSet[socket.SocketId]()
	for _, s := range a.recipients(&socket.BroadcastOptions{Rooms: in}) {
		ids.Add(s.library.Id())
	}
	return ids
}

func (a *adapter) SocketRooms(id socket.SocketId) *types.Set[socket.Room] {
	s := a.find(id)
	if s == nil {
		return nil
	}
	in := types.NewSet[socket.Room]()
	for _, room := range a.namespace.members.Rooms(s) {
		in.Add(socket.Room(room))
	}
	return in
}

func (a *adapter) FetchSockets(options *socket.BroadcastOptions) func(func([]socket.SocketDetails, error)) {
	return func(callback func([]socket.SocketDetails, error)) {
		found := []socket.SocketDetails{}
		for _, s := range a.recipients(options) {
			found = append(found, s.library)
		}
		callback(found, nil)
	}
}

func (a *adapter) AddSockets(options *socket.BroadcastOptions, to []socket.Room) {
	for _, s := range a.recipients(options) {
		s.Join(roomNames(to)...)
	}
}

func (a *adapter) DelSockets(options *socket.BroadcastOptions, from []socket.Room) {
	for _, s := range a.recipients(options) {
		s.Leave(roomNames(from)...)
	}
}

func (a *adapter) DisconnectSockets(options *socket.BroadcastOptions, transport bool) {
	for _, s := range a.recipients(options) {
		s.library.Disconnect(transport)
	}
}

// recipients are the sockets of the rooms, or everyone without any, but those of the excepted rooms.
func (a *adapter) recipients(options *socket.BroadcastOptions) []*Socket {
	members := a.namespace.members
	if options == nil {
		return members.AppendAll(nil)
	}
	in, except := roomsOf(options.Rooms), roomsOf(options.Except)
	if len(in) == 0 {
		return members.AppendAll(nil, except...)
	}
	return members.AppendIn(nil, in, except...)
}

func roomsOf(set *types.Set[socket.Room]) []rooms.Room {
	if set == nil {
		return nil
	}
	return roomNames(set.Keys())
}

func roomNames(names []socket.Room) []rooms.Room {
	list := make([]rooms.Room, len(names))
	for i, name := range names {
		list[i] = rooms.Room(name)
	}
	return list
}
