package main

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"

	"github.com/tickstock/tickcast/config"
	"github.com/tickstock/tickcast/redisbridge"
	"github.com/tickstock/tickcast/server"
	"github.com/tickstock/tickcast/server/sio"
)

// queuePeer translates what Flask-SocketIO's queue asks for between two packages that do not know each other.
type queuePeer struct{ server.Peer }

// Emit implements redisbridge.Peer.
func (p queuePeer) Emit(e redisbridge.Emission) int {
	sent := sio.Emission{
		Namespace: e.Namespace,
		To:        e.Rooms,
		Skip:      e.Skip,
		Event:     e.Event,
		Message:   sio.Message{Args: e.Args, Attachments: e.Attachments},
	}
	if e.Answer != nil {
		sent.Answer = func(m sio.Message) {
			e.Answer(redisbridge.Message{Args: m.Args, Attachments: m.Attachments})
		}
	}
	return p.Peer.Emit(sent)
}

// joinQueue takes part in Flask-SocketIO's message queue; nil is none.
func joinQueue(cfg config.Redis, client redis.UniversalClient, bridge *redisbridge.Bridge, sockets *server.Sockets, reg prometheus.Registerer, log zerolog.Logger) *redisbridge.PythonQueue {
	if !cfg.Queued() {
		return nil
	}
	queue := redisbridge.NewPythonQueue(cfg, client, queuePeer{sockets.Peer()}, sockets.Namespaces(), reg, log)
	bridge.Join(queue)
	return queue
}

// queueProblems refuses a message queue on a channel that brings something else already.
func queueProblems(c config.Config) config.Problems {
	for _, channel := range redisbridge.Channels() {
		if c.Redis.Queued() && c.Redis.PythonChannel == channel.Name {
			return config.Problems{{Key: "redis.python_channel", Err: errors.New("the producer publishes there: a message queue needs a channel of its own")}}
		}
	}
	return nil
}
