package rooms

// spareMax is how many may match at once without allocating.
const spareMax = 8

// spare keeps a few used values for whoever is next; with more at once, the rest allocate.
// Unlike a sync.Pool it never forgets what it holds.
type spare[T any] chan *T

func newSpare[T any]() spare[T] { return make(chan *T, spareMax) }

func (s spare[T]) take() *T {
	select {
	case v := <-s:
		return v
	default:
		return new(T)
	}
}

func (s spare[T]) keep(v *T) {
	select {
	case s <- v:
	default:
	}
}
