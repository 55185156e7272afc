package watch

import (
	"strings"
	"testing"

	"tocsin/chain"
	"tocsin/evm"
)

// A client may follow a reorganisation deeper than the state remembers. People are told once, and what is remembered is
// taken back.
func TestWhatIsForgottenIsNotOrphanedInSilence(t *testing.T) {
	d, p := newDesk(), testPlan("")
	_, _, _ = d.Lease(t.Context(), "", p.Reviewed.Time)
	w := New(Options{Engine: d, Client: &blinking{}, Plan: p, Index: testIndex(t, p)})
	c := committer{w: w, epoch: d.epoch, state: &state{V: stateVersion}}
	block := func(fork, number byte) chain.Step {
		b := &evm.Block{}
		b.Number, b.Hash, b.Time = uint64(number), evm.Hash{fork, number}, 1000+uint64(number)
		b.Transactions = []evm.Transaction{{Hash: b.Hash, To: &target}}
		return chain.Step{Ref: chain.Ref{Number: b.Number, Hash: b.Hash}, Block: b}
	}
	take := func(s chain.Step) {
		c.take(item{step: &s})
		if err := c.commit(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	const from, to = 1, 40 // sixteen blocks are remembered
	for n := byte(from); n <= to; n++ {
		take(block(1, n))
	}
	for n := byte(to); n >= from; n-- {
		s := block(1, n)
		take(chain.Step{Ref: s.Ref, Orphaned: true})
	}
	for n := byte(from); n <= to; n++ {
		take(block(2, n))
	}
	said, old, fresh := 0, 0, 0
	for id, tx := range d.live {
		switch {
		case strings.HasPrefix(id, "reorg-"):
			said++
		case strings.HasPrefix(tx, "0x01"):
			old++
		default:
			fresh++
		}
	}
	if said != 1 || old != to-16 || fresh != to || len(d.doubled)+len(d.unknown) > 0 {
		t.Errorf("said %d times; %d findings of forgotten blocks stand, %d of the new ones; doubled %v, unknown %v", said, old, fresh, d.doubled, d.unknown)
	}
}
