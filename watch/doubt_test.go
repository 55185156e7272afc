package watch

import (
	"errors"
	"strings"
	"testing"

	"tocsin/chain"
	"tocsin/evm"
	"tocsin/plan"
)

// A chain that cannot be verified is watched on; why is told once for each reason, over restarts too, and calls people
// only where the plan says so.
func TestDoubtIsToldOnceForEachReason(t *testing.T) {
	for _, paged := range []bool{false, true} {
		d, p := newDesk(), testPlan("")
		if paged {
			p.Issues = append(p.Issues, plan.Issue{ID: "odd", Detection: plan.Detection{Detectors: []string{"unverifiable"}}})
		}
		_, _, _ = d.Lease(t.Context(), "", p.Reviewed.Time)
		w := New(Options{Engine: d, Client: &blinking{}, Plan: p, Index: testIndex(t, p)})
		session := func() *committer {
			s, err := w.load(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return &committer{w: w, epoch: d.epoch, state: s}
		}
		take := func(c *committer, n byte, why string) error {
			b := &evm.Block{Unverified: why}
			b.Number, b.Hash, b.Time = uint64(n), evm.Hash{n}, 1000+uint64(n)
			c.take(item{step: &chain.Step{Ref: chain.Ref{Number: b.Number, Hash: b.Hash}, Block: b}})
			return c.commit(t.Context())
		}
		c := session()
		for n, why := range []string{"", "it has odd transactions", "it has odd transactions", "", "its header is odd"} {
			if err := take(c, byte(n+1), why); err != nil {
				t.Fatal(err)
			}
		}
		c = session()
		for n, why := range []string{"it has odd transactions", "its header is odd"} {
			if err := take(c, byte(n+6), why); err != nil {
				t.Fatal(err)
			}
		}
		d.fail = func() (bool, bool) { return true, false }
		if err := take(c, 8, "it has something new"); !errors.Is(err, errInjected) {
			t.Fatal(err)
		}
		d.fail = nil
		c = session()
		if err := take(c, 8, "it has something new"); err != nil {
			t.Fatal(err)
		}
		if len(d.live) != 3 || len(d.doubled) > 0 {
			t.Errorf("findings %v, doubled %v, want three", d.live, d.doubled)
		}
		f := d.last.Findings[0]
		mode := map[bool]string{false: "observe", true: "page"}[paged]
		if f.Detector != "unverifiable" || string(f.Mode) != mode || f.Block != 8 || !strings.Contains(f.Say, "cannot be verified: it has something new.") || len(f.Issues) != len(p.Issues)-len(testPlan("").Issues) {
			t.Errorf("finding %+v", f)
		}
	}
}
