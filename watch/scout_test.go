package watch

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"tocsin/chain"
)

// slow is a chain of which old blocks come only when they are let through.
type slow struct {
	chain.Client
	mu    sync.Mutex
	gate  chan struct{} // closed: everything passes
	older uint64        // what begins after an older block waits at the gate
}

func newSlow(c chain.Client, older uint64) *slow {
	return &slow{Client: c, gate: make(chan struct{}), older: older}
}

func (s *slow) shut(older uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gate, s.older = make(chan struct{}), older
}

func (s *slow) open() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.gate)
}

func (s *slow) Follow(ctx context.Context, from chain.Cursor, f func(chain.Step) error) error {
	inOrder := false
	return s.Client.Follow(ctx, from, func(step chain.Step) error {
		s.mu.Lock()
		gate, older := s.gate, s.older
		s.mu.Unlock()
		if inOrder = inOrder || step.Ref.Number <= older; inOrder {
			select {
			case <-gate:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return f(step)
	})
}

// exact checks that what stands is what the chain holds from a block on, each once.
func (d *desk) exact(t *testing.T, want map[string]int) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	got := map[string]int{}
	for _, tx := range d.live {
		got[tx]++
	}
	if len(want) == 0 || len(got) != len(want) {
		t.Errorf("%d payments stand, %d were made", len(got), len(want))
	}
	for tx, times := range want {
		if got[tx] != times {
			t.Errorf("payment %s was found %d times", tx, got[tx])
		}
	}
	if len(d.doubled) > 0 || len(d.unknown) > 0 {
		t.Errorf("doubled %v, retracted without having been found %v", d.doubled, d.unknown)
	}
}

// stands reports whether exactly the payments of some blocks stand; d.mu is held.
func (d *desk) stands(want map[string]int) bool {
	if len(d.live) != len(want) {
		return false
	}
	for _, tx := range d.live {
		if want[tx] == 0 {
			return false
		}
	}
	return true
}

// After a downtime the head is watched at once, however long the gap takes. What the chain leaves there is taken back, also
// by a watch that was started anew, and what comes in order later is not found again.
func TestTheHeadIsWatchedBesideTheGap(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	n, d, p := newNode(t, ctx), newDesk(), testPlan("")
	p.Chains[0].Reorg = 64
	for range 40 {
		n.pay(ctx)
	}
	first := uint64(1)
	s := newSlow(n.client, 39)
	o := Options{Engine: d, Client: s, Plan: p, Index: testIndex(t, p), From: &first}
	kill := start(ctx, o)
	atHead := func(what string) {
		t.Helper()
		want := n.payments(ctx, 40)
		d.await(t, ctx, what, func() bool { return d.stands(want) })
	}
	atHead("the head is seen although the gap is not filled")
	for range 3 {
		n.pay(ctx)
	}
	atHead("what follows is seen")
	if err := n.Reorg(ctx, 2, false); err != nil {
		t.Fatal(err)
	}
	n.pay(ctx)
	atHead("what the chain left is taken back")
	kill()
	if err := n.Reorg(ctx, 2, false); err != nil {
		t.Fatal(err)
	}
	n.pay(ctx)
	kill = start(ctx, o)
	defer func() { kill() }()
	atHead("what the chain left in a downtime is taken back")
	d.mu.Lock()
	block, stored := d.last.Block, d.state
	d.mu.Unlock()
	if block > 38 {
		t.Fatalf("the gap was filled up to block %d meanwhile", block)
	}
	if kept := new(state); json.Unmarshal(stored, kept) != nil || len(kept.Ahead) == 0 {
		t.Fatalf("what was seen ahead is not kept: %s", stored)
	}
	s.open()
	head := n.Head()
	d.await(t, ctx, "the gap is filled", func() bool { return d.last.Block == head.Number })
	n.pay(ctx)
	head = n.Head()
	d.await(t, ctx, "the watch goes on", func() bool { return d.last.Block == head.Number })
	d.exact(t, n.payments(ctx, 1))
	if left := new(state); json.Unmarshal(d.state, left) != nil || len(left.Ahead) != 0 {
		t.Errorf("it is still remembered what was seen ahead: %s", d.state)
	}
}

// Whatever dies and wherever the chain turns while a gap is filled, each payment of the canonical chain is found once.
func TestNothingIsSkippedOrDoubledBesideAGap(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	seeds := uint64(3)
	if testing.Short() {
		seeds = 1
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 17))
			n, d, p := newNode(t, ctx), newDesk(), testPlan("")
			p.Chains[0].Reorg = 128 // nothing is forgotten: the engine alone would know that it was told
			dice := rand.New(rand.NewPCG(seed, 18))
			d.fail = func() (bool, bool) { return dice.IntN(12) == 0, dice.IntN(12) == 0 }
			first := uint64(1)
			s := newSlow(n.client, 0)
			s.open()
			o := Options{Engine: d, Client: s, Plan: p, Index: testIndex(t, p), From: &first}
			kill := start(ctx, o)
			shut := false
			for range 4 {
				kill()
				for range farBehind + 1 + r.IntN(8) {
					n.pay(ctx)
				}
				if !shut {
					s.shut(n.Head().Number - uint64(r.IntN(farBehind)))
				}
				shut = true
				kill = start(ctx, o)
				for range 6 {
					switch r.IntN(5) {
					case 0:
						if err := n.Reorg(ctx, 1+r.IntN(6), r.IntN(2) == 0); err != nil {
							t.Fatal(err)
						}
					case 1:
						kill()
						kill = start(ctx, o)
					case 2:
						head := n.payments(ctx, n.Head().Number)
						d.await(t, ctx, "the head is seen", func() bool {
							for _, tx := range d.live {
								delete(head, tx)
							}
							return len(head) == 0
						})
					default:
						n.pay(ctx)
					}
				}
				if r.IntN(2) == 0 {
					s.open()
					shut = false
				}
			}
			if shut {
				s.open()
			}
			n.pay(ctx)
			head := n.Head()
			d.await(t, ctx, "the last head is seen", func() bool { return d.last.Block == head.Number })
			kill()
			d.exact(t, n.payments(ctx, 1))
		})
	}
}
