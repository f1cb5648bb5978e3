// Package rooms decides who gets what. An Event carries Traits; a Subscription
// (room + topic + id + Filter) accepts some of them; the Router asks the Index
// which rooms are interested and hands the event to an Emitter once.
//
// Filter.Match is the definition, the Index only an accelerator that is held
// equal to a plain scan. Nothing here does I/O or starts a goroutine.
package rooms
