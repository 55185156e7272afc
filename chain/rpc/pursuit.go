package rpc

import (
	"context"
	"fmt"
	"sync"

	"tocsin/chain"
	"tocsin/evm"
	"tocsin/fault"
)

// The size of one leg of following.
const (
	leg    = 64 // blocks between one block that is agreed on and the next
	ahead  = 16 // blocks fetched at once
	gently = 4  // where an endpoint has limited how often it may be asked
)

// Follow calls f with every canonical block after the cursor, in order, none skipped and none twice; before that with
// each block that a reorganisation orphaned, newest first. An empty cursor starts with the block that is the head. Blocks
// are those that lead by their parents' hashes from what was told last to a head that the endpoints agree on.
func (p *Pool) Follow(ctx context.Context, from chain.Cursor, f func(chain.Step) error) error {
	news, end := p.subscribe()
	defer end()
	u := pursuit{p: p, trail: newTrail(from, p.o.Depth, f)}
	return pursue(ctx, p.o.Options, p.o.ChainID, &u.trail, news, u.advance, func(error) bool { return false })
}

// pursuit follows the chain that the endpoints of a pool agree on.
type pursuit struct {
	trail
	p *Pool
}

// advance goes as far as the head that is agreed on.
func (u *pursuit) advance(ctx context.Context) error {
	for {
		u.p.mu.Lock()
		a := u.p.agreed
		u.p.mu.Unlock()
		if a.err != nil {
			return a.err
		}
		if there, err := u.towards(ctx, a); there || err != nil {
			return err
		}
	}
}

// towards goes one leg towards a head; there says that it is reached, or is passed already.
func (u *pursuit) towards(ctx context.Context, a agreement) (there bool, err error) {
	target := a.head
	switch {
	case !u.begun:
		return false, u.walk(ctx, []evm.Header{target}, a.voters)
	case target.Hash == u.last.Hash:
		return true, nil
	case target.Number > u.last.Number+leg:
		if target, err = u.p.canonical(ctx, u.last.Number+leg, a.voters); err != nil {
			return false, err
		}
	}
	for _, r := range u.cursor.Recent {
		if r.Number == target.Number && r.Hash == target.Hash {
			return true, nil // the same chain, seen by endpoints that lag behind
		}
	}
	path, known, base, err := u.path(ctx, target, a.voters)
	if err != nil {
		return false, err
	}
	if known < len(u.cursor.Recent) {
		if err := u.orphan(u.cursor.Recent[known:], base); err != nil {
			return false, err
		}
	}
	return false, u.walk(ctx, path, a.voters)
}

// path is the headers that lead to target, oldest first, from the block that it has in common with what was told: the last of
// the first known blocks of the cursor.
func (u *pursuit) path(ctx context.Context, target evm.Header, voters []*member) (path []evm.Header, known int, base chain.Ref, err error) {
	recent := u.cursor.Recent
	if len(recent) == 0 {
		// Everything was orphaned: what comes next must be the child of the block before that.
		recent = []chain.Ref{u.last}
		defer func() { known = 0 }()
	}
	oldest := recent[0]
	if path := u.p.straight(ctx, u.last, target, voters); path != nil {
		return path, len(recent), u.last, nil
	}
	h, err := u.p.sure(ctx, target, voters)
	if err != nil {
		return nil, 0, chain.Ref{}, err
	}
	for {
		path = append([]evm.Header{h}, path...)
		switch {
		case h.Number == 0 || h.Number < oldest.Number:
			if target.Number < oldest.Number {
				return nil, 0, chain.Ref{}, fault.New(fault.Unavailable, "The endpoints of chain %d are behind block %d.", u.p.o.ChainID, oldest.Number)
			}
			return nil, 0, chain.Ref{}, u.deep(u.p.o.ChainID)
		case h.Number == oldest.Number:
			base, err := u.base(ctx, oldest, h)
			return path, 0, base, err
		case h.Number-1 <= u.last.Number:
			if i := int(h.Number - 1 - oldest.Number); i < len(recent) && recent[i].Hash == h.ParentHash {
				return path, i + 1, recent[i], nil
			}
		}
		if len(path) > 2*leg+u.depth {
			return nil, 0, chain.Ref{}, fault.New(fault.Unavailable, "The endpoints of chain %d name a head that leads nowhere.", u.p.o.ChainID)
		}
		if h, err = u.p.header(ctx, h.ParentHash, h.Number-1, voters); err != nil {
			return nil, 0, chain.Ref{}, err
		}
	}
}

// base is the parent of the oldest block remembered, if it is also the parent of the block that took its place.
func (u *pursuit) base(ctx context.Context, oldest chain.Ref, now evm.Header) (chain.Ref, error) {
	gone, err := u.p.header(ctx, oldest.Hash, oldest.Number, nil)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return chain.Ref{}, err
	}
	if err != nil || oldest.Number == 0 || len(u.cursor.Recent) == 0 || gone.ParentHash != now.ParentHash {
		return chain.Ref{}, u.deep(u.p.o.ChainID)
	}
	return chain.Ref{Number: oldest.Number - 1, Hash: gone.ParentHash}, nil
}

// walk processes the blocks along a path. Some are fetched ahead.
func (u *pursuit) walk(ctx context.Context, path []evm.Header, voters []*member) error {
	type fetched struct {
		block *evm.Block
		err   error
	}
	ctx, cancel := context.WithCancel(ctx)
	var fetching sync.WaitGroup
	defer fetching.Wait()
	defer cancel()
	coming := make([]chan fetched, len(path))
	fetch := func(i int) {
		if i >= len(path) {
			return
		}
		coming[i] = make(chan fetched, 1)
		ref := chain.Ref{Number: path[i].Number, Hash: path[i].Hash}
		fetching.Go(func() {
			b, err := u.p.fetch(ctx, ref, voters)
			coming[i] <- fetched{b, err}
		})
	}
	width := u.p.width()
	for i := range width {
		fetch(i)
	}
	for i := range path {
		got := <-coming[i]
		if got.err != nil {
			return got.err
		}
		b := got.block
		if u.begun && b.ParentHash != u.last.Hash {
			return fault.New(fault.Unavailable, "Block %d of chain %d does not continue block %d.", b.Number, u.p.o.ChainID, u.last.Number).
				Because(fmt.Errorf("%w: its parent is %s, not %s", evm.ErrLie, b.ParentHash, u.last.Hash))
		}
		if err := u.step(chain.Step{Ref: chain.Ref{Number: b.Number, Hash: b.Hash}, Block: b}); err != nil {
			return err
		}
		u.p.saw(b.Number)
		u.p.audit(u.last, b.Unverified == "")
		fetch(i + width)
	}
	return nil
}
