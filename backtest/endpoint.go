package backtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"tocsin/chain"
	"tocsin/detect"
	"tocsin/evm"
	"tocsin/fault"
)

const (
	tries      = 8 // of one block, before the replay gives up
	firstPause = 250 * time.Millisecond
	lastPause  = 8 * time.Second

	blockMark = "block" // the mark of an endpoint: the next block
)

// Endpoint is history as an endpoint tells it. Blocks are fetched beside each other and verified.
type Endpoint struct {
	client   chain.Client
	from, to uint64
	limit    *rate.Limiter
	next     uint64
	done     atomic.Int64

	wants []detect.Want // asked at each block whose number is a multiple of every
	every uint64

	tracer chain.Tracer // asked for the calls of each block; nil: they are not wanted
}

// NewEndpoint gives the blocks from one to another, both included, asking for at most so many a second; 0 is no limit.
func NewEndpoint(c chain.Client, from, to uint64, perSecond float64) *Endpoint {
	limit := rate.Inf
	if perSecond > 0 {
		limit = rate.Limit(perSecond)
	}
	return &Endpoint{client: c, from: from, to: to, limit: rate.NewLimiter(limit, 1)}
}

// Range names the first block; a later run may go further.
func (e *Endpoint) Range() string { return fmt.Sprintf("from=%d", e.from) }

// Open looks whether the endpoint has the blocks.
func (e *Endpoint) Open(ctx context.Context, done Marks) error {
	head, err := e.client.Head(ctx)
	if err != nil {
		return err
	}
	if e.to > head.Number {
		return fault.New(fault.Invalid, "Block %d is not there yet: the chain is at block %d.", e.to, head.Number).Instead("End at a block that exists.")
	}
	if e.to < e.from {
		return fault.New(fault.Invalid, "The last block, %d, comes before the first, %d.", e.to, e.from)
	}
	e.next = max(e.from, done[blockMark])
	e.done.Store(int64(min(e.next, e.to+1) - e.from))
	return nil
}

// Next is the next block.
func (e *Endpoint) Next(context.Context) (Piece, error) {
	if e.next > e.to {
		return Piece{}, io.EOF
	}
	n := e.next
	e.next++
	return Piece{Where: fmt.Sprintf("block %d", n), Name: blockMark, End: n + 1, Load: func(ctx context.Context) (Loaded, error) {
		b, err := e.fetch(ctx, n)
		if err != nil {
			return Loaded{}, err
		}
		if e.tracer != nil {
			b.Traces, _ = e.trace(ctx, e.tracer, b) // where there are none, the report says so
		}
		answers := e.answers(ctx, n)
		if err := context.Cause(ctx); err != nil {
			return Loaded{}, err
		}
		e.done.Add(1)
		return Loaded{Block: b, Answers: answers, Unverifiable: b.Unverified}, nil
	}}, nil
}

// fetch asks for a block until the endpoint gives it, with growing pauses.
func (e *Endpoint) fetch(ctx context.Context, n uint64) (*evm.Block, error) {
	return patiently(ctx, e.limit, func() (*evm.Block, error) { return e.client.Block(ctx, n) })
}

// patiently asks until there is an answer, or an error that asking again would not mend.
func patiently[T any](ctx context.Context, limit *rate.Limiter, ask func() (T, error)) (T, error) {
	var none T
	pause := firstPause
	for try := 1; ; try++ {
		if err := limit.Wait(ctx); err != nil {
			return none, err
		}
		v, err := ask()
		if err == nil || ctx.Err() != nil || !fault.Is(err, fault.Unavailable) || errors.Is(err, evm.ErrLie) || try == tries {
			return v, err
		}
		t := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			t.Stop()
			return none, context.Cause(ctx)
		case <-t.C:
		}
		pause = min(2*pause, lastPause)
	}
}

// Progress counts blocks.
func (e *Endpoint) Progress() (done, total int64) { return e.done.Load(), int64(e.to-e.from) + 1 }

// Close does nothing: the client is its owner's.
func (e *Endpoint) Close() {}
