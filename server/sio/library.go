package sio

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/rs/zerolog"
	"github.com/tickstock/tickcast/server/engineio"
	"github.com/zishang520/engine.io/v2/engine"
	"github.com/zishang520/engine.io/v2/events"
	"github.com/zishang520/engine.io/v2/types"
	"github.com/zishang520/socket.io-go-parser/v2/parser"
	"github.com/zishang520/socket.io/v2/socket"
)

// bindLibrary puts our parts into the library's seams. Its namespaces all exist from the start,
// since it would create one twice for two clients that come at once.
func (s *Server) bindLibrary() {
	options := socket.DefaultServerOptions()
	options.SetParser(&wire{log: s.log, idle: s.idle})
	options.SetAdapter(adapters{s})
	options.SetConnectTimeout(s.cfg.ConnectTimeout)
	options.SetServeClient(false)
	if s.recovers() {
		options.SetConnectionStateRecovery(&socket.ConnectionStateRecovery{}) // with it ids are ours: see entry
	}
	s.library = socket.NewServer(nil, options)
	s.bound = &binding{BaseServer: engine.MakeBaseServer(), server: s}
	s.library.Bind(s.bound)
	for name, namespace := range s.namespaces {
		namespace.serve(s.library.Of(name, nil))
	}
	if s.namespaces["/"] == nil { // clients of protocol 3 enter it unasked
		s.library.Of("/", nil).Use(func(_ *socket.Socket, next func(*socket.ExtendedError)) {
			next(socket.NewExtendedError(unknownNamespace, nil))
		})
	}
}

// binding is what the library takes for its Engine.IO server.
type binding struct {
	engine.BaseServer
	server *Server
}

func (b *binding) ClientsCount() uint64 { return uint64(b.server.Sessions()) }

// Close does nothing: who runs the Server ends it.
func (b *binding) Close() engine.BaseServer { return b }

// wire is the library's parser. Decoding has been done when a packet comes here; encoding is ours too.
type wire struct {
	log  zerolog.Logger
	idle events.EventEmitter
}

func (w *wire) NewEncoder() parser.Encoder { return w }

func (w *wire) NewDecoder() parser.Decoder { return &handover{EventEmitter: w.idle} }

// handover passes decoded packets on to its client, which listens from before the first one; nothing comes after the last.
type handover struct {
	events.EventEmitter
	decoded events.Listener
}

func (h *handover) On(_ events.EventName, listeners ...events.Listener) error {
	h.decoded = listeners[0]
	return nil
}

func (h *handover) RemoveListener(events.EventName, events.Listener) bool { return true }

// Add takes a *parser.Packet and nothing else.
func (h *handover) Add(packet any) error {
	if _, ok := packet.(*parser.Packet); !ok {
		return errors.New("undecoded packet")
	}
	h.decoded(packet)
	return nil
}

func (h *handover) Destroy() {}

// encoded is a packet on its way through the library to a session's outbox. All its frames travel
// in one piece, so that no other packet can come between a text and its attachments.
type encoded struct {
	types.BufferInterface
	kind   kind
	frames []*engineio.Frame
}

// Clone is called for each receiver; frames are shared.
func (e *encoded) Clone() types.BufferInterface { return e }

// Encode returns one *encoded, or nothing for what cannot be encoded: an empty packet would end the session.
func (w *wire) Encode(packet *parser.Packet) []types.BufferInterface {
	frames, err := encodePacket(packet)
	if err != nil {
		w.log.Error().Err(err).Stringer("type", packet.Type).Str("namespace", packet.Nsp).Msg("packet not sent")
		return nil
	}
	return []types.BufferInterface{&encoded{types.NewStringBuffer(nil), kind(packet.Type), frames}}
}

func encodePacket(from *parser.Packet) ([]*engineio.Frame, error) {
	p := packet{kind: kind(from.Type), namespace: from.Nsp}
	if from.Id != nil {
		p.asked, p.id = true, *from.Id
	}
	var attachments []types.BufferInterface
	if parser.HasBinary(from.Data) {
		from, attachments = parser.DeconstructPacket(from)
	}
	for _, data := range attachments {
		p.Attachments = append(p.Attachments, data.Bytes())
	}
	p.carry(p.Message)
	text := p.appendHead(nil)
	if from.Data != nil {
		body, err := encodeJSON(trimmed(from.Data))
		if err != nil {
			return nil, err
		}
		text = append(text, body...)
	}
	frames := []*engineio.Frame{engineio.NewTextFrame(text)}
	for _, data := range p.Attachments {
		frames = append(frames, engineio.NewBinaryFrame(data))
	}
	return frames, nil
}

// trimmed leaves out the data of an error that has none, as Node does.
func trimmed(data any) any {
	if object, ok := data.(map[string]any); ok {
		if extra, ok := object["data"]; ok && extra == nil {
			delete(object, "data")
		}
	}
	return data
}

// answer is an acknowledgement as the library knows it.
func (p *packet) answer() *parser.Packet {
	args := make([]any, len(p.Args))
	for i, arg := range p.Args {
		args[i] = arg
	}
	return &parser.Packet{Type: parser.ACK, Nsp: p.namespace, Id: &p.id, Data: args}
}

// emptyRequest is a request without headers or query: a session keeps the few that it needs itself.
func emptyRequest() *types.HttpContext {
	request := &http.Request{Method: http.MethodGet, URL: &url.URL{Path: "/"}, Header: http.Header{}}
	context := types.NewHttpContext(nowhere{}, request)
	context.Flush() // ends the goroutine that waits for the request's end
	return context
}

type nowhere struct{}

func (nowhere) Header() http.Header         { return http.Header{} }
func (nowhere) Write(p []byte) (int, error) { return len(p), nil }
func (nowhere) WriteHeader(int)             {}
