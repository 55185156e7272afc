package incident

import (
	"slices"
	"time"

	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
)

// maxTitle is the longest title, in bytes.
const maxTitle = 300

func (d *decider) open(op OpOpen) error {
	if op.ID == "" {
		return fault.New(fault.Internal, "An incident needs an id.")
	}
	text, err := words(op.Text, "report", false)
	if err != nil {
		return err
	}
	title, err := words(op.Title, "title", false)
	if err != nil {
		return err
	}
	if len(title) > maxTitle {
		return fault.New(fault.Invalid, "The title is longer than %d characters.", maxTitle).Instead("Say it in a few words, and the rest in the report.")
	}
	e := EventOpened{ID: op.ID, Protocol: op.Protocol, Plan: op.Plan, Exercise: op.Exercise, Issue: op.Issue, Title: title, Stopped: op.Stopped}
	if len(op.Findings) == 0 {
		if _, err := d.person(); err != nil {
			return err
		}
	} else {
		e.Candidates = candidates(d.p, op.Findings)
		e.Asset = op.Findings[0].Asset
		if e.Issue == "" && len(e.Candidates) > 0 {
			e.Issue = e.Candidates[0] // escalated as the most urgent
		}
	}
	if e.Issue != "" {
		issue, ok := d.p.Issue(e.Issue)
		if !ok {
			return fault.New(fault.Invalid, "The plan names no issue %q.", e.Issue)
		}
		e.Category, e.Severity = issue.Category, issue.Severity
		if e.Title == "" {
			e.Title = issue.Name
		}
	}
	if e.Severity == "" && len(d.p.Severities) > 0 {
		e.Severity = d.p.Severities[0].ID // unknown counts as the worst until somebody has looked
	}
	if e.Title == "" {
		e.Title = "Something is wrong"
	}
	d.emit(e)
	for _, f := range op.Findings {
		f.clean()
		f.Act = mayAct(d.p, f, op.Findings)
		d.emit(EventFinding{Finding: f})
	}
	if text != "" {
		d.emit(EventNoted{By: d.cmd.Actor.ID, Text: journal.Personal(text)})
	}
	if d.cmd.Actor.Kind == journal.Person {
		d.there(d.cmd.Actor.ID)
	}
	d.beginProcedure()
	d.owe(momentDetection)
	d.actByItself(op.Ready, op.Findings)
	d.askDecisions()
	d.escalate(momentDetection)
	d.validateByItself()
	return nil
}

// candidates lists the issues that findings may be, each once, most urgent first.
func candidates(p *plan.Plan, fs []Finding) []string {
	var ids []string
	for _, f := range fs {
		for _, i := range f.Issues {
			if !slices.Contains(ids, i) {
				ids = append(ids, i)
			}
		}
	}
	slices.SortStableFunc(ids, func(a, b string) int {
		x, _ := p.Issue(a)
		y, _ := p.Issue(b)
		switch {
		case p.Worse(x.Severity, y.Severity):
			return -1
		case p.Worse(y.Severity, x.Severity):
			return 1
		}
		return 0
	})
	return ids
}

func (d *decider) note(op OpNote) error {
	who, err := d.person()
	if err != nil {
		return err
	}
	text, err := words(op.Text, "note", true)
	if err != nil {
		return err
	}
	d.emit(EventNoted{By: who, Text: journal.Personal(text)})
	return nil
}

// beginProcedure starts the procedure of the issue, if the issue is known and has one.
func (d *decider) beginProcedure() {
	if issue, ok := d.p.Issue(d.s.Issue); ok && d.s.Procedure != issue.Procedure && d.s.Led == "" { // where an answer led, it stays
		d.emit(EventProcedureBegun{Procedure: issue.Procedure})
	}
}

// tick lets time pass: what is due is done.
func (d *decider) tick(op OpTick) error {
	if d.s.Phase.Over() || d.s.Halt() != nil {
		return nil
	}
	d.tickPages()
	d.tickDecisions()
	d.tickUpdates()
	d.tickSteps()
	d.tickContainment(op.Watched)
	return nil
}

// NextDue is when an incident must be looked at again; zero if never. The same times make tick do something.
func NextDue(p *plan.Plan, s *State) time.Time {
	if s.ID == "" || s.Phase.Over() || s.Halt() != nil {
		return time.Time{}
	}
	p = s.trusted(p)
	var due time.Time
	sooner := func(t time.Time) {
		if !t.IsZero() && (due.IsZero() || t.Before(due)) {
			due = t
		}
	}
	for _, t := range pageTimes(p, s) {
		sooner(t)
	}
	for _, t := range decisionTimes(p, s) {
		sooner(t)
	}
	for _, t := range updateTimes(s) {
		sooner(t)
	}
	for _, t := range stepTimes(p, s) {
		sooner(t)
	}
	sooner(containmentTime(p, s))
	return due
}
