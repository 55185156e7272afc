package execute

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/chain"
	"tocsin/evm"
	"tocsin/incident"
	"tocsin/plan"
	"tocsin/signer"
)

// holder says so often that a nonce is still wanted.
type holder struct {
	mu    sync.Mutex
	left  int
	asked []uint64
}

func (h *holder) Held(_ context.Context, _ uint64, _ evm.Address, nonce uint64) (bool, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.asked = append(h.asked, nonce)
	h.left--
	return h.left >= 0, nil
}

// An action that was sent got lost and is given up; the next one waits behind its nonce. It is said, and once nobody can use the nonce any
// more a transaction that does nothing takes it.
func TestNonceThatNobodyUses(t *testing.T) {
	w := newWorld(t, 20*time.Millisecond)
	urgent := func(p *plan.Plan) { p.Actions[0].Urgency = "emergency" }
	lost, o := w.order(0, urgent), w.order(0, urgent)
	h := &holder{left: 2}
	client := &hooked{Client: w.client}
	x := New(Options{Clients: map[uint64]chain.Client{chainID: client}, Signer: signer.Drill(w.executor), Nonces: h})

	ctx, cancel := context.WithCancel(w.ctx)
	client.send = func([]byte) bool { return true } // nothing of the first reaches the chain
	lost.after = func(op incident.Op) {
		if _, ok := op.(incident.OpSent); ok {
			cancel()
		}
	}
	if _, err := x.carry(ctx, lost, "a"); err == nil {
		t.Fatalf("the first was carried out: %+v", lost.action())
	}
	if err := lost.state.Action("a").Sends; len(err) != 1 {
		t.Fatalf("the first: %+v", lost.action())
	}

	client.send = nil
	since, nonce := w.head(), w.nonce()
	var mu sync.Mutex
	var waits []string
	held := -1
	o.after = func(op incident.Op) {
		mu.Lock()
		defer mu.Unlock()
		switch op := op.(type) {
		case incident.OpWaits:
			waits = append(waits, op.Why)
		case incident.OpFilled:
			if held < 0 {
				held = len(h.asked)
			}
		}
	}
	for w.ctx.Err() == nil {
		if _, err := x.carry(w.ctx, o, "a"); err == nil {
			break
		}
	}
	a := o.action()
	if a.State != incident.Verified || !w.paused() || w.landings(since) != 1 || len(a.Sends) != 1 || a.Sends[0].Nonce != nonce+1 {
		t.Fatalf("action %+v, paused %v", a, w.paused())
	}
	if len(a.Fills) == 0 || a.Fills[0].Nonce != nonce || w.nonce() != nonce+2 {
		t.Errorf("fills %+v, and the account went from %d to %d", a.Fills, nonce, w.nonce())
	}
	if fill := decoded(t, a.Fills[0]); *fill.To() != address(w.executor) || fill.Value().Sign() != 0 || len(fill.Data()) != 0 {
		t.Errorf("what fills the nonce does something: %+v", fill)
	}
	if held != 3 || h.asked[0] != nonce {
		t.Errorf("it was filled after %d questions whether the nonce is still wanted, about %v", held, h.asked)
	}
	if len(waits) != 1 || !strings.Contains(waits[0], "waits behind the nonce") || a.Waits != "" {
		t.Errorf("people read %q, and now %q", waits, a.Waits)
	}
}
