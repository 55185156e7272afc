package engine

import (
	"context"
	"sync"
	"time"

	"tocsin/fault"
)

// pollEvery is how often it is asked whether another process stored something of which the database did not tell.
const pollEvery = time.Second

// listen rings the bell when another process stored something: as soon as the database tells, and by asking now and then for what
// was not told.
func (e *Engine) listen(ctx context.Context, wg *sync.WaitGroup) {
	heard := make(chan struct{}, 1)
	wg.Go(func() {
		e.hear(ctx, func() {
			select {
			case heard <- struct{}{}:
			default:
			}
		})
	})
	wg.Go(func() {
		tick := time.NewTicker(e.poll)
		defer tick.Stop()
		var position uint64
		for {
			switch at, err := e.store.Position(ctx); {
			case err != nil && ctx.Err() == nil:
				e.log.Error("sweep", "what", "look for what other nodes stored", "err", err)
			case err == nil && at != position:
				position = at
				e.bell.ring()
			}
			select {
			case <-ctx.Done():
				return
			case <-heard:
			case <-tick.C:
			}
		}
	})
}

// hear has the database tell, again and again. That it cannot is said once, and that it can again.
func (e *Engine) hear(ctx context.Context, heard func()) {
	said := false
	for ctx.Err() == nil {
		err := e.store.Listen(ctx, func() {
			if said {
				said = false
				e.log.Info("the database tells of other nodes again")
				e.bell.ring() // whoever looked meanwhile may have seen nothing
			}
			heard()
		})
		if ctx.Err() != nil {
			return
		}
		if err != nil && !said {
			said = true
			e.log.Warn("the database does not tell of other nodes just now; they are asked for each second", "say", fault.Sentence(err), "err", err)
		}
		pause := time.NewTimer(sweepEvery)
		select {
		case <-ctx.Done():
		case <-pause.C:
		}
		pause.Stop()
	}
}
