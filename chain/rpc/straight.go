package rpc

import (
	"context"
	"sync"
	"time"

	"tocsin/chain"
	"tocsin/evm"
)

// gentleFor is how long an endpoint that limits us is asked for less at once.
const gentleFor = 5 * time.Minute

// width is how many blocks are asked for at once.
func (p *Pool) width() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.limited.IsZero() && time.Since(p.limited) < gentleFor {
		return gently
	}
	return ahead
}

// straight is the headers that lead from a block to one above it, asked for by their numbers beside each other: one after
// the other, by the hash of the parent that each names, would take as long as the way to the endpoint and back for each. They
// count if each hashes to what it says and is the child of the one before, whoever gave it; nil if they do not lead there.
func (p *Pool) straight(ctx context.Context, from chain.Ref, to evm.Header, voters []*member) []evm.Header {
	if to.Number < from.Number+2 || to.Number > from.Number+leg {
		return nil
	}
	path := make([]evm.Header, to.Number-from.Number)
	path[len(path)-1] = to
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var asking sync.WaitGroup
	next := make(chan int)
	for range min(p.width(), len(path)-1) {
		asking.Go(func() {
			for i := range next {
				h, err := ask(ctx, p, voters, func(ctx context.Context, m *member) (evm.Header, error) {
					return m.c.headerAt(ctx, from.Number+1+uint64(i))
				})
				if err != nil {
					cancel() // the way round will say what is wrong
					return
				}
				path[i] = h
			}
		})
	}
	for i := range len(path) - 1 {
		select {
		case next <- i:
		case <-ctx.Done():
		}
	}
	close(next)
	asking.Wait()
	last := from
	for _, h := range path {
		if h.Number != last.Number+1 || h.ParentHash != last.Hash || h.ComputeHash() != h.Hash {
			return nil
		}
		last = chain.Ref{Number: h.Number, Hash: h.Hash}
	}
	return path
}
