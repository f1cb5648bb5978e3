package server

import (
	"context"
	"time"

	"github.com/tickstock/tickcast/server/sio"
)

const (
	sweepsPerWindow = 4               // a socket can be recovered for at most this part of it too long
	sweepMax        = 3 * time.Second // for the answer to one command of a sweep
	touchedAtOnce   = 500
)

// life of a state, from the last sweep that saw its socket.
func (r *recovery) life() time.Duration { return r.window + r.window/sweepsPerWindow }

// run keeps the states alive until ctx ends.
func (r *recovery) run(ctx context.Context) {
	if r == nil {
		return
	}
	sweep := time.NewTicker(max(r.window/sweepsPerWindow, time.Millisecond))
	defer sweep.Stop()
	soon := time.NewTicker(recoveryPause)
	defer soon.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case pid := <-r.forget:
			r.forgetOne(ctx, pid)
		case <-soon.C:
			r.keepDue()
		case <-sweep.C:
			r.refresh()
			r.touch(ctx)
		}
	}
}

func (r *recovery) forgetOne(ctx context.Context, pid string) {
	limit, cancel := context.WithTimeout(ctx, sweepMax)
	defer cancel()
	if err := r.store.Forget(limit, pid); err != nil && ctx.Err() == nil {
		r.answered(err)
	}
}

// keepDue writes what was not written when it changed.
func (r *recovery) keepDue() {
	r.mu.Lock()
	if time.Now().Before(r.paused) || len(r.due) == 0 {
		r.mu.Unlock()
		return
	}
	due := r.due
	r.due = map[*sio.Socket]bool{}
	r.mu.Unlock()
	for socket := range due {
		r.keep(socket) // is due again if it cannot be
	}
}

// refresh keeps how far browsers have proved to be: who has had no event for long knows a position only that may be
// too old when it returns, or none.
func (r *recovery) refresh() {
	for socket, k := range r.all() {
		proven := socket.Proven()
		k.mu.Lock()
		moved := newer(proven, k.at)
		if moved {
			k.at = proven
		}
		k.mu.Unlock()
		if moved {
			r.changed(socket)
		}
	}
}

func (r *recovery) all() map[*sio.Socket]*keeping {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := make(map[*sio.Socket]*keeping, len(r.kept))
	for socket, k := range r.kept {
		all[socket] = k
	}
	return all
}

// touch begins the lives anew. What Redis has lost meanwhile is written again.
func (r *recovery) touch(ctx context.Context) {
	sockets := map[string]*sio.Socket{}
	var batch []string
	all := r.all()
	for socket := range all {
		sockets[socket.PID()] = socket
		batch = append(batch, socket.PID())
		if len(batch) < touchedAtOnce && len(sockets) < len(all) {
			continue
		}
		limit, cancel := context.WithTimeout(ctx, sweepMax)
		missing, err := r.store.Touch(limit, batch, r.life())
		cancel()
		if ctx.Err() != nil || !r.answered(err) {
			return // the next sweep comes long before a life ends
		}
		for _, pid := range missing {
			if gone := sockets[pid]; gone != nil {
				r.lost(gone, all[gone])
			}
		}
		batch = batch[:0]
	}
	r.keepDue()
}

func (r *recovery) lost(socket *sio.Socket, k *keeping) {
	k.mu.Lock()
	k.sum = 0
	k.mu.Unlock()
	r.changed(socket)
}
