package flaskauth

// Bounded is c with another bound of its memory.
func Bounded(c *Callback, limit int) *Callback {
	c.memo.limit = limit
	return c
}

// Remembered is how many answers are kept.
func (c *Callback) Remembered() int { return c.memo.order.Len() }
