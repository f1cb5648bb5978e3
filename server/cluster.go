package server

import (
	"strings"

	"github.com/tickstock/tickcast/rooms"
)

// Peers are the figures of the other instances, each as Figures tells ours; known is false while nobody can be asked.
type Peers func() (others []map[string]int64, known bool)

// The names of figures.
const (
	figConnections   = "connections"
	figSockets       = "sockets"
	figUsers         = "users"
	figSubscriptions = "subscriptions"
	figTopic         = "subscriptions." // and the topic
	figRouted        = "routed"
	figDelivered     = "delivered"
)

// clusterReport sums over all instances. Who is connected to two of them counts twice.
type clusterReport struct {
	Instances     int                   `json:"instances"`
	Partial       bool                  `json:"partial"` // the others are not known
	Connections   int64                 `json:"connections"`
	Sockets       int64                 `json:"sockets"`
	Users         int64                 `json:"users"`
	Subscriptions int64                 `json:"subscriptions"`
	Topics        map[rooms.Topic]int64 `json:"topics"`
	Routed        int64                 `json:"routed"` // by each of them: an event that all hear counts for each
	Delivered     int64                 `json:"delivered"`
}

// Figures are what the other instances are told of this one.
func (s *Sockets) Figures() map[string]int64 {
	io, routed := s.io.Stats(), s.router.Stats()
	figures := map[string]int64{
		figConnections: int64(reportConnections(io).Total),
		figUsers:       int64(s.users.Counts().Users),
		figRouted:      int64(routed.Routed),
		figDelivered:   int64(routed.Delivered),
	}
	for _, namespace := range io.Namespaces {
		figures[figSockets] += int64(namespace.Sockets)
	}
	for topic, n := range routed.Subscriptions {
		figures[figTopic+string(topic)] = int64(n)
		figures[figSubscriptions] += int64(n)
	}
	return figures
}

// reportCluster knows only ourselves while nobody can be asked.
func (s *Server) reportCluster() clusterReport {
	report := clusterReport{Topics: map[rooms.Topic]int64{}}
	report.add(s.sockets.Figures())
	if s.peers == nil {
		return report
	}
	others, known := s.peers()
	report.Partial = !known
	for _, other := range others {
		report.add(other)
	}
	return report
}

func (r *clusterReport) add(figures map[string]int64) {
	r.Instances++
	for name, n := range figures {
		switch topic, is := strings.CutPrefix(name, figTopic); {
		case is:
			r.Topics[rooms.Topic(topic)] += n
		case name == figConnections:
			r.Connections += n
		case name == figSockets:
			r.Sockets += n
		case name == figUsers:
			r.Users += n
		case name == figSubscriptions:
			r.Subscriptions += n
		case name == figRouted:
			r.Routed += n
		case name == figDelivered:
			r.Delivered += n
		}
	}
}
