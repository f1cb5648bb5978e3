package rooms

// interest is who wants an event.
type interest struct {
	personal bool    // every claim is wanted, not only those of limited subscriptions
	rooms    []Room  // each once
	claims   []claim // in the order of rooms; none at all where no subscription is limited, unless personal
}

// claim says that a subscription of a room accepts the event.
type claim struct {
	room int     // in interest.rooms
	slot uint32  // the subscription's, as long as it lives
	hour *window // nil = without limit
}

func (f *interest) reset(personal bool) {
	clear(f.claims) // it must not hold on to the windows of subscriptions that are gone
	f.personal, f.rooms, f.claims = personal, f.rooms[:0], f.claims[:0]
}

// keep drops the rooms, and their claims, that are not wanted.
func (f *interest) keep(wanted func(Room, []claim) bool) {
	all, claims := f.rooms, f.claims
	f.rooms, f.claims = all[:0], claims[:0]
	for i, room := range all {
		var own []claim
		if own, claims = claimsOf(i, claims); wanted(room, own) {
			for _, c := range own {
				c.room = len(f.rooms)
				f.claims = append(f.claims, c)
			}
			f.rooms = append(f.rooms, room)
		}
	}
}

// claimsOf splits off the claims of the first room that has any left.
func claimsOf(room int, claims []claim) (own, others []claim) {
	n := 0
	for n < len(claims) && claims[n].room == room {
		n++
	}
	return claims[:n], claims[n:]
}
