// Command centrifuge is the Centrifuge library as it comes, with its own protocol: everybody
// subscribes to one channel; users who say what they want have a channel each.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"sync"

	"github.com/centrifugal/centrifuge"
	"github.com/redis/go-redis/v9"
)

const channel = "tickstock.events.patterns"

func main() {
	if err := run(context.Background(), os.Getenv("PEER_ADDR"), os.Getenv("PEER_REDIS")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, addr, redisAddr string) error {
	node, err := centrifuge.New(centrifuge.Config{})
	if err != nil {
		return err
	}
	h := &hall{node: node, wishes: map[string]wish{}}
	node.OnConnecting(func(context.Context, centrifuge.ConnectEvent) (centrifuge.ConnectReply, error) {
		return centrifuge.ConnectReply{Credentials: &centrifuge.Credentials{}}, nil
	})
	node.OnConnect(h.welcome)
	if err := node.Run(); err != nil {
		return err
	}
	http.Handle("/connection/websocket", centrifuge.NewWebsocketHandler(node, centrifuge.WebsocketConfig{}))
	failed := make(chan error, 2)
	go func() { failed <- http.ListenAndServe(addr, nil) }()
	go func() { failed <- h.repeat(ctx, redisAddr) }()
	return <-failed
}

type hall struct {
	node   *centrifuge.Node
	mu     sync.Mutex
	wishes map[string]wish // by the channel of the user
}

func (h *hall) welcome(client *centrifuge.Client) {
	client.OnSubscribe(func(_ centrifuge.SubscribeEvent, answer centrifuge.SubscribeCallback) {
		answer(centrifuge.SubscribeReply{}, nil)
	})
	own := "user_" + client.ID()
	client.OnRPC(func(e centrifuge.RPCEvent, answer centrifuge.RPCCallback) {
		var w wish
		err := json.Unmarshal(e.Data, &w)
		if err == nil {
			err = client.Subscribe(own)
		}
		if err != nil {
			answer(centrifuge.RPCReply{}, err)
			return
		}
		h.mu.Lock()
		h.wishes[own] = w
		h.mu.Unlock()
		answer(centrifuge.RPCReply{Data: []byte(`{"status":"ok"}`)}, nil)
	})
	client.OnDisconnect(func(centrifuge.DisconnectEvent) {
		h.mu.Lock()
		delete(h.wishes, own)
		h.mu.Unlock()
	})
}

func (h *hall) repeat(ctx context.Context, redisAddr string) error {
	sub := redis.NewClient(&redis.Options{Addr: redisAddr}).Subscribe(ctx, channel)
	for {
		message, err := sub.ReceiveMessage(ctx)
		if err != nil {
			return err
		}
		for _, to := range h.channels(message.Payload) {
			if _, err := h.node.Publish(to, []byte(message.Payload)); err != nil {
				return err
			}
		}
	}
}

// channels are those of the users who want the message, or the common one while nobody has said what he wants.
func (h *hall) channels(message string) (to []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.wishes) == 0 {
		return []string{"patterns"}
	}
	var p pattern
	if json.Unmarshal([]byte(message), &p) != nil {
		return nil
	}
	for own, w := range h.wishes {
		if w.accepts(p) {
			to = append(to, own)
		}
	}
	return to
}

type wish struct {
	Symbols    []string `json:"symbols"`
	Patterns   []string `json:"pattern_types"`
	Tiers      []string `json:"tiers"`
	Confidence float64  `json:"confidence_min"`
	Priority   string   `json:"priority_min"`
}

type pattern struct {
	Symbol     string  `json:"symbol"`
	Pattern    string  `json:"pattern"`
	Tier       string  `json:"tier"`
	Confidence float64 `json:"confidence"`
	Priority   string  `json:"priority"`
}

func (w wish) accepts(p pattern) bool {
	among := func(list []string, value string) bool { return len(list) == 0 || slices.Contains(list, value) }
	rank := func(priority string) int {
		return slices.Index([]string{"low", "medium", "high", "critical"}, priority)
	}
	return among(w.Symbols, p.Symbol) && among(w.Patterns, p.Pattern) && among(w.Tiers, p.Tier) &&
		p.Confidence >= w.Confidence && rank(p.Priority) >= rank(w.Priority)
}
