package redisbridge

// memory is what translators keep from one message to the next. The router loop
// writes it; what others read of it is safe for concurrent use on its own.
type memory struct {
	processing processing
	feeds      *feeds
	charts     *Charts
	movers     *Movers
	jobs       *Jobs // nil = nobody keeps records
}

func newMemory() *memory {
	return &memory{
		feeds:  newFeeds(),
		charts: newCharts(),
		movers: &Movers{},
	}
}
