package web

import (
	"tocsin/access"
	"tocsin/incident"
	"tocsin/plan"
)

// course is what can be said about the incident as a whole: that it is real, that it is nothing, that it is over.
type course struct {
	Validate *validation
	Dismiss  *form
	Severity *severityForm
	Role     *roleForm
	Offers   []offer
	Leave    *form
	Contain  *form
	Resolve  *ending
	Close    *ending
	Reopen   *form
	Merge    *merging
	Answer   *form // to come, for whoever was not called or thinks again
	Seconds  []string
}

// Any reports whether there is anything to say besides validation.
func (c course) Any() bool {
	return c.Dismiss != nil || c.Severity != nil || c.Role != nil || c.Leave != nil || len(c.Offers) > 0 || c.Contain != nil || c.Resolve != nil || c.Close != nil || c.Reopen != nil || c.Merge != nil || c.Answer != nil
}

// validation is the question whether it is real.
type validation struct {
	Form     form
	Yours    bool
	Issues   []plan.Issue // which it may be
	Issue    string       // as it was opened
	Symptoms []string
	Criteria []string
	Alike    []plan.LookAlike
}

type severityForm struct {
	Form   form
	Levels []plan.Severity
	Now    string
}

func (l *look) course() course {
	var c course
	if l.view.ReadOnly != nil || l.state.Halt() != nil {
		return c
	}
	s := l.state
	put := func(key, verb string) *form {
		f := l.form(key, verb)
		return &f
	}
	if s.Phase.AtLeast(incident.Contained) && l.may(access.Close) {
		c.Reopen = put("reopen", "reopen")
	}
	if s.Phase.Over() {
		return c
	}
	for _, x := range s.Seconds {
		c.Seconds = append(c.Seconds, l.name(x.By)+" asked at "+l.at(x.At).Second()+" to "+x.AskedIn(l.plan)+". A second person has to confirm it. "+x.Why)
	}
	if a := s.Answer(l.person); !l.yours(incident.TaskAnswer, "") && (a == nil || a.Answer != incident.Coming) && l.may(access.Answer) && !l.asked() {
		c.Answer = put("answer", "answer")
	}
	offer := func(at **form, right access.Right, key string) {
		if l.may(right) {
			*at = put(key, key)
		}
	}
	switch s.Phase {
	case incident.Detected:
		if l.may(access.Validate) {
			c.Validate = l.validation()
		}
		offer(&c.Dismiss, access.Dismiss, "dismiss")
	case incident.Validated:
		offer(&c.Dismiss, access.Dismiss, "dismiss")
		if !l.measured() {
			offer(&c.Contain, access.Resolve, "contain")
		}
	case incident.Contained:
		if l.may(access.Resolve) {
			c.Resolve = l.resolving()
		}
	case incident.Resolved:
		if l.may(access.Close) {
			c.Close = l.closing()
		}
	}
	c.Merge = l.beside.Merge
	c.Offers = l.offers()
	if !l.may(access.Respond) {
		return c
	}
	if a := s.Answer(l.person); a != nil && a.Answer != incident.Cannot {
		c.Leave = put("leave", "leave")
	}
	if len(l.plan.Severities) > 1 {
		c.Severity = &severityForm{Form: l.form("lower", "severity"), Levels: l.plan.Severities, Now: s.Severity}
	}
	if len(l.plan.Roles) > 0 {
		c.Role = l.roleForm()
	}
	return c
}

// measured reports whether containment is measured rather than said: a step that halts the issue has an action whose
// effect is read.
func (l *look) measured() bool {
	for _, v := range incident.StepsOf(l.plan, l.state) {
		if v.Purpose == "halt" && v.Step.Action != "" && v.State != incident.Skipped {
			return true
		}
	}
	return false
}

// asked reports whether the sheet already asks this person for an answer.
func (l *look) asked() bool {
	for _, t := range l.tasks {
		if t.Kind == incident.TaskAnswer {
			return true
		}
	}
	return false
}

func (l *look) validation() *validation {
	v := &validation{Form: l.form("validate", "validate"), Issue: l.state.Issue}
	for _, t := range l.tasks {
		v.Yours = v.Yours || t.Kind == incident.TaskValidate
	}
	ids := l.state.Candidates
	if len(ids) == 0 {
		for _, i := range l.plan.Issues {
			ids = append(ids, i.ID)
		}
	}
	for _, id := range ids {
		if i, ok := l.plan.Issue(id); ok {
			v.Issues = append(v.Issues, i)
		}
	}
	if i, ok := l.plan.Issue(l.state.Issue); ok {
		v.Criteria, v.Alike, v.Symptoms = i.Activation, i.LookAlikes, i.Symptoms
	}
	return v
}
