package exercise

import (
	"slices"
	"time"

	"tocsin/plan"
)

// deadlines says what is late and what is missing.
func (w *walk) deadlines() {
	for i := range w.rows {
		row := &w.rows[i]
		if due := w.r.dueBy(func(x plan.Expectation) bool { return x.Step != "" && x.Step == row.Ref }); !due.IsZero() {
			row.Due = due
		}
		end := row.At
		if !row.Taken() {
			end = w.end
			row.Missing = row.Expected && w.r.Outcome != "" && row.How != StepPassed
		}
		if !row.Due.IsZero() && end.After(row.Due) && row.How != StepPassed && (row.Taken() || row.Expected) {
			row.Late = length(end.Sub(row.Due))
		}
	}
}

// dueBy is until when something is expected by the injects that were given; zero if it is not.
func (r *Run) dueBy(is func(plan.Expectation) bool) time.Time {
	var due time.Time
	for _, given := range r.Injected {
		for i := range r.Scenario.Injects {
			if r.Scenario.Injects[i].ID != given.ID {
				continue
			}
			for _, x := range r.Scenario.Injects[i].Expect {
				if is(x) {
					due = sooner(due, given.Shows.Add(time.Duration(x.Within)))
				}
			}
		}
	}
	return due
}

// order finds steps that came before one which the plan puts first.
func (w *walk) order() {
	for i := range w.rows {
		row := &w.rows[i]
		if !row.Taken() || row.Ref == "" {
			continue
		}
		before := predecessors(w.p, row.Ref)
		for k := range w.rows {
			if other := &w.rows[k]; slices.Contains(before, other.Ref) && other.Taken() && other.At.After(row.At) {
				row.Before = other.Name
				break
			}
		}
	}
}

// predecessors lists the steps that the plan puts before a step, "procedure/step".
func predecessors(p *plan.Plan, ref string) []string {
	procedure, id, _ := plan.SplitStep(ref)
	proc, _ := p.Procedure(procedure)
	direct := map[string][]string{}
	last := map[string]string{} // track → the step before in it
	for i := range proc.Steps {
		st := &proc.Steps[i]
		direct[st.ID] = st.After
		if len(st.After) == 0 && last[st.Track] != "" {
			direct[st.ID] = []string{last[st.Track]}
		}
		last[st.Track] = st.ID
	}
	var refs []string
	queue := slices.Clone(direct[id])
	for len(queue) > 0 {
		next := queue[0]
		queue = queue[1:]
		if ref := plan.StepRef(procedure, next); !slices.Contains(refs, ref) {
			refs = append(refs, ref)
			queue = append(queue, direct[next]...)
		}
	}
	return refs
}
