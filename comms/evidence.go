package comms

import "tocsin/incident"

// evidence lists what people put into the record.
func (d *report) evidence() {
	if len(d.s.Evidence) == 0 {
		return
	}
	d.heading(2, "Evidence")
	steps := map[string]string{}
	for _, v := range incident.StepsOf(d.p, d.s) {
		steps[v.ID] = v.Name
	}
	var rows [][]string
	for _, e := range d.s.Evidence {
		what := escape(e.What)
		if e.Form == incident.EvidenceTransaction {
			what = "`" + e.What + "`"
			if e.Chain != 0 {
				what += " on chain " + decimal(int(e.Chain))
			}
		}
		if e.Note != "" {
			what += ": " + escape(e.Note)
		}
		about := steps[e.Step]
		if about == "" {
			about = e.Step
		}
		rows = append(rows, []string{clock(e.At), d.name(e.By), escape(about), what})
	}
	d.table([]string{"Time", "Who", "Step", "What"}, rows)
}

// added offers the steps that were added on the spot to the plan.
func (d *report) added() {
	if len(d.s.Added) == 0 {
		return
	}
	d.heading(2, "Steps that the plan did not have")
	d.text("They were added on the spot. Should the plan have them?")
	var rows [][]string
	for _, a := range d.s.Added {
		st := d.s.Step(a.ID)
		state := st.State
		if state == "" {
			state = "not begun"
		}
		rows = append(rows, []string{clock(a.At), d.name(a.By), escape(a.Name), escape(a.How), escape(state)})
	}
	d.table([]string{"Time", "Who", "Step", "How", "Became of it"}, rows)
}
