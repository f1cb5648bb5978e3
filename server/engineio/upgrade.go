package engineio

import (
	"bytes"
	"crypto/sha1"
	"encoding/base64"
	"net"
	"net/http"
	"strings"
	"time"
)

// acceptGUID is RFC 6455's.
const acceptGUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

var probePing = []byte("2probe")

// wantsWebsocket tells an upgrade request from others.
func wantsWebsocket(r *http.Request) bool {
	return hasToken(r.Header["Connection"], "upgrade") && hasToken(r.Header["Upgrade"], "websocket")
}

func hasToken(values []string, token string) bool {
	for _, value := range values {
		for part := range strings.SplitSeq(value, ",") {
			if strings.EqualFold(strings.TrimSpace(part), token) {
				return true
			}
		}
	}
	return false
}

// validKey checks what else the handshake needs.
func validKey(r *http.Request) bool {
	key, err := base64.StdEncoding.DecodeString(r.Header.Get("Sec-Websocket-Key"))
	return err == nil && len(key) == 16 && r.Method == http.MethodGet && r.ProtoAtLeast(1, 1)
}

// hijack answers the upgrade request and takes the connection over.
func (s *Server) hijack(w http.ResponseWriter, r *http.Request) (*websocket, error) {
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return nil, err
	}
	early, _ := buffered.Reader.Peek(buffered.Reader.Buffered())
	early = bytes.Clone(early) // the buffer is large, and would live as long as the connection
	deflate := s.deflate != nil && deflates(r.Header["Sec-Websocket-Extensions"])
	if err := s.greet(conn, r.Header.Get("Sec-Websocket-Key"), deflate); err != nil {
		_ = conn.Close()
		return nil, err
	}
	ws := &websocket{conn: conn, deflate: deflate, reader: newReader(conn, s.cfg.ReadTimeout, s.cfg.MaxPayload, early)}
	ws.raw = ws.reader.raw
	if deflate {
		ws.reader.deflate = s.deflate
	}
	return ws, nil
}

func (s *Server) greet(conn net.Conn, key string, deflate bool) error {
	sum := sha1.Sum([]byte(key + acceptGUID))
	answer := "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Accept: " + base64.StdEncoding.EncodeToString(sum[:]) + "\r\n"
	if deflate {
		answer += "Sec-WebSocket-Extensions: " + deflateAnswer + "\r\n"
	}
	answer += "\r\n"
	if err := conn.SetDeadline(time.Now().Add(s.cfg.WriteTimeout)); err != nil {
		return err
	}
	if _, err := conn.Write([]byte(answer)); err != nil {
		return err
	}
	return conn.SetDeadline(time.Time{})
}

// probeWith lets a websocket take a polling session over. Until the client's upgrade packet the
// session goes on by polling; whatever goes wrong before costs only the websocket.
func (s *Session) probeWith(ws *websocket) {
	s.mu.Lock()
	taken := s.state != open || s.ws != nil || s.probe != nil
	if !taken {
		s.probe = ws
	}
	s.mu.Unlock()
	if taken || !s.probeAnswered(ws) || !s.upgrade(ws) {
		s.mu.Lock()
		if s.probe == ws {
			s.probe, s.probed = nil, false
		}
		s.mu.Unlock()
		ws.close()
		return
	}
	s.read(ws)
}

// probeAnswered waits for the client's "2probe" and answers it.
func (s *Session) probeAnswered(ws *websocket) bool {
	ws.reader.pin(s.server.cfg.UpgradeTimeout)
	if data, ok := ws.probeMessage(); !ok || !bytes.Equal(data, probePing) {
		return false
	}
	if err := ws.conn.SetWriteDeadline(time.Now().Add(s.server.cfg.WriteTimeout)); err != nil {
		return false
	}
	s.mu.Lock()
	s.probed = s.state == open // before the client can know
	s.mu.Unlock()
	if _, err := ws.conn.Write(probePong.wire); err != nil {
		return false
	}
	s.mu.Lock()
	s.poll.ring() // the client upgrades only when its poll has come home
	s.mu.Unlock()
	return ws.conn.SetWriteDeadline(time.Time{}) == nil
}

// upgrade waits for the client's "5" and makes the websocket the session's transport.
// From here everything goes by websocket, what waited first.
func (s *Session) upgrade(ws *websocket) bool {
	data, ok := ws.probeMessage()
	if !ok || len(data) != 1 || data[0] != packetUpgrade || ws.reader.unpin() != nil {
		return false
	}
	s.heard.Store(s.server.beat.Load())
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.state == open:
		s.server.stats.moved(s.protocol)
	case s.state == closed || len(s.outbox) == 0: // else the farewell still waits, and follows the client here
		return false
	}
	s.ws, s.probe, s.probed = ws, nil, false
	s.poll.ring()
	s.wake()
	return true
}

// probeMessage is the next text message of a probing websocket; control frames are passed over.
func (ws *websocket) probeMessage() ([]byte, bool) {
	for {
		op, data, err := ws.reader.next()
		if err != nil || op == opClose {
			return nil, false
		}
		if op == opText {
			return data, true
		}
	}
}
