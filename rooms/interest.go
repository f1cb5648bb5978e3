package rooms

// interest is who wants an event.
type interest struct {
	rooms []Room  // each once
	hours []claim // in the order of rooms; none at all where no subscription is limited
}

// claim says that a subscription of a room accepts the event.
type claim struct {
	room int     // in interest.rooms
	hour *window // nil = without limit
}

func (f *interest) reset() {
	clear(f.hours) // it must not hold on to the windows of subscriptions that are gone
	f.rooms, f.hours = f.rooms[:0], f.hours[:0]
}

// keep drops the rooms, and their claims, that are not wanted.
func (f *interest) keep(wanted func(Room, []claim) bool) {
	all, hours := f.rooms, f.hours
	f.rooms, f.hours = all[:0], hours[:0]
	for i, room := range all {
		n := 0
		for n < len(hours) && hours[n].room == i {
			n++
		}
		if wanted(room, hours[:n]) {
			for _, c := range hours[:n] {
				f.hours = append(f.hours, claim{len(f.rooms), c.hour})
			}
			f.rooms = append(f.rooms, room)
		}
		hours = hours[n:]
	}
}
