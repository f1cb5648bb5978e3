package server

import (
	"errors"
	"time"

	"github.com/tickstock/tickcast/rooms"
	"github.com/tickstock/tickcast/server/sio"
)

const (
	// adminSpace is the namespace of the page that watches the producer's connections to the market.
	adminSpace             = "/admin-ws"
	adminRoom   rooms.Room = "admin_monitoring" // everybody in there
	pulsePeriod            = 5 * time.Second    // between two metrics_update
)

var errNoAdmin = errors.New("admin rights needed")

func adminsOnly(s *Sockets, socket *sio.Socket) error {
	if !s.userOf(socket).Admin {
		return errNoAdmin
	}
	return nil
}

// enterAdmin shows the newcomer how the connections are; how they go on comes with the next pulse.
func (s *Sockets) enterAdmin(socket *sio.Socket) {
	s.enter(socket)
	socket.Join(adminRoom)
	feeds := s.feeds()
	s.meter.read(time.Now(), feeds) // the next pulse measures from here
	s.reply(socket, "connection_status_update", reportFeeds(feeds))
}
