package exercise_test

import (
	"bytes"
	"os"
	"slices"
	"testing"

	"tocsin/exercise"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/plan"
)

func TestProposals(t *testing.T) {
	p, _ := reported(t)
	list := exercise.Proposals(p.plan, p.state, []*incident.State{p.x})
	var kinds []string
	for _, x := range list {
		kinds = append(kinds, x.Kind)
	}
	if !slices.Equal(kinds, []string{exercise.ProposeTested, exercise.ProposeNote, exercise.ProposeStep}) {
		t.Fatalf("proposed: %+v", list)
	}
	if n := list[1].Note; n.About != "procedures[stop-theft]" || n.Text != "Repair: The step does not say where Cyd tries a repair. (Exercise of 21 November 2026.)" || list[1].Lesson != 1 {
		t.Errorf("the note: %+v", list[1])
	}
	if st := list[2].Step; list[2].Procedure != "stop-theft" || !slices.Equal(st.After, []string{"trace"}) || !st.Optional {
		t.Errorf("the step: %+v", list[2])
	}
	// All of them together make a plan that can be written back.
	_, src, err := plan.Load(os.DirFS("testdata/plan"))
	if err != nil {
		t.Fatal(err)
	}
	before, q := p.plan.Canonical(), p.plan
	for i := range list {
		if q, err = list[i].Apply(q); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(before, p.plan.Canonical()) {
		t.Error("the plan in force changed")
	}
	files, err := plan.Save(q, src)
	if err != nil {
		t.Fatal(err)
	}
	again, _, err := plan.Load(plan.Stored(files))
	if err != nil || again.Tested.Format("2006-01-02") != "2026-11-21" || len(again.Notes) != 1 || len(again.Procedures[0].Steps) != 6 || again.Procedures[0].Steps[2].ID != list[2].Step.ID {
		t.Errorf("written: %v, %+v", err, again)
	}
	if _, err := list[2].Apply(q); !fault.Is(err, fault.Conflict) {
		t.Errorf("made twice: %v", err)
	}
	q.Procedures = nil
	if _, err := list[2].Apply(q); !fault.Is(err, fault.Conflict) {
		t.Errorf("made where its procedure is gone: %v", err)
	}
	if more := exercise.Proposals(play(t).plan, play(t).state, nil); len(more) > 0 {
		t.Errorf("a session that runs proposes %+v", more)
	}
}
