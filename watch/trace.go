package watch

import (
	"context"
	"errors"
	"sync"
	"time"

	"tocsin/chain"
	"tocsin/evm"
	"tocsin/fault"
)

// How blocks get their traces.
const (
	traceWithin = 4 * time.Second // a block without them by then goes on as it is
	traceTries  = 3               // an endpoint may know a block before it can trace it
	tracePause  = 200 * time.Millisecond
	traceAtOnce = 4 // blocks that are traced beside each other
)

// errHalted ends following: whoever takes the steps has had enough.
var errHalted = errors.New("the steps are not taken any more")

// walk follows the chain as the client does. Where detectors look for internal calls, blocks come with their traces: each is
// asked for beside the others, and the steps stay in their order.
func (w *Watcher) walk(ctx context.Context, from chain.Cursor, f func(chain.Step) error) error {
	if !w.o.Index.Traces(w.chain) {
		return w.o.Client.Follow(ctx, from, f)
	}
	type coming struct {
		step  chain.Step
		ready chan struct{}
	}
	ctx, halt := context.WithCancelCause(ctx)
	defer halt(nil)
	queue, done := make(chan coming, traceAtOnce), make(chan error, 1)
	go func() {
		var err error
		for c := range queue {
			<-c.ready
			if err != nil {
				continue
			}
			if err = f(c.step); err != nil {
				halt(errHalted)
			}
		}
		done <- err
	}()
	var tracing sync.WaitGroup
	err := w.o.Client.Follow(ctx, from, func(s chain.Step) error {
		c := coming{step: s, ready: make(chan struct{})}
		tracing.Go(func() {
			defer close(c.ready)
			if !s.Orphaned {
				w.trace(ctx, s.Block)
			}
		})
		select {
		case queue <- c:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	})
	tracing.Wait()
	close(queue)
	if failed := <-done; failed != nil {
		return failed
	}
	return err
}

// trace gives a block its traces. Where it cannot, the block goes without them, and the detectors that look for them say so.
func (w *Watcher) trace(ctx context.Context, b *evm.Block) {
	t, ok := w.o.Client.(chain.Tracer)
	if !ok || len(b.Transactions) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, traceWithin)
	defer cancel()
	for try := 1; ; try++ {
		frames, err := t.Trace(ctx, b)
		if err == nil {
			b.Traces = frames
			return
		}
		if try == traceTries || errors.Is(err, chain.ErrNoTraces) || !sleep(ctx, tracePause) {
			w.log.Warn("what was called within transactions is not known", "block", b.Number, "err", fault.Sentence(err))
			return
		}
	}
}
