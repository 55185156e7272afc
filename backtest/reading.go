package backtest

import (
	"context"
	"errors"
	"sync"

	"tocsin/chain"
	"tocsin/detect"
	"tocsin/fault"
)

// Reader is a source that also tells how things stood at its blocks.
type Reader interface {
	Source
	// Read has the blocks whose number is a multiple of every carry the answers to what is wanted. An error says why
	// the source cannot tell.
	Read(ctx context.Context, wants []detect.Want, every uint64) error
}

// readAtOnce is how many questions about one block are under way.
const readAtOnce = 8

// Read asks one question about the first block: an endpoint that has forgotten how things stood there cannot tell.
func (e *Endpoint) Read(ctx context.Context, wants []detect.Want, every uint64) error {
	if len(wants) == 0 {
		return nil
	}
	_, err := e.ask(ctx, wants[0], e.from)
	if r := (*chain.Revert)(nil); err != nil && !errors.As(err, &r) {
		return err
	}
	e.wants, e.every = wants, max(every, 1)
	return nil
}

// answers asks all that is wanted at a block; nil where nothing is.
func (e *Endpoint) answers(ctx context.Context, number uint64) []detect.Answer {
	if len(e.wants) == 0 || number%e.every != 0 {
		return nil
	}
	list := make([]detect.Answer, len(e.wants))
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(readAtOnce, len(list)) {
		wg.Go(func() {
			for i := range next {
				a, err := e.ask(ctx, e.wants[i], number)
				if err != nil {
					a = detect.Answer{Failed: chain.Why(err)}
				}
				list[i] = a
			}
		})
	}
	for i := range list {
		next <- i
	}
	close(next)
	wg.Wait()
	return list
}

// ask asks one question until it is answered, with growing pauses.
func (e *Endpoint) ask(ctx context.Context, want detect.Want, number uint64) (detect.Answer, error) {
	return patiently(ctx, e.limit, func() (a detect.Answer, err error) {
		if want.Data == nil {
			a.Balance, err = e.client.Balance(ctx, want.To, &number)
		} else {
			a.Data, err = e.client.Call(ctx, chain.Message{To: &want.To, Data: want.Data}, &number)
		}
		return a, err
	})
}

// read has the source tell how things stood, where detectors want to know; those that it cannot tell are left out.
func (r *replay) read(ctx context.Context) error {
	wants := r.index.Wants(r.chain)
	src, ok := r.o.Source.(Reader)
	if len(wants) == 0 || !ok {
		return nil
	}
	err := src.Read(ctx, wants, r.o.ReadEvery)
	if err == nil || ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if !fault.Is(err, fault.Unavailable) && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Invalid) {
		return err
	}
	r.unread = "the endpoint does not tell how things stood so long ago (" + chain.Why(err) + "): an archive node does"
	return r.compile()
}
