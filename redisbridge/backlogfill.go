package redisbridge

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

const pageEntries = 100 // read in one go

// begin takes up the stream behind an entry: what comes before it does not concern us.
func (k *Backlog) begin(newest entryID) {
	k.live.Lock()
	if newest.after(k.handled) {
		k.handled = newest
	}
	k.cursors.reset(k.handled)
	k.ring.restart(k.handled)
	k.begun = true
	unkept := k.unkept
	k.unkept = false
	k.settle()
	k.live.Unlock()
	if unkept {
		k.miss("redis did not keep messages that were delivered")
	}
}

// catchUp makes sure that all up to the newest entry is handled.
func (k *Backlog) catchUp(newest entryID) {
	k.again = time.Time{} // Redis has answered
	k.silent.Store(false)
	if !k.begun {
		k.begin(newest)
		return
	}
	k.ownUp()
	err := k.pay()
	if err == nil {
		err = k.fill(newest.next())
	}
	k.tell(err)
}

// fill handles the entries before this one that were not handled yet: others have heard them.
func (k *Backlog) fill(before entryID) error {
	if !before.after(k.handled.next()) {
		return nil
	}
	if time.Now().Before(k.again) {
		return errAway
	}
	err := k.readUntil(before)
	if err != nil {
		k.again = time.Now().Add(appendPause)
	}
	return err
}

func (k *Backlog) readUntil(before entryID) error {
	ctx, cancel := context.WithTimeout(context.Background(), dialTimeout)
	defer cancel()
	if err := k.checkOldest(ctx); err != nil {
		return err
	}
	for {
		page, err := k.page(ctx, k.handled.next(), before)
		if err != nil {
			return err
		}
		for _, e := range page {
			if !before.after(e.id) {
				return nil
			}
			k.read(e)
		}
		if len(page) < pageEntries {
			return nil
		}
	}
}

// read handles an entry that was not heard.
func (k *Backlog) read(e entry) {
	row, known := k.bridge.rows[e.channel]
	if !known || !k.bridge.channels[row].Replay || len(e.text) > k.bridge.cfg.MessageMax {
		k.live.Lock()
		k.reach(e)
		k.live.Unlock()
		return
	}
	k.counts.filled.Add(1)
	k.handle(raw{row: row, text: e.text, received: e.id.time()}, e)
}

// checkOldest finds out whether entries are gone before they were read.
func (k *Backlog) checkOldest(ctx context.Context) error {
	oldest, found, err := k.oldest(ctx)
	if err != nil || !found || !oldest.id.after(k.handled.next()) {
		return err
	}
	k.live.Lock()
	k.ring.restart(oldest.id)
	k.live.Unlock()
	if !oldest.isBreak() {
		k.counts.gaps.Add(1)
		k.log.Warn().Msg("a gap: the backlog does not reach back to what was heard last")
	}
	return nil
}

func (k *Backlog) oldest(ctx context.Context) (e entry, found bool, err error) {
	messages, err := k.client.XRangeN(ctx, backlogStream, "-", "+", 1).Result()
	if err != nil {
		return entry{}, false, fmt.Errorf("read the backlog: %w", err)
	}
	if len(messages) == 0 {
		return entry{}, false, nil
	}
	e, found = readEntry(messages[0])
	return e, found, nil
}

// page reads entries from first to last.
func (k *Backlog) page(ctx context.Context, first, last entryID) ([]entry, error) {
	messages, err := k.client.XRangeN(ctx, backlogStream, first.String(), last.String(), pageEntries).Result()
	if err != nil {
		return nil, fmt.Errorf("read the backlog: %w", err)
	}
	page := make([]entry, 0, len(messages))
	for _, m := range messages {
		if e, ok := readEntry(m); ok {
			page = append(page, e)
		}
	}
	return page, nil
}

func readEntry(m redis.XMessage) (e entry, ok bool) {
	e.id, ok = parseEntryID(m.ID)
	e.channel, _ = m.Values[fieldChannel].(string)
	e.text, _ = m.Values[fieldText].(string)
	return e, ok
}
