package redisbridge

import (
	"context"

	"github.com/redis/go-redis/v9"
	"github.com/rs/zerolog"
)

// AskProducer asks once whether TickStockPL is there, as a Bridge does again and again. The error says why it is not.
func AskProducer(ctx context.Context, client redis.UniversalClient) (ProducerState, error) {
	status, beat, err := newProducer(client, zerolog.Nop()).ask(ctx)
	return ProducerState{Status: status, LastBeat: beat}, err
}
