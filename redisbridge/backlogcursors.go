package redisbridge

import "crypto/sha256"

// fingerprint tells messages apart.
type fingerprint [16]byte

func fingerprintOf(channel, text string) (print fingerprint) {
	hash := sha256.New()
	hash.Write([]byte(channel))
	hash.Write([]byte{0})
	hash.Write([]byte(text))
	copy(print[:], hash.Sum(nil))
	return print
}

// cursors say of each message which of its entries came last: the same one published again is an entry after it.
// Only the latest are remembered.
type cursors struct {
	most          int
	base          entryID // of messages that are not remembered
	closed        entryID // what will be the base when earlier is forgotten
	earlier, late map[fingerprint]entryID
}

func newCursors(most int) cursors { return cursors{most: most, late: make(map[fingerprint]entryID)} }

// reset forgets all: whatever is heard from now on has an entry after base.
func (c *cursors) reset(base entryID) {
	*c = newCursors(c.most)
	c.base, c.closed = base, base
}

func (c *cursors) of(print fingerprint) entryID {
	if id, known := c.late[print]; known {
		return id
	}
	if id, known := c.earlier[print]; known {
		return id
	}
	return c.base
}

// move notes an entry; handled is the newest of all.
func (c *cursors) move(print fingerprint, id, handled entryID) {
	if c.of(print).after(id) {
		return
	}
	if len(c.late) >= c.most {
		c.base, c.closed = c.closed, handled
		c.earlier, c.late = c.late, make(map[fingerprint]entryID)
	}
	c.late[print] = id
}
