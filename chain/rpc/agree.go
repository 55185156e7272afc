package rpc

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tocsin/chain"
	"tocsin/evm"
	"tocsin/fault"
)

// agreement is the head that most endpoints stand by.
type agreement struct {
	head   evm.Header
	voters []*member // in whose chain the head is
	err    error     // why there is none
}

// view is what an endpoint said last of its head.
type view struct {
	m    *member
	head evm.Header
}

// The times of judging.
const (
	firstVoices = 500 * time.Millisecond // so long the start waits for endpoints that have not been heard
	voteWithin  = 2 * time.Second        // a vote that takes longer does not count
	voteDepth   = 8                      // blocks below the head that are searched for one that most have
)

// judgeAll judges whenever there is something new, and now and then for those that fall silent.
func (p *Pool) judgeAll(ctx context.Context) {
	tick := time.NewTicker(min(p.o.LagFor, p.o.DisagreeFor)/4 + 1)
	defer tick.Stop()
	begun := time.NewTimer(firstVoices)
	defer begun.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.stir:
		case <-tick.C:
		case <-begun.C:
		}
		p.judge(ctx)
	}
}

// judge finds out what most endpoints agree on now, and whom to hold it against if they do not.
func (p *Pool) judge(ctx context.Context) agreement {
	select {
	case p.judging <- struct{}{}:
		defer func() { <-p.judging }()
	case <-ctx.Done():
		return agreement{err: fmt.Errorf("judge heads: %w", context.Cause(ctx))}
	}
	p.mu.Lock()
	views, before, waiting := p.views(), p.agreed, p.unheard()
	p.mu.Unlock()
	now := before
	switch {
	case waiting:
	case len(views) == 0:
		p.mu.Lock()
		now = agreement{err: p.nobody()}
		p.mu.Unlock()
	case len(views) == 1:
		now = agreement{head: views[0].head, voters: []*member{views[0].m}}
	case len(views) == 2:
		now = p.ofTwo(ctx, views[0], views[1], before)
	default:
		now = p.ofMany(ctx, views, before)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	changed := now.head.Hash != before.head.Hash || (now.err == nil) != (before.err == nil)
	p.agreed = now
	if now.err == nil {
		p.hold(views, now)
	}
	if changed {
		p.announce()
	}
	return now
}

// views lists what is known of the heads; p.mu is held.
func (p *Pool) views() []view {
	var list []view
	for _, m := range p.inUse() {
		if m.known {
			list = append(list, view{m, m.head})
		}
	}
	slices.SortStableFunc(list, func(a, b view) int { // highest first
		switch {
		case a.head.Number > b.head.Number:
			return -1
		case a.head.Number < b.head.Number:
			return 1
		}
		return 0
	})
	return list
}

// unheard reports whether the start still waits for somebody's first word; p.mu is held.
func (p *Pool) unheard() bool {
	if time.Since(p.start) > firstVoices {
		return false
	}
	return slices.ContainsFunc(p.inUse(), func(m *member) bool { return !m.heard })
}

// ofTwo: the longer chain if it continues the other. Where they part, the one that continues what was agreed on before, until
// the other is longer by two.
func (p *Pool) ofTwo(ctx context.Context, high, low view, before agreement) agreement {
	one := func(v view) agreement { return agreement{head: v.head, voters: []*member{v.m}} }
	if high.head.Hash == low.head.Hash {
		return agreement{head: high.head, voters: []*member{high.m, low.m}}
	}
	if low.head.Number < high.head.Number {
		if h, err := p.hashAt(ctx, high.m, low.head.Number); err != nil {
			return before // no answer is no vote
		} else if h == low.head.Hash {
			return one(high)
		}
	}
	if before.err != nil || high.head.Number >= low.head.Number+2 {
		return one(high)
	}
	continues := func(v view) bool {
		if v.head.Number < before.head.Number {
			return false
		}
		h, err := p.hashAt(ctx, v.m, before.head.Number)
		return err == nil && h == before.head.Hash
	}
	switch h, l := continues(high), continues(low); {
	case h == l && high.head.Number == low.head.Number && slices.Contains(before.voters, low.m) && !slices.Contains(before.voters, high.m), l && !h:
		return one(low)
	}
	return one(high)
}

// ofMany: the highest block that more than half stand by.
func (p *Pool) ofMany(ctx context.Context, views []view, before agreement) agreement {
	most := len(views)/2 + 1
	top := views[most-1].head.Number
	for n := top; ; n-- {
		if a := p.vote(ctx, views, n, most); a.err == nil {
			return a
		}
		if n == 0 || top-n >= voteDepth {
			break
		}
	}
	if before.err == nil {
		return before
	}
	return agreement{err: fault.New(fault.Unavailable, "The endpoints of chain %d do not agree about block %d.", p.o.ChainID, top)}
}

// vote asks for the block at a height.
func (p *Pool) vote(ctx context.Context, views []view, number uint64, most int) agreement {
	type ballot struct {
		v    view
		hash hash
		err  error
	}
	ballots := make(chan ballot, len(views))
	n := 0
	for _, v := range views {
		if v.head.Number < number {
			continue
		}
		n++
		if !p.spawn(func(own context.Context) {
			h, err := p.hashAt(own, v.m, number)
			ballots <- ballot{v, h, err}
		}) {
			ballots <- ballot{v: v, err: p.closing()}
		}
	}
	ctx, cancel := context.WithTimeout(ctx, voteWithin)
	defer cancel()
	votes := map[hash][]view{}
	var won hash
	for ; n > 0; n-- {
		select {
		case b := <-ballots:
			if b.err != nil {
				continue
			}
			votes[b.hash] = append(votes[b.hash], b.v)
			if len(votes[b.hash]) >= most && won == (hash{}) {
				won = b.hash
			}
		case <-ctx.Done():
			n = 1
		}
		if won != (hash{}) && len(ballots) == 0 {
			break // those who are slow join the next time
		}
	}
	if won == (hash{}) {
		return agreement{err: fault.New(fault.Unavailable, "The endpoints of chain %d do not agree about block %d.", p.o.ChainID, number)}
	}
	a := agreement{}
	for _, v := range votes[won] {
		a.voters = append(a.voters, v.m)
		if v.head.Hash == won {
			a.head = v.head
		}
	}
	if a.head.Hash != won { // everybody is further already
		h, err := p.header(ctx, won, number, a.voters)
		if err != nil {
			return agreement{err: err}
		}
		a.head = h
	}
	return a
}

// hashAt is the hash at a height of the chain that the endpoint's head is the end of.
func (p *Pool) hashAt(ctx context.Context, m *member, number uint64) (hash, error) {
	p.mu.Lock()
	h, ok := m.hashes[number]
	head := m.head.Hash
	p.mu.Unlock()
	if ok {
		return h, nil
	}
	ctx, cancel := context.WithTimeout(ctx, voteWithin)
	defer cancel()
	select {
	case <-ctx.Done():
		return hash{}, fmt.Errorf("ask for block %d: %w", number, context.Cause(ctx))
	case got := <-askAll(p, []*member{m}, func(ctx context.Context, m *member) (evm.Header, error) { return m.c.headerAt(ctx, number) }):
		if got.err != nil {
			return hash{}, got.err
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		if m.head.Hash == head && m.out == nil {
			m.hashes[number] = got.value.Hash
		}
		return got.value.Hash, nil
	}
}

// proven is the height that the chain has for certain: more than one endpoint stands by it, or its block was verified; p.mu is
// held.
func (p *Pool) proven(a agreement) uint64 {
	if a.err == nil && len(a.voters) > 1 {
		return max(p.verified, a.head.Number)
	}
	return p.verified
}

// hold looks for endpoints that lag behind or stand apart for too long; p.mu is held.
func (p *Pool) hold(views []view, a agreement) {
	now, chainAt := time.Now(), min(p.proven(a), views[0].head.Number)
	since := func(t *time.Time, so bool, limit time.Duration) bool {
		if !so {
			*t = time.Time{}
			return false
		}
		if t.IsZero() {
			*t = now
		}
		return now.Sub(*t) >= limit
	}
	for _, v := range views {
		if v.m.out != nil || len(views) == 1 {
			continue
		}
		if since(&v.m.lagging, v.head.Number+p.o.LagBlocks < chainAt, p.o.LagFor) {
			v.m.drop(chain.Lags, v.m.lagging, v.m.behind(v.head.Number, chainAt))
			continue
		}
		at, known := v.m.hashes[a.head.Number]
		apart := known && at != a.head.Hash || v.head.Number == a.head.Number && v.head.Hash != a.head.Hash
		if len(views) == 2 && len(a.voters) == 1 && v.m != a.voters[0] && v.head.Number < a.head.Number {
			if other, ok := a.voters[0].hashes[v.head.Number]; ok && other != v.head.Hash {
				apart = true
			}
		}
		if since(&v.m.apart, apart, p.o.DisagreeFor) {
			v.m.drop(chain.Disagrees, v.m.apart, v.m.apartFrom(a.head))
		}
	}
}
