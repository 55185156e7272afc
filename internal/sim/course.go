package sim

import (
	"slices"

	"tocsin/incident"
	"tocsin/plan"
)

// course is how far a procedure has come, counted from the events alone.
type course struct {
	procedure string
	states    map[string]string // step → how it stands; none for one that nobody has begun
	answers   map[string]string // step → to its question
	added     []string          // steps that the plan does not hold
	evidence  map[string]string
}

func newCourse() course {
	return course{states: map[string]string{}, answers: map[string]string{}, evidence: map[string]string{}}
}

// read holds an event to where answers lead: nobody does a step that they lead past.
func (c *course) read(p *plan.Plan, h incident.Happened) error {
	switch e := h.Event.(type) {
	case incident.EventProcedureBegun:
		c.procedure = e.Procedure
		clear(c.answers)
		for id := range c.states {
			if !slices.Contains(c.added, id) {
				delete(c.states, id)
			}
		}
	case incident.EventStepBegun:
		if c.passed(p, e.Step) {
			return breaks("branch", "%s is begun, and an answer leads past it", e.Step)
		}
		c.states[e.Step] = incident.UnderWay
		delete(c.answers, e.Step)
	case incident.EventStepEnded:
		if c.passed(p, e.Step) {
			return breaks("branch", "%s is %s, and an answer leads past it", e.Step, e.State)
		}
		c.states[e.Step] = e.State
	case incident.EventStepUndone:
		delete(c.states, e.Step)
		delete(c.answers, e.Step)
	case incident.EventStepAnswered:
		c.answers[e.Step] = e.Answer
	case incident.EventActionOrdered:
		if c.passed(p, e.Step) {
			return breaks("branch", "%s is ordered for %s, and an answer leads past that", e.Action, e.Step)
		}
	case incident.EventStepAdded:
		if _, known := p.Step(c.procedure, e.ID); known || slices.Contains(c.added, e.ID) {
			return breaks("step", "%s is added, and there is one already", e.ID)
		}
		c.added = append(c.added, e.ID)
	case incident.EventAdopted:
		c.procedure = e.Procedure
		c.added = slices.DeleteFunc(c.added, func(id string) bool { return slices.Contains(e.Back, id) })
		for _, left := range e.Left {
			c.added = append(c.added, left.Step)
		}
	case incident.EventEvidence:
		if c.evidence[e.ID] != "" {
			return breaks("evidence", "%s is put into the record twice", e.ID)
		}
		c.evidence[e.ID] = string(e.What)
	case incident.EventResolved:
		if step := c.open(p); step != "" && len(e.Missing) == 0 {
			return breaks("resolve", "it is resolved, and nobody says that %s is missing", step)
		}
	}
	return nil
}

// passed reports whether an answer leads past a step that nobody has begun: it lies between the question and where the answer
// leads.
func (c *course) passed(p *plan.Plan, id string) bool {
	steps := c.steps(p)
	at := slices.IndexFunc(steps, func(st plan.Step) bool { return st.ID == id })
	for i, st := range steps {
		if st.Question == nil || c.states[st.ID] != incident.Done {
			continue
		}
		for _, b := range st.Question.Branches {
			to := slices.IndexFunc(steps, func(x plan.Step) bool { return x.ID == b.Step })
			if b.Answer == c.answers[st.ID] && i < at && at < to && steps[at].Track == st.Track && c.states[id] == "" {
				return true
			}
		}
	}
	return false
}

// open is a step that is still to be done, empty if all have been.
func (c *course) open(p *plan.Plan) string {
	for _, st := range c.steps(p) {
		switch state := c.states[st.ID]; {
		case state == incident.Done, state == incident.Skipped, c.passed(p, st.ID):
		case st.Optional && state != incident.UnderWay:
		default:
			return st.ID
		}
	}
	for _, id := range c.added {
		if state := c.states[id]; state != incident.Done && state != incident.Skipped {
			return id
		}
	}
	return ""
}

func (c *course) steps(p *plan.Plan) []plan.Step {
	proc, _ := p.Procedure(c.procedure)
	return proc.Steps
}

// check holds the state to it: nothing is asked of people that an answer leads past, and nothing that was put into the record
// is lost.
func (c *course) check(p *plan.Plan, s *incident.State) error {
	for i := range s.Decisions {
		if d := &s.Decisions[i]; d.State == incident.Open && d.Subject.Step != "" && c.passed(p, d.Subject.Step) {
			return breaks("branch", "%s is asked for, and an answer leads past %s", d.ID, d.Subject.Step)
		}
	}
	if len(s.Evidence) != len(c.evidence) {
		return breaks("evidence", "%d pieces of evidence are left of %d", len(s.Evidence), len(c.evidence))
	}
	for _, e := range s.Evidence {
		if c.evidence[e.ID] != e.What {
			return breaks("evidence", "%s is %q, and was %q", e.ID, e.What, c.evidence[e.ID])
		}
	}
	return nil
}
