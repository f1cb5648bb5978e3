package redisbridge

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	sentinelPatience = time.Second            // for the first answer
	sentinelGrace    = 100 * time.Millisecond // for the others, once one has answered
)

// mastery is what one sentinel says.
type mastery struct {
	addr  string
	epoch int // of the failover that made it master
	err   error
}

// findMaster asks all sentinels at once, each time: one that answers no more costs a moment, where the library's own
// client would stay with it for as long as it is silent. One that was away knows an older master than the others.
func (t target) findMaster(ctx context.Context, d dial) (addr string, err error) {
	ctx, cancel := context.WithTimeout(ctx, sentinelPatience)
	var asking sync.WaitGroup
	defer asking.Wait()
	defer cancel()
	said := make(chan mastery, len(t.addrs))
	for _, sentinel := range t.addrs {
		asking.Go(func() { said <- t.ask(ctx, d, sentinel) })
	}
	latest, refusals := mastery{epoch: -1}, []error(nil)
	for range t.addrs {
		select {
		case m := <-said:
			if m.err != nil {
				refusals = append(refusals, m.err)
				continue
			}
			if m.epoch > latest.epoch {
				latest = m
			}
			time.AfterFunc(sentinelGrace, cancel)
		case <-ctx.Done():
		}
	}
	if latest.addr == "" {
		return "", errors.Join(append(refusals, ctx.Err())...)
	}
	return latest.addr, nil
}

// ask has one sentinel tell of the master. It ends with ctx.
func (t target) ask(ctx context.Context, d dial, sentinel string) mastery {
	client := redis.NewSentinelClient(&redis.Options{
		Addr: sentinel, Dialer: d, Username: t.sentinelUsername, Password: t.sentinelPassword,
		DialTimeout: t.dial, ReadTimeout: t.reply, WriteTimeout: t.reply, ContextTimeoutEnabled: true,
		DialerRetries: 1, MaxRetries: -1, Protocol: 2, DisableIdentity: true, MaintNotificationsConfig: quietly(),
	})
	defer client.Close()
	stop := context.AfterFunc(ctx, func() { _ = client.Close() })
	defer stop()
	told, err := client.Master(ctx, t.master).Result()
	if err != nil {
		return mastery{err: fmt.Errorf("ask the sentinel at %s: %w", sentinel, err)}
	}
	epoch, _ := strconv.Atoi(told["config-epoch"]) // an older sentinel may not say
	if told["ip"] == "" || told["port"] == "" {
		return mastery{err: fmt.Errorf("the sentinel at %s does not say where %s is", sentinel, t.master)}
	}
	return mastery{addr: net.JoinHostPort(told["ip"], told["port"]), epoch: epoch}
}
