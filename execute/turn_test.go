package execute

import (
	"context"
	"sync"
	"testing"
	"time"

	"tocsin/chain"
	"tocsin/evm"
	"tocsin/incident"
	"tocsin/plan"
	"tocsin/signer"
)

// behind is an endpoint that knows only of what was mined.
type behind struct{ chain.Client }

func (b behind) Nonce(ctx context.Context, a evm.Address, _ bool) (uint64, error) {
	return b.Client.Nonce(ctx, a, false)
}

// turns grants a lease to one at a time, and counts.
type turns struct {
	mu      sync.Mutex
	held    bool
	granted int
	refuse  int // so often another node has it
}

func (l *turns) Lease(_ context.Context, name string, _ time.Time) (uint64, bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.refuse > 0 {
		l.refuse--
		return 0, false, nil
	}
	if l.held {
		return 0, false, nil
	}
	l.held, l.granted = true, l.granted+1
	return 1, true, nil
}

func (l *turns) Release(context.Context, string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held = false
	return nil
}

// Two protocols act at once, and one account sends for both: each has a nonce of its own at the first try, also by an endpoint that
// does not know yet of what another one took, and while another node has its turn.
func TestTwoProtocolsSendFromOneAccount(t *testing.T) {
	w := newWorld(t, 200*time.Millisecond)
	harmless := func(p *plan.Plan) { // a call that nothing refuses, however often
		p.Assets[0].Address, p.Actions[0].Effect = evm.Address{7}, nil
	}
	orders := []*order{w.order(1, harmless), w.order(1, harmless), w.order(1, harmless)}
	l := &turns{refuse: 2}
	x := New(Options{Clients: map[uint64]chain.Client{chainID: behind{w.client}}, Signer: signer.Drill(w.executor), Turns: l})
	before := w.nonce()
	var wg sync.WaitGroup
	for _, o := range orders {
		wg.Go(func() {
			for w.ctx.Err() == nil {
				if _, err := x.carry(w.ctx, o, "a"); err == nil && o.action().State != incident.Sent {
					return
				}
			}
		})
	}
	wg.Wait()
	seen := map[uint64]bool{}
	for _, o := range orders {
		a := o.action()
		if a.Landed == nil || len(a.Sends) != 1 {
			t.Fatalf("action %+v", a)
		}
		seen[a.Sends[0].Nonce] = true
	}
	if len(seen) != len(orders) || w.nonce() != before+uint64(len(orders)) {
		t.Errorf("nonces %v, and the account went from %d to %d", seen, before, w.nonce())
	}
	if l.granted != len(orders) || l.held {
		t.Errorf("the account's turn was taken %d times, and is held: %v", l.granted, l.held)
	}
}
