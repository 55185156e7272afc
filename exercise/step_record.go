package exercise

import (
	"cmp"
	"slices"
	"time"

	"tocsin/incident"
	"tocsin/plan"
)

// records reads what the incidents know.
func (w *walk) records() {
	for _, x := range w.incidents {
		for _, v := range incident.StepsOf(w.p, x) {
			by := x.Step(v.ID).By
			if _, ok := w.p.Person(by); !ok {
				by = ""
			}
			if v.Added != nil {
				if v.State == incident.Done {
					w.rows = append(w.rows, StepRow{Name: v.Name, How: StepDone, At: v.Ended, After: length(v.Ended.Sub(w.r.From)), Person: by})
				}
				continue
			}
			w.record(plan.StepRef(x.Procedure, v.ID), v, by)
		}
		w.earlier(x)
	}
}

func (w *walk) record(ref string, v incident.StepView, by string) {
	known := slices.ContainsFunc(w.rows, func(r StepRow) bool { return r.Ref == ref })
	if !known && v.State != incident.Done {
		return
	}
	row := w.row(ref)
	switch v.State {
	case incident.Done:
		w.take(row, StepDone, v.Ended, by, false)
	case incident.Skipped, incident.Failed, incident.UnderWay, incident.NotTaken:
		if !row.Taken() {
			row.How = v.State
		}
	}
	if v.Budget > 0 && !v.Begun.IsZero() {
		row.Due = v.Begun.Add(time.Duration(v.Budget))
	}
}

// earlier reads the steps of a procedure that an answer led away from.
func (w *walk) earlier(x *incident.State) {
	for i := range w.rows {
		procedure, id, ok := plan.SplitStep(w.rows[i].Ref)
		if !ok || procedure == x.Procedure {
			continue
		}
		if _, now := w.p.Step(x.Procedure, id); now {
			continue
		}
		if st := x.Step(id); st.State == incident.Done {
			w.take(&w.rows[i], StepDone, st.Ended, st.By, false)
		}
	}
}

// marks reads what the moderator heard and saw.
func (w *walk) marks() {
	for _, m := range w.r.Marks {
		if m.Struck {
			continue
		}
		switch {
		case m.Kind == Wrong && m.Step != "":
			row := w.row(m.Step)
			row.Wrong = append(row.Wrong, cmp.Or(m.Text, "It was done wrongly."))
			if row.At.IsZero() {
				row.At, row.After, row.Person = m.Shows, length(m.Shows.Sub(w.r.From)), m.Person
			}
		case m.Kind == Said && m.Step != "":
			w.take(w.row(m.Step), StepSaid, m.Shows, m.Person, true)
		case m.Kind == Done && m.Step != "":
			w.take(w.row(m.Step), StepDone, m.Shows, m.Person, true)
		default:
			row := StepRow{Name: m.Text, How: StepDone, At: m.Shows, After: length(m.Shows.Sub(w.r.From)), Person: m.Person, Marked: true}
			if m.Kind == Wrong {
				row.How, row.Wrong = "", []string{m.Text}
			}
			w.rows = append(w.rows, row)
		}
	}
}
