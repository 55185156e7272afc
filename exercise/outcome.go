package exercise

import (
	"slices"
	"time"

	"tocsin/decision"
	"tocsin/incident"
	"tocsin/plan"
)

// DecisionRow is a decision as it went in a run. Times are exercise times.
type DecisionRow struct {
	Decision string        `json:"decision"` // id in the plan
	Name     string        `json:"name"`
	Expected bool          `json:"expected,omitempty"`
	Reached  bool          `json:"reached,omitempty"`
	At       time.Time     `json:"at,omitzero"`
	Took     plan.Duration `json:"took,omitzero"`  // from being asked for
	With     []string      `json:"with,omitempty"` // persons who said yes, in order
	Due      time.Time     `json:"due,omitzero"`
	Late     plan.Duration `json:"late,omitzero"`
	Missing  bool          `json:"missing,omitempty"` // expected, and it never came
}

// UpdateRow is a communication as it went in a run. Times are exercise times.
type UpdateRow struct {
	Communication string        `json:"communication"`
	Name          string        `json:"name"`
	Audience      string        `json:"audience,omitempty"`
	Expected      bool          `json:"expected,omitempty"`
	Posted        int           `json:"posted"`
	OnTime        int           `json:"on_time"` // of those posted
	Missed        int           `json:"missed"`  // owed, and never posted by its time
	First         time.Time     `json:"first,omitzero"`
	Due           time.Time     `json:"due,omitzero"`  // of the first, as the script expects it
	Late          plan.Duration `json:"late,omitzero"` // of the first
	Missing       bool          `json:"missing,omitempty"`
}

// decisions lists the decisions that were expected or asked for.
func (w *walk) decisions() []DecisionRow {
	var rows []DecisionRow
	row := func(id string) *DecisionRow {
		if i := slices.IndexFunc(rows, func(r DecisionRow) bool { return r.Decision == id }); i >= 0 {
			return &rows[i]
		}
		d, _ := w.p.Decision(id)
		rows = append(rows, DecisionRow{Decision: id, Name: d.Name})
		if d.Name == "" {
			rows[len(rows)-1].Name = id
		}
		return &rows[len(rows)-1]
	}
	for _, id := range w.r.Scenario.Decisions {
		row(id).Expected = true
	}
	w.expectations(func(x plan.Expectation) {
		if x.Decision != "" {
			row(x.Decision).Expected = true
		}
	})
	for _, x := range w.incidents {
		for i := range x.Decisions {
			d := &x.Decisions[i]
			r := row(d.Decision)
			if d.State != incident.Met || r.Reached && !d.Settled.Before(r.At) {
				continue
			}
			r.Reached, r.At, r.Took, r.With = true, d.Settled, length(d.Settled.Sub(d.Opened)), approvers(d)
		}
	}
	for _, m := range w.r.Marks { // a table-top: the step was said or done, and with it the decision that it needs
		procedure, id, _ := plan.SplitStep(m.Step)
		st, ok := w.p.Step(procedure, id)
		if !ok || m.Struck || st.Decision == "" || m.Kind != Said && m.Kind != Done || len(w.incidents) > 0 {
			continue
		}
		if r := row(st.Decision); !r.Reached {
			r.Reached, r.At = true, m.Shows
		}
	}
	for i := range rows {
		r := &rows[i]
		r.Due = w.r.dueBy(func(x plan.Expectation) bool { return x.Decision == r.Decision })
		end := r.At
		if !r.Reached {
			end = w.end
			r.Missing = r.Expected && w.r.Outcome != ""
		}
		if !r.Due.IsZero() && end.After(r.Due) {
			r.Late = length(end.Sub(r.Due))
		}
	}
	return rows
}

// expectations visits what the injects that were given expect.
func (w *walk) expectations(visit func(plan.Expectation)) {
	for i := range w.r.Scenario.Injects {
		if w.r.given(w.r.Scenario.Injects[i].ID) {
			for _, x := range w.r.Scenario.Injects[i].Expect {
				visit(x)
			}
		}
	}
}

// approvers are the persons whose yes counts.
func approvers(d *incident.Decision) []string {
	var list []string
	for _, a := range d.Approvals {
		if a.Choice == decision.Approve && a.Void == "" && !slices.Contains(list, a.Person) {
			list = append(list, a.Person)
		}
	}
	return list
}

// updates lists the communications that were expected or owed. Without an incident nothing is known of them.
func (w *walk) updates() []UpdateRow {
	var rows []UpdateRow
	row := func(id string) *UpdateRow {
		if i := slices.IndexFunc(rows, func(r UpdateRow) bool { return r.Communication == id }); i >= 0 {
			return &rows[i]
		}
		c, ok := w.p.Communication(id)
		if !ok {
			c.Name = id
		}
		rows = append(rows, UpdateRow{Communication: id, Name: c.Name, Audience: c.Audience})
		return &rows[len(rows)-1]
	}
	for _, id := range w.r.Scenario.Updates {
		row(id).Expected = true
	}
	w.expectations(func(x plan.Expectation) {
		if x.Update != "" {
			row(x.Update).Expected = true
		}
	})
	for _, x := range w.incidents {
		for i := range x.Updates {
			u := &x.Updates[i]
			if c, _ := w.p.Communication(u.Communication); c.Timing.Open && u.State != incident.Posted {
				continue
			}
			r := row(u.Communication)
			switch {
			case u.State == incident.Posted:
				r.Posted++
				if !u.Posted.After(u.Due) {
					r.OnTime++
				}
				r.First = sooner(r.First, u.Posted)
			case !u.Missed.IsZero(), u.State != incident.Ended && u.Due.Before(w.end):
				r.Missed++
			}
		}
	}
	for i := range rows {
		r := &rows[i]
		r.Due = w.r.dueBy(func(x plan.Expectation) bool { return x.Update == r.Communication })
		end := r.First
		if r.Posted == 0 {
			end = w.end
			r.Missing = r.Expected && w.r.Outcome != "" && len(w.incidents) > 0
		}
		if !r.Due.IsZero() && end.After(r.Due) && len(w.incidents) > 0 {
			r.Late = length(end.Sub(r.Due))
		}
	}
	return rows
}

// length is a length of time as reports give it.
func length(d time.Duration) plan.Duration {
	return plan.Duration(max(d, 0).Truncate(time.Millisecond))
}
