package redisbridge

import "time"

// take puts a message into the queue. It never waits, so that Redis never waits for us.
func (b *Bridge) take(channel, text string) {
	row, known := b.rows[channel]
	if !known {
		row = b.unknown()
	}
	now := time.Now()
	b.ledgers[row].arrive(now)
	switch {
	case !known:
		b.drop(row, UnknownChannel, len(text))
		return
	case len(text) > b.cfg.MessageMax:
		b.drop(row, TooLarge, len(text))
		return
	}
	b.push(raw{row, text, now})
}

func (b *Bridge) push(r raw) {
	for _, displaced := range b.queue.push(r) {
		b.drop(displaced.row, QueueFull, len(displaced.text))
		if b.backlog != nil && b.channels[displaced.row].Replay {
			b.backlog.displaced.Store(true)
		}
	}
}
