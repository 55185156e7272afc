package document

import (
	"time"

	"tocsin/plan"
)

func (b *binder) procedures() chapter {
	c := chapter{ID: "procedures", Title: "What to do, step by step"}
	for i := range b.p.Procedures {
		c.Parts = append(c.Parts, b.procedureOf(&b.p.Procedures[i]))
	}
	return c
}

// answers lists the issues that a procedure is for.
func (b *binder) answers(procedure string) []*plan.Issue {
	var is []*plan.Issue
	for i := range b.p.Issues {
		if b.p.Issues[i].Procedure == procedure {
			is = append(is, &b.p.Issues[i])
		}
	}
	return is
}

func (b *binder) procedureOf(r *plan.Procedure) chapter {
	c := titled("procedure."+r.ID, r.Name, r.ID)
	c.text(say(r.Summary))
	var f facts
	for _, is := range b.answers(r.ID) {
		f.add("When", beside(b.issue(is.ID), sayf(", "), b.severity(is.Severity)))
	}
	f.add("Drilled by", b.scenario(r.Scenario))
	c.facts(f)
	for i := range r.Steps {
		c.Parts = append(c.Parts, b.stepIn(r, i))
	}
	if again := saidAll(r.Reopen); len(again) > 0 {
		last := chapter{Title: "Open the incident again if"}
		last.items("", again)
		c.Parts = append(c.Parts, last)
	}
	return c
}

// before lists the steps that must be done before a step may begin: those that it names, or else the one before it in its
// track.
func before(r *plan.Procedure, i int) []string {
	if len(r.Steps[i].After) > 0 {
		return r.Steps[i].After
	}
	for j := i - 1; j >= 0; j-- {
		if r.Steps[j].Track == r.Steps[i].Track {
			return []string{r.Steps[j].ID}
		}
	}
	return nil
}

// marksOf are the few words that stand beside a step's name.
func marksOf(s *plan.Step) []string {
	var marks []string
	if s.Purpose != "" {
		marks = append(marks, clipped(s.Purpose))
	}
	if s.Irreversible {
		marks = append(marks, "cannot be undone")
	}
	if s.Optional {
		marks = append(marks, "if needed")
	}
	return marks
}

func (b *binder) stepIn(r *plan.Procedure, i int) chapter {
	s := &r.Steps[i]
	c := titled("step."+r.ID+"."+s.ID, s.Name, s.ID)
	c.Number, c.Marks = i+1, marksOf(s)
	var f facts
	f.add("Who", b.owner(s.Owner))
	if s.Budget > 0 {
		f.add("Within", sayf("%s", spell(time.Duration(s.Budget))))
	}
	if after := before(r, i); len(after) > 0 && (i == 0 || len(after) != 1 || after[0] != r.Steps[i-1].ID) {
		f.add("Only after", series(each(after, func(id string) words { return b.step(r.ID, id) }), "and"))
	} else if len(after) == 0 && i > 0 {
		f.add("May begin", sayf("at once, beside the other steps"))
	}
	if s.Track != "" {
		f.add("Track", beside(say(s.Track), sayf("; runs beside the steps of other tracks")))
	}
	if s.Decision != "" {
		d, ok := b.p.Decision(s.Decision)
		f.add("Needs a decision", b.decision(s.Decision))
		if ok {
			f.add("Who must approve", b.quorum(&d)...)
		}
	}
	f.add("Why", say(s.Why))
	if how := say(s.How); how != nil || s.Action != "" {
		f.add("How", how)
	} else {
		f.add("How", missing("how it is done"))
	}
	if s.Action != "" {
		f.add("Tocsin does", b.action(s.Action))
		if a, ok := b.p.Action(s.Action); ok {
			f.add("Changes", say(a.Changes))
			f.add("Harms", say(a.Harms))
			f.add("Not when", say(a.NotWhen))
		}
	}
	f.add("Expect", say(s.Expect))
	f.add("Verify", say(s.Verify))
	for _, t := range s.Tools {
		f.add("With", tool(t))
	}
	f.add("To take it back", say(s.Rollback))
	c.facts(f)
	if s.Irreversible {
		c.loud(sayf("This cannot be undone. Read it aloud before you do it."))
	}
	if q := s.Question; q != nil {
		var ways []words
		for _, w := range q.Branches {
			lead := b.step(r.ID, w.Step)
			if w.Procedure != "" {
				lead = b.procedure(w.Procedure)
			}
			ways = append(ways, beside(bold(say(w.Answer)), sayf(" → "), lead))
		}
		c.Blocks = append(c.Blocks, block{Label: "Ask", Text: bold(say(q.Ask)), Items: ways})
	}
	return c
}

func bold(w words) words {
	for i := range w {
		w[i].Bold = true
	}
	return w
}

// tool sets what a step is done with, and what to take if it fails.
func tool(t plan.Tool) words {
	w := bold(say(clipped(t.Name)))
	if t.URL != "" {
		w = beside(w, sayf(" "), web(t.URL))
	}
	if t.Use != "" {
		w = beside(w, sayf(": "), say(t.Use))
	}
	if t.Fallback != "" {
		w = beside(w, sayf(". If it fails: "), say(t.Fallback))
	}
	return w
}
