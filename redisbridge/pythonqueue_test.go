package redisbridge

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/tickstock/tickcast/config"
	"github.com/tickstock/tickcast/rooms"
)

// vector is a message as a real Python made it, and what it means.
type vector struct {
	Name     string
	Format   string
	Protocol int
	Data     []byte `json:"data_b64"`
	Rejected bool   `json:"rejected"`
	Expect   struct {
		Method    string
		Event     string
		Room      json.RawMessage
		Namespace string
		SkipSID   json.RawMessage `json:"skip_sid"`
		Args      []json.RawMessage
		Rejected  bool
	}
}

func vectors() []vector {
	text, err := os.ReadFile("testdata/flask_socketio_queue.json")
	if err != nil {
		panic(err) // the tree of specs cannot be built without them
	}
	var file struct{ Messages []vector }
	if err := json.Unmarshal(text, &file); err != nil {
		panic(err)
	}
	return file.Messages
}

// listed is a text, or a list of them.
func listed[T ~string](raw json.RawMessage) (all []T) {
	GinkgoHelper()
	var one *T
	if json.Unmarshal(raw, &one) == nil {
		if one == nil {
			return nil
		}
		return []T{*one}
	}
	if raw != nil {
		Expect(json.Unmarshal(raw, &all)).To(Succeed())
	}
	return all
}

// wanted are the arguments of a vector as they go to browsers.
func (v vector) wanted() (args []any, attachments [][]byte) {
	GinkgoHelper()
	for _, arg := range v.Expect.Args {
		var bytes struct {
			Base64 *string `json:"bytes_b64"`
		}
		if json.Unmarshal(arg, &bytes) != nil || bytes.Base64 == nil {
			args = append(args, MatchJSON(arg))
			continue
		}
		data, err := base64.StdEncoding.DecodeString(*bytes.Base64)
		Expect(err).NotTo(HaveOccurred())
		args = append(args, MatchJSON(fmt.Sprintf(`{"_placeholder":true,"num":%d}`, len(attachments))))
		attachments = append(attachments, data)
	}
	return args, attachments
}

var _ = Describe("Python's queue", func() {
	for _, v := range vectors() {
		It(fmt.Sprintf("understands %s of protocol %d: %s", v.Format, v.Protocol, v.Name), func() {
			q, peer := pythonQueue(nil)
			reason := q.hear(string(v.Data))
			switch {
			case v.Expect.Rejected:
				Expect(reason).NotTo(Equal(Accepted))
				Expect(peer.emitted).To(BeEmpty())
				Expect(peer.told).To(BeEmpty())
			case v.Expect.Method == "emit":
				Expect(reason).To(Equal(Accepted))
				Expect(peer.emitted).To(HaveLen(1))
				e := peer.emitted[0]
				args, attachments := v.wanted()
				Expect(e.Event).To(Equal(v.Expect.Event))
				Expect(e.Namespace).To(Equal(v.Expect.Namespace))
				Expect(e.Rooms).To(Equal(listed[rooms.Room](v.Expect.Room)))
				Expect(e.Skip).To(Equal(listed[string](v.Expect.SkipSID)))
				Expect(e.Args).To(HaveExactElements(args...))
				Expect(e.Attachments).To(Equal(attachments))
				Expect(e.Answer).To(BeNil())
			case v.Expect.Method == "callback":
				Expect(reason).To(Equal(Elsewhere))
			default:
				Expect(reason).To(Equal(Accepted))
				Expect(peer.told).To(Equal([]string{map[string]string{
					"close_room": "close / r1", "disconnect": "disconnect / S1", "enter_room": "enter / S1 r9",
				}[v.Expect.Method]}))
			}
		})
	}

	// said is an emit with these members besides.
	said := func(members string) string { return `{"method":"emit","event":"e","data":1` + members + `}` }

	DescribeTable("takes what is said for", func(text string, want ...string) {
		q, peer := pythonQueue(nil)
		Expect(q.hear(text)).To(Equal(Accepted))
		Expect(peer.emitted).To(HaveLen(1))
		args := []string{}
		for _, arg := range peer.emitted[0].Args {
			args = append(args, string(arg))
		}
		Expect(args).To(HaveExactElements(want))
	},
		Entry("no argument, if it is None", `{"method":"emit","event":"e","data":[null]}`),
		Entry("no argument, if nothing is", `{"method":"emit","event":"e"}`),
		Entry("one argument", `{"method":"emit","event":"e","binary":false,"data":[{"a":1.50}]}`, `{"a":1.50}`),
		Entry("a list as one argument", `{"method":"emit","event":"e","binary":false,"data":[[1,2]]}`, `[1,2]`),
		Entry("several arguments, None among them", `{"method":"emit","event":"e","binary":false,"data":[1,null]}`, `1`, `null`),
		Entry("an object, as some versions write it", `{"method":"emit","event":"e","binary":false,"data":{"a":1}}`, `{"a":1}`),
		Entry("bytes among several arguments", `{"method":"emit","event":"e","binary":true,"data":[[{"x":{"_placeholder":true,"num":0}},2],"AAH/"]}`,
			`{"x":{"_placeholder":true,"num":0}}`, `2`),
		Entry("bytes alone, as some versions write them", `{"method":"emit","event":"e","binary":true,"data":[{"_placeholder":true,"num":0},"AAH/"]}`,
			`{"_placeholder":true,"num":0}`),
	)

	It("takes a list in a pickle for one argument, and a tuple for several", func() {
		made := runPython(`
for data in ([1, 2], (1, [2]), (None,), (), None, [None]):
    tell(pickle.dumps({"method": "emit", "event": "e", "data": data}))`, "")
		q, peer := pythonQueue(nil)
		var args []string
		for _, pickle := range made {
			Expect(q.hear(pickle)).To(Equal(Accepted))
			args = append(args, fmt.Sprintf("%s", peer.emitted[len(peer.emitted)-1].Args))
		}
		Expect(args).To(Equal([]string{"[[1,2]]", "[1 [2]]", "[null]", "[]", "[]", "[[null]]"}))
	})

	DescribeTable("refuses, and does nothing about it", func(text string, why Reason) {
		q, peer := pythonQueue(nil)
		Expect(q.hear(text)).To(Equal(why))
		Expect(peer.emitted).To(BeEmpty())
		Expect(peer.told).To(BeEmpty())
	},
		Entry("what is no message", "", NotJSON),
		Entry("a list", `["method"]`, NotObject),
		Entry("a pickled list", "]q\x00.", NotJSON),
		Entry("a pickled list that says its protocol", "\x80\x02].", NotObject),
		Entry("what is no text", "\xff\xfe", BadUTF8),
		Entry("what is no number", `{"method":"emit","event":"e","data":NaN}`, NotFinite),
		Entry("a method twice", `{"method":"callback","method":"emit","event":"e"}`, DuplicateKey),
		Entry("no method", `{"event":"e"}`, BadMethod),
		Entry("a method that does not exist", `{"method":"shutdown"}`, BadMethod),
		Entry("an event without a name", `{"method":"emit","event":""}`, BadEvent),
		Entry("an event whose name is none", `{"method":"emit","event":{"a":1}}`, BadEvent),
		Entry("an event that makes clients hang up", `{"method":"emit","event":"disconnect"}`, BadEvent),
		Entry("a namespace that is not ours", said(`,"namespace":"/nowhere"`), BadNamespace),
		Entry("a namespace that is none", said(`,"namespace":["/"]`), BadNamespace),
		Entry("a room that is none", said(`,"room":7`), BadRoom),
		Entry("a room without a name", said(`,"room":""`), BadRoom),
		Entry("no room at all", said(`,"room":[]`), BadRoom),
		Entry("a list with a room that is none", said(`,"room":["a",null]`), BadRoom),
		Entry("a socket to skip that is none", said(`,"skip_sid":{"a":1}`), BadSocket),
		Entry("attachments that are none", `{"method":"emit","event":"e","binary":true,"data":[[{"_placeholder":true,"num":0}],"?"]}`, BadData),
		Entry("attachments without data", `{"method":"emit","event":"e","binary":true,"data":[]}`, BadData),
		Entry("attachments of nothing", `{"method":"emit","event":"e","binary":true,"data":"AAH/"}`, BadData),
		Entry("a place without an attachment", `{"method":"emit","event":"e","binary":true,"data":[[{"_placeholder":true,"num":1}],"AA=="]}`, BadData),
		Entry("a place with more in it", `{"method":"emit","event":"e","binary":true,"data":[[{"_placeholder":true,"num":0,"x":1}],"AA=="]}`, BadData),
		Entry("a socket without an id", `{"method":"disconnect","namespace":"/"}`, BadSocket),
		Entry("a socket in no namespace of ours", `{"method":"disconnect","sid":"S1","namespace":"/nowhere"}`, BadNamespace),
		Entry("no room to enter", `{"method":"enter_room","sid":"S1"}`, BadRoom),
		Entry("a room to enter with an endless name", fmt.Sprintf(`{"method":"enter_room","sid":"S1","room":"%0300d"}`, 1), BadRoom),
		Entry("no room to leave", `{"method":"leave_room","sid":"S1","room":null}`, BadRoom),
		Entry("no room to close", `{"method":"close_room","namespace":"/"}`, BadRoom),
		Entry("an answer to somebody else", `{"method":"callback","host_id":"h","sid":"S1","namespace":"/","id":1,"args":[]}`, Elsewhere),
	)

	It("leaves to others what is theirs", func() {
		q, peer := pythonQueue(nil)
		peer.deserted = true
		Expect(q.hear(`{"method":"disconnect","sid":"S2","namespace":"/"}`)).To(Equal(Elsewhere))
		Expect(q.hear(`{"method":"leave_room","sid":"S2","room":"r","namespace":"/"}`)).To(Equal(Elsewhere))
		Expect(q.hear(`{"method":"close_room","room":"r"}`)).To(Equal(Elsewhere))
		Expect(q.hear(said(`,"room":"user_7"`))).To(Equal(Elsewhere))
	})

	It("takes no pickle where they are off, and JSON still", func() {
		q, peer := pythonQueue(func(c *config.Redis) { c.Pickle = false })
		for _, v := range vectors() {
			if v.Format == "pickle" && v.Data[0] == 0x80 {
				Expect(q.hear(string(v.Data))).To(Equal(PickleOff), v.Name)
			}
		}
		Expect(peer.emitted).To(BeEmpty())
		Expect(q.hear(said(""))).To(Equal(Accepted))
	})

	It("counts by method and result, for Prometheus", func() {
		q, _ := pythonQueue(nil)
		q.hear(said(""))
		q.hear(said(`,"room":""`))
		q.hear(`{"method":"shutdown"}`)
		Expect(q.scraped()).To(And(
			HaveKeyWithValue("tickcast_python_queue_total{emit,accepted}", 1.0),
			HaveKeyWithValue("tickcast_python_queue_total{emit,bad_room}", 1.0),
			HaveKeyWithValue("tickcast_python_queue_total{other,bad_method}", 1.0),
			HaveKeyWithValue("tickcast_python_queue_total{answer,accepted}", 0.0),
		))
	})
})
