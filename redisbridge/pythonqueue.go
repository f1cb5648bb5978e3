package redisbridge

import (
	"slices"
	"strings"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"

	"github.com/tickstock/tickcast/config"
	"github.com/tickstock/tickcast/rooms"
)

// PythonQueue makes us one of the servers in Flask-SocketIO's message queue. What others say there is carried out
// on our sockets, in the order of the Bridge that hears it; of our own nothing is ever said but answers to who
// has asked for one, so that no message can make another.
type PythonQueue struct {
	// Set once, then read only.
	channel    string
	pickles    bool
	namespaces []string
	ignored    ignoredEvents
	methods    []pythonMethod
	client     redis.UniversalClient
	peer       Peer
	log        zerolog.Logger
	// Safe for concurrent use on their own.
	answers *queue
	counts  [][reasons]atomic.Uint64 // of each method, of others, and of answers
	// Owned by the router loop.
	said pythonMessage
	// Owned by Run.
	failing bool
}

// pythonMethod is what a message can ask for: a row, and how it is carried out.
type pythonMethod struct {
	name     string
	carryOut func(*PythonQueue) Reason
}

func pythonMethods() []pythonMethod {
	return []pythonMethod{
		{"emit", (*PythonQueue).emit},
		{"disconnect", (*PythonQueue).disconnect},
		{"enter_room", (*PythonQueue).enterRoom},
		{"leave_room", (*PythonQueue).leaveRoom},
		{"close_room", (*PythonQueue).closeRoom},
		{"callback", func(*PythonQueue) Reason { return Elsewhere }}, // an answer to somebody else: we never ask
	}
}

// NewPythonQueue prepares a PythonQueue over the namespaces that peer has. A Bridge that is to hear it is told so
// with Join; Run sends the answers.
func NewPythonQueue(cfg config.Redis, client redis.UniversalClient, peer Peer, namespaces []string, reg prometheus.Registerer, log zerolog.Logger) *PythonQueue {
	q := &PythonQueue{
		channel:    cfg.PythonChannel,
		pickles:    cfg.Pickle,
		namespaces: namespaces,
		ignored:    newIgnoredEvents(cfg.PythonIgnore),
		methods:    pythonMethods(),
		client:     client,
		peer:       peer,
		log:        log,
		answers:    newQueue(answersBytes),
	}
	q.counts = make([][reasons]atomic.Uint64, len(q.methods)+2)
	reg.MustRegister(newPythonMetrics(q))
	return q
}

// hear carries one message out. The reason is why it did not come to that.
func (q *PythonQueue) hear(text string) Reason {
	row := q.others()
	reason := q.said.read(text, q.pickles)
	if reason == Accepted {
		reason = BadMethod
		name := q.said.word("method")
		if named := slices.IndexFunc(q.methods, func(m pythonMethod) bool { return m.name == name }); named >= 0 {
			row, reason = named, q.methods[named].carryOut(q)
		}
	}
	q.counts[row][reason].Add(1)
	return reason
}

func (q *PythonQueue) others() int    { return len(q.methods) }
func (q *PythonQueue) answering() int { return len(q.methods) + 1 }

func (q *PythonQueue) emit() Reason {
	m := &q.said
	event := strings.Clone(m.word("event")) // names are counted: they must not keep the message
	switch {
	case event == "" || slices.Contains(reservedEvents(), event):
		return BadEvent
	case q.ignored.has(event):
		return Ignored
	}
	namespace, reason := q.namespace()
	if reason != Accepted {
		return reason
	}
	to, reason := m.rooms()
	if reason != Accepted {
		return reason
	}
	skip, reason := m.skipped()
	if reason != Accepted {
		return reason
	}
	said, reason := m.message()
	if reason != Accepted {
		return reason
	}
	return here(q.peer.Emit(Emission{namespace, to, skip, event, said, q.answerer()}) > 0)
}

// reservedEvents mean something else to the clients' own code; one sent makes them hang up.
func reservedEvents() []string {
	return []string{"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"}
}

func (q *PythonQueue) disconnect() Reason {
	namespace, id, reason := q.socket()
	if reason != Accepted {
		return reason
	}
	return here(q.peer.Disconnect(namespace, id))
}

func (q *PythonQueue) enterRoom() Reason { return q.move(q.peer.Enter) }

func (q *PythonQueue) leaveRoom() Reason { return q.move(q.peer.Leave) }

func (q *PythonQueue) move(move func(namespace, id string, room rooms.Room) bool) Reason {
	namespace, id, reason := q.socket()
	if reason != Accepted {
		return reason
	}
	room, reason := q.room()
	if reason != Accepted {
		return reason
	}
	return here(move(namespace, id, room))
}

func (q *PythonQueue) closeRoom() Reason {
	namespace, reason := q.namespace()
	if reason != Accepted {
		return reason
	}
	room, reason := q.room()
	if reason != Accepted {
		return reason
	}
	return here(q.peer.CloseRoom(namespace, room))
}

// here tells what concerned somebody from what was another server's business.
func here(somebody bool) Reason {
	if somebody {
		return Accepted
	}
	return Elsewhere
}

// namespace is the one that a message is about: the main one, unless it says.
func (q *PythonQueue) namespace() (string, Reason) {
	n := q.said.member(root, "namespace")
	if n == none || q.said.is(n, null) {
		return "/", Accepted
	}
	if at := slices.Index(q.namespaces, q.said.words(n)); at >= 0 {
		return q.namespaces[at], Accepted
	}
	return "", BadNamespace
}

// socket is the one that a message is about, of whatever server.
func (q *PythonQueue) socket() (namespace, id string, reason Reason) {
	if namespace, reason = q.namespace(); reason != Accepted {
		return "", "", reason
	}
	if id = q.said.word("sid"); id == "" {
		return "", "", BadSocket
	}
	return namespace, id, Accepted
}

// maxName bounds what is kept of a message: names of rooms, and to whom an answer goes.
const maxName = 256 // bytes

// room is the one that sockets enter or leave. It is kept, the message is not.
func (q *PythonQueue) room() (rooms.Room, Reason) {
	name := q.said.word("room")
	if name == "" || len(name) > maxName {
		return "", BadRoom
	}
	return rooms.Room(strings.Clone(name)), Accepted
}
