package engine_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/decision"
	"tocsin/engine"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/plan"
	"tocsin/store"
)

// extended is a newer plan with a step more.
func extended(t testing.TB) *plan.Plan {
	t.Helper()
	p := newer(t, "2")
	steps := &p.Procedures[0].Steps
	*steps = slices.Insert(*steps, 1, plan.Step{ID: "freeze", Name: "Freeze", Purpose: "halt", Owner: "lead"})
	return p
}

// TestTakeUp lets an incident run by a newer plan, on a node that had it in memory and on one that had not.
func TestTakeUp(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		clock := newClock()
		e, other := pinned(t, st, "a", clock.now, adoptable(t)), pinned(t, st, "b", clock.now, adoptable(t))
		id := report(t, e).State.ID
		look := func(e *engine.Engine) *engine.Newer {
			t.Helper()
			n, err := e.Newer(t.Context(), view(t, e, id))
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		if n := look(other); n != nil {
			t.Fatalf("a newer plan than the one in force: %+v", n)
		}
		next := extended(t)
		_, err := e.Adopt(t.Context(), as("ada"), id, next.Hash())
		want(t, err, fault.Conflict) // nobody has adopted it
		x := propose(t, e, next)
		answer(t, e, x, "ada", decision.Approve)
		answer(t, other, x, "cyd", decision.Approve)
		n := look(other)
		if n == nil || n.Hash != next.Hash() || n.Not != nil || !slices.Contains(n.Change.Steps, "New step: Freeze.") {
			t.Fatalf("what it would change: %+v", n)
		}
		_, err = e.Adopt(t.Context(), as("ada"), id, evm.Hash{1})
		want(t, err, fault.Conflict)
		v, err := e.Adopt(t.Context(), as("ada"), id, next.Hash())
		if err != nil || v.Plan.Version != "2" || v.State.Plan != next.Hash() {
			t.Fatalf("it runs by version %s, %v", v.Plan.Version, err)
		}
		for _, node := range []*engine.Engine{other, engine.New(engine.Options{Store: st, Now: clock.now})} {
			v := view(t, node, id)
			if v.Plan.Version != "2" || len(incident.StepsOf(v.Plan, v.State)) != len(next.Procedures[0].Steps) {
				t.Errorf("another node has it run by version %s", v.Plan.Version)
			}
			clock.pass(time.Minute)
			if _, err := node.Do(t.Context(), id, incident.Command{Actor: as("ben"), Op: incident.OpNote{Text: "Seen"}}); err != nil {
				t.Error(err)
			}
		}
		if n := look(e); n != nil {
			t.Errorf("a newer plan still: %+v", n)
		}
		_, err = other.Adopt(t.Context(), as("ada"), id, next.Hash())
		want(t, err, fault.Conflict)
		if x, err := e.Export(t.Context(), id); err != nil || x.Manifest.PlanHash != next.Hash().Hex() {
			t.Errorf("the export names the plan %s, %v", x.Manifest.PlanHash, err)
		}
		if r := export(t, other, id); !r.OK() {
			t.Errorf("the export of both plans does not verify: %v", r.Failures)
		}
		doctored(t, e, id, adoptable(t).Hash().Hex())
	})
}

// doctored holds that the export of an incident that took up a newer plan shows what was done to the plan that it ran by before.
func doctored(t *testing.T, e *engine.Engine, id, before string) {
	t.Helper()
	other := "0x" + strings.Repeat("ab", 32)
	for want, edit := range map[string]func(x *journal.Export){
		"is missing": func(x *journal.Export) { x.Earlier = nil },
		"has the hash": func(x *journal.Export) {
			x.Earlier[before] = journal.PlanCopy{Canonical: bytes.Replace(x.Earlier[before].Canonical, []byte("cyd"), []byte("dan"), 1)}
		},
		"No record says that": func(x *journal.Export) { x.Earlier[other] = x.Earlier[before] },
		"The incident runs by the plan": func(x *journal.Export) {
			x.Manifest.PlanHash, x.Canonical, x.Plan = before, x.Earlier[before].Canonical, nil
		},
	} {
		x, err := e.Export(t.Context(), id)
		if err != nil || len(x.Earlier) != 1 || len(x.Earlier[before].Files) == 0 {
			t.Fatalf("the export holds %d earlier plans, %v", len(x.Earlier), err)
		}
		edit(&x)
		var b bytes.Buffer
		if err := journal.WriteExport(&b, x); err != nil {
			t.Fatal(err)
		}
		r, err := journal.VerifyExport(bytes.NewReader(b.Bytes()), int64(b.Len()))
		if err != nil || !strings.Contains(strings.Join(r.Failures, " "), want) {
			t.Errorf("want %q, it says %v, %v", want, r.Failures, err)
		}
	}
}
