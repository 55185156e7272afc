package exercise

import (
	"cmp"
	"slices"
	"time"

	"tocsin/incident"
	"tocsin/plan"
)

// StepRow is a step as it went in a run. Times are exercise times.
type StepRow struct {
	Ref      string        `json:"ref,omitempty"` // "procedure/step"; empty for what is not in the plan
	Name     string        `json:"name"`
	Purpose  string        `json:"purpose,omitempty"`
	Expected bool          `json:"expected,omitempty"`
	How      string        `json:"how,omitempty"`     // StepDone, StepSaid, StepSkipped, StepFailed, StepUnderWay, StepPassed; empty: nothing of it
	At       time.Time     `json:"at,omitzero"`       // when it was done or said
	After    plan.Duration `json:"after,omitzero"`    // since the opening was read
	Person   string        `json:"person,omitempty"`  // id; empty if Tocsin did it, or nobody noted who
	Due      time.Time     `json:"due,omitzero"`      // until when it was expected
	Late     plan.Duration `json:"late,omitzero"`     // by so much
	Before   string        `json:"before,omitempty"`  // it came before this step, which the plan puts first
	Missing  bool          `json:"missing,omitempty"` // expected, and it never came
	Wrong    []string      `json:"wrong,omitempty"`   // what was marked as wrong about it
	Marked   bool          `json:"marked,omitempty"`  // by the moderator's mark; else the incident's own record says so
}

// How a step went.
const (
	StepDone     = "done"
	StepSaid     = "said"
	StepSkipped  = "skipped"
	StepFailed   = "failed"
	StepUnderWay = "under-way"
	StepPassed   = "not-taken" // the answer to a question led past it
)

// Taken reports whether the step counts as taken.
func (r *StepRow) Taken() bool { return r.How == StepDone || r.How == StepSaid }

// Steps lists how the steps of a run went: those expected in the order of the script, then others of the plan that were taken, then what
// is not in the plan, by time. What is known comes from the moderator's marks and from the records of the incidents.
func Steps(p *plan.Plan, s *State, run int, incidents []*incident.State) []StepRow {
	r := s.Run(run)
	if r == nil {
		return nil
	}
	w := walk{p: p, s: s, r: r, incidents: s.incidentsOf(run, incidents), end: s.endOf(r)}
	for _, ref := range w.expected() {
		w.row(ref).Expected = true
	}
	w.records()
	w.marks()
	w.deadlines()
	w.order()
	rows := w.rows
	expected := 0
	for expected < len(rows) && rows[expected].Expected {
		expected++
	}
	slices.SortStableFunc(rows[expected:], func(a, b StepRow) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), a.At.Compare(b.At))
	})
	return rows
}

func rank(r StepRow) int {
	if r.Ref == "" {
		return 1
	}
	return 0
}

// incidentsOf are those of some incidents that belong to a run.
func (s *State) incidentsOf(run int, incidents []*incident.State) []*incident.State {
	r := s.Run(run)
	return slices.DeleteFunc(slices.Clone(incidents), func(x *incident.State) bool {
		if x == nil || r == nil {
			return true
		}
		e := x.Exercise
		return !slices.Contains(r.Incidents, x.ID) && (e == nil || e.Session != s.ID || e.Run != run)
	})
}

// endOf is the exercise time until which a run is judged: when it ended, or the last that is known of it.
func (s *State) endOf(r *Run) time.Time {
	if r.Outcome != "" {
		return r.To
	}
	return s.Now(s.Last)
}

// walk gathers the steps of one run.
type walk struct {
	p         *plan.Plan
	s         *State
	r         *Run
	incidents []*incident.State
	end       time.Time
	rows      []StepRow
}

// expected lists the steps that the script expects; those of its issues' procedures that are not optional if it names none.
func (w *walk) expected() []string {
	if len(w.r.Scenario.Steps) > 0 {
		return w.r.Scenario.Steps
	}
	var refs []string
	for _, id := range w.r.Scenario.Issues {
		issue, _ := w.p.Issue(id)
		proc, _ := w.p.Procedure(issue.Procedure)
		for i := range proc.Steps {
			if ref := plan.StepRef(proc.ID, proc.Steps[i].ID); !proc.Steps[i].Optional && !slices.Contains(refs, ref) {
				refs = append(refs, ref)
			}
		}
	}
	return refs
}

// row is the row of a step; new if there is none.
func (w *walk) row(ref string) *StepRow {
	if i := slices.IndexFunc(w.rows, func(r StepRow) bool { return r.Ref == ref }); i >= 0 {
		return &w.rows[i]
	}
	procedure, id, _ := plan.SplitStep(ref)
	st, _ := w.p.Step(procedure, id)
	w.rows = append(w.rows, StepRow{Ref: ref, Name: StepName(w.p, ref), Purpose: st.Purpose})
	return &w.rows[len(w.rows)-1]
}

// take notes that a step was taken; what came first counts.
func (w *walk) take(row *StepRow, how string, at time.Time, person string, marked bool) {
	if row.Taken() && !at.Before(row.At) {
		if row.Person == "" {
			row.Person = person
		}
		return
	}
	row.How, row.At, row.After, row.Marked = how, at, length(at.Sub(w.r.From)), marked
	if person != "" {
		row.Person = person
	}
}
