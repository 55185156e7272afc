package backtest

import (
	"context"
	"io"
	"sync"

	"golang.org/x/sync/semaphore"
)

const (
	pieceBudget = 24 << 20 // bytes of pieces that wait to be decoded or replayed; one larger piece goes alone
	ahead       = 4        // pieces for each worker that are read ahead
)

// job is a piece on its way through a worker.
type job struct {
	piece  Piece
	loaded Loaded
	err    error
	weight int64
	done   chan struct{}
}

// inOrder loads the pieces of a source on so many workers beside each other, and hands them to each in the source's order.
// The first error, in that order, ends it.
func inOrder(ctx context.Context, workers int, src Source, each func(Piece, Loaded) error) error {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	budget := semaphore.NewWeighted(pieceBudget)
	work, order := make(chan *job), make(chan *job, ahead*workers)
	wg.Go(func() {
		defer close(work)
		defer close(order)
		read(ctx, src, budget, work, order)
	})
	for range workers {
		wg.Go(func() {
			for j := range work {
				j.loaded, j.err = j.piece.Load(ctx)
				j.piece.Load = nil // lets go of what it was decoded from
				close(j.done)
			}
		})
	}
	for j := range order {
		select {
		case <-j.done:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if j.err == io.EOF {
			return nil
		}
		if j.err != nil {
			return j.err
		}
		if err := each(j.piece, j.loaded); err != nil {
			return err
		}
		budget.Release(j.weight)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	return context.Cause(ctx)
}

// read reads pieces until there are no more or one fails; that is the last job, and needs no worker.
func read(ctx context.Context, src Source, budget *semaphore.Weighted, work, order chan<- *job) {
	for {
		j := &job{done: make(chan struct{})}
		j.piece, j.err = src.Next(ctx)
		last := j.err != nil
		if last {
			close(j.done)
		} else {
			j.weight = min(j.piece.Size, pieceBudget)
			if budget.Acquire(ctx, j.weight) != nil {
				return
			}
		}
		select {
		case order <- j:
		case <-ctx.Done():
			return
		}
		if last {
			return
		}
		select {
		case work <- j:
		case <-ctx.Done():
			return
		}
	}
}
