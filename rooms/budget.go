package rooms

import "fmt"

// budget is how much of what is bounded a room holds.
type budget struct {
	subscriptions int
	values        int
	hours         int
}

// cost is what one subscription takes of its room's budget. What a list names twice counts twice.
func (f Filter) cost() budget {
	b := budget{subscriptions: 1, hours: f.MaxPerHour}
	for _, list := range f.lists() {
		b.values += len(list)
	}
	return b
}

func (at *slot) cost() budget {
	key := keyReader(at.key)
	values, _, _ := key.head()
	b := budget{subscriptions: 1, values: values}
	if hour := at.hour(); hour != nil {
		b.hours = hour.most
	}
	return b
}

func (b budget) plus(more budget) budget {
	return budget{b.subscriptions + more.subscriptions, b.values + more.values, b.hours + more.hours}
}

// exceeded names the bound that is passed; nil if none is.
func (b budget) exceeded() error {
	switch {
	case b.subscriptions > MaxRoomSubscriptions:
		return fmt.Errorf("%w: more than %d in all", ErrTooMany, MaxRoomSubscriptions)
	case b.values > MaxRoomValues:
		return fmt.Errorf("%w: their filters would name %d values, at most %d are allowed", ErrTooMany, b.values, MaxRoomValues)
	case b.hours > MaxRoomHours:
		return fmt.Errorf("%w: their max_events_per_hour would add up to %d, at most %d are allowed", ErrTooMany, b.hours, MaxRoomHours)
	}
	return nil
}

// afford says why s would be too much for its room, beside all that it does not replace.
func (x *Index) afford(s Subscription) error {
	total := s.Filter.cost()
	for topic, t := range x.all() {
		held := 0
		for i := range t.of(s.Room) {
			at := t.slots.at(i)
			if topic == s.Topic && t.id(at) == s.ID {
				continue
			}
			held++
			total = total.plus(at.cost())
		}
		if topic == s.Topic && held >= MaxSubscriptions {
			return fmt.Errorf("%w: more than %d of %s", ErrTooMany, MaxSubscriptions, topic)
		}
	}
	return total.exceeded()
}
