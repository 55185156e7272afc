package web

import (
	"time"

	"tocsin/access"
	"tocsin/incident"
	"tocsin/plan"
)

// procedure is what is done about the incident, in order.
type procedure struct {
	Name    string
	Summary string
	Version string // of the plan
	Steps   []step
}

// step is one row of the procedure.
type step struct {
	Anchor   string
	Number   int
	Name     string
	Mark     string // of its stop: done, now, failed, missed, to-come
	Open     bool   // shown with all that it says; others fold
	Yours    bool
	State    string // "Under way"
	Remark   string // "David L, 17 min left of 20"
	Why, How string
	Facts    []row
	Ask      string // question that branches the procedure
	Branches []branch
	Waits    string // what it waits for
	Decision string // anchor of its decision
	Propose  *form
	Subject  incident.Subject
	Begin    *form
	From     string // whom it would be taken over from; empty for nobody
	FromName string
	End      *form
	CanDone  bool // a person may say that it is done; else an action does it
	Note     string
	Answer   string // that was given
	Reply    *form  // changes it
	Undo     *form  // takes back that it was done
	Added    string // by whom it was added on the spot
	Found    []evidence
}

// branch is one answer to a step's question, and where it leads.
type branch struct{ Answer, Leads, Href string }

// Title is the procedure's name with the plan's version.
func (p procedure) Title() string {
	if p.Version == "" {
		return p.Name
	}
	return p.Name + ", plan version " + p.Version
}

// row is a label with exact content.
type row struct {
	Label string
	Text  string
	Code  bool
}

func (l *look) procedure() *procedure {
	proc, ok := l.plan.Procedure(l.state.Procedure)
	if !ok {
		return nil
	}
	p := &procedure{Name: proc.Name, Summary: proc.Summary, Version: l.plan.Version}
	for _, v := range incident.StepsOf(l.plan, l.state) {
		p.Steps = append(p.Steps, l.step(v))
	}
	return p
}

func (l *look) step(v incident.StepView) step {
	s := step{
		Anchor: "step-" + v.ID, Number: v.Number, Name: v.Name, Why: v.Why, How: v.How,
		Waits: v.Say, Note: v.Note, Yours: l.yours(incident.TaskStep, v.ID),
	}
	s.Mark, s.State = marks(v)
	s.Remark = l.remark(v)
	s.Open = s.Yours || v.State == incident.StepNow || v.State == incident.UnderWay || v.State == incident.Failed
	s.Facts = l.stepFacts(v)
	s.Answer, s.Found = v.Answer, l.found(v.Evidence)
	if v.Added != nil {
		s.Added = l.name(v.Added.By)
	}
	if v.Question != nil {
		s.Ask, s.Branches = v.Question.Ask, l.branches(*v.Question)
	}
	if v.Decision != nil {
		s.Decision = "decision-" + v.Decision.ID
		s.Yours = s.Yours || l.yours(incident.TaskSign, v.Decision.ID)
	}
	if !l.going() || !l.may(access.Step) {
		return s
	}
	l.stepForms(&s, v)
	return s
}

func (l *look) branches(q plan.Question) []branch {
	var list []branch
	for _, b := range q.Branches {
		x := branch{Answer: b.Answer}
		if st, ok := l.plan.Step(l.state.Procedure, b.Step); ok {
			x.Leads, x.Href = "go to "+st.Name, "#step-"+st.ID
		} else if proc, ok := l.plan.Procedure(b.Procedure); ok {
			x.Leads, x.Href = "go to "+proc.Name, l.planAt+"#procedure-"+proc.ID
		}
		list = append(list, x)
	}
	return list
}

// stepForms adds what can be done about a step now.
func (l *look) stepForms(s *step, v incident.StepView) {
	validated := l.state.Phase.AtLeast(incident.Validated)
	find := v.Purpose == "find"
	s.CanDone = v.Step.Action == ""
	switch v.State {
	case incident.Done, incident.Skipped:
		l.backForms(s, v)
	case incident.StepNow, incident.Failed:
		if s.CanDone && (validated || find) {
			f := l.form("begin-"+v.ID, "begin")
			s.Begin = &f
		}
		if validated {
			f := l.form("end-"+v.ID, "end")
			s.End = &f
		}
	case incident.UnderWay:
		if validated && (v.Action == nil || v.Action.State == incident.Gone) {
			f := l.form("end-"+v.ID, "end")
			s.End = &f
		}
		if by := l.state.Step(v.ID).By; s.CanDone && by != l.person {
			f := l.form("begin-"+v.ID, "begin")
			s.Begin, s.From, s.FromName = &f, by, l.name(by)
		}
	}
	s.Subject = incident.Subject{Kind: incident.SubjectStep, Ref: plan.StepRef(l.state.Procedure, v.ID), Step: v.ID}
	if v.Step.Action != "" {
		s.Subject = incident.Subject{Kind: incident.SubjectAction, Ref: v.Step.Action, Step: v.ID}
	}
	settled := v.Decision == nil || v.Decision.State != incident.Open && v.Decision.State != incident.Met
	failed := v.Action != nil && v.Action.State == incident.Gone
	if l.may(access.Propose) && v.Step.Decision != "" && v.State != incident.StepToCome && !v.Over() && (settled || failed) {
		f := l.form("propose-"+v.ID, "propose")
		s.Propose = &f
	}
}

// marks says how a step's stop is drawn, and its state in a word.
func marks(v incident.StepView) (mark, word string) {
	switch v.State {
	case incident.Done:
		return "done", ""
	case incident.Skipped:
		return "missed", "Skipped"
	case incident.NotTaken:
		return "missed", "Not to be done"
	case incident.Failed:
		return "failed", "Failed"
	case incident.UnderWay:
		return "now", "Under way"
	case incident.StepNow:
		if v.Decision != nil && v.Decision.State == incident.Open {
			return "now", "Waiting for signatures"
		}
		return "now", "May begin now"
	default:
		return "to-come", ""
	}
}

// remark is who does a step or did it, and when, or who is to.
func (l *look) remark(v incident.StepView) string {
	switch {
	case !v.Ended.IsZero():
		return together(v.By) + ", " + l.at(v.Ended).Second()
	case v.State == incident.UnderWay:
		return together(v.By) + " since " + l.at(v.Begun).Minute() + l.timeLeft(v)
	case (v.State == incident.StepToCome || v.State == incident.NotTaken) && v.Say != "":
		return v.Say
	case v.Step.Action != "":
		return "done by Tocsin" + l.timeLeft(v)
	}
	if r, ok := l.plan.Role(v.Owner); ok {
		if h := l.state.Holder(v.Owner); h != "" {
			return l.name(h) + ", " + r.Name + l.timeLeft(v)
		}
		return r.Name + l.timeLeft(v)
	}
	return ""
}

// timeLeft says how much of the plan's time for a step is left, or how far it is over.
func (l *look) timeLeft(v incident.StepView) string {
	if v.Due.IsZero() {
		return ""
	}
	c := clock{Until: v.Due, Now: l.Now}
	return ", " + length(c.Until.Sub(c.Now)) + " " + c.Word() + " of " + length(time.Duration(v.Budget))
}

func (l *look) stepFacts(v incident.StepView) []row {
	var rows []row
	add := func(label, text string) {
		if text != "" {
			rows = append(rows, row{Label: label, Text: text})
		}
	}
	add("Expect", v.Expect)
	add("Verify", v.Verify)
	for _, t := range v.Tools {
		text := t.Name
		if t.Use != "" {
			text += ": " + t.Use
		}
		add("Tool", text)
		add("If that fails", t.Fallback)
	}
	if a, ok := l.plan.Action(v.Step.Action); ok {
		add("Not when", a.NotWhen)
	}
	add("To go back", v.Rollback)
	if v.Irreversible {
		add("Mind", "It cannot be undone.")
	}
	return rows
}
