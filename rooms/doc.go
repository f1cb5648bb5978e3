// Package rooms decides who gets what. An Event carries Traits; a Subscription
// (room + topic + id + Filter) accepts some of them; the Router asks the Index
// which rooms are interested and hands the event to an Emitter once. Members
// then knows which sockets are in those rooms.
//
// Filter.Match is the meaning of a filter, the Index only an accelerator that is
// held equal to a plain scan. The index numbers subscriptions, keeps for each
// value the set of numbers whose list names it, beside the set of those without
// a list, and intersects these sets by words of 64. So an event costs what its
// recipients cost, and a filter that nobody restricted costs nothing. Matching takes
// no lock: a subscription never changes but gives way to another, which is in all sets
// before it counts; what has gone stays in them until nobody looks any more.
//
// What a room has had enough of is held back between matching and sending: by the
// hour if its filters say so, by the second if the Limits do.
//
// Whatever goes wrong while matching, the event reaches nobody rather than
// somebody it is not for. Nothing here does I/O or starts a goroutine.
package rooms
