package incident

import (
	"slices"

	"tocsin/action"
	"tocsin/fault"
	"tocsin/plan"
)

// adopt lets the incident run by a newer plan. What was done stays done; what was asked for and is asked otherwise now is asked anew.
func (d *decider) adopt(op OpAdopt) error {
	who, err := d.responder()
	if err != nil {
		return err
	}
	if err := d.adoptable(op.Plan); err != nil {
		return err
	}
	if _, ok := op.Plan.Person(who); !ok {
		return fault.New(fault.Forbidden, "The newer plan does not name you.").Instead("Let somebody do it whom it names.")
	}
	d.takeUp(op.Plan, who)
	return nil
}

// adoptable says why the incident cannot run by a newer plan now.
func (d *decider) adoptable(next *plan.Plan) error {
	switch {
	case next == nil:
		return fault.New(fault.Invalid, "A newer plan is needed.")
	case next.Protocol != d.s.Protocol:
		return fault.New(fault.Invalid, "That is the plan of %q; incident %s is of %q.", next.Protocol, d.s.ID, d.s.Protocol)
	case next.Hash() == d.s.Plan:
		return fault.New(fault.Conflict, "Incident %s runs by the plan in force already.", d.s.ID)
	}
	for i := range d.s.Actions {
		a := &d.s.Actions[i]
		if !a.underWay() {
			continue
		}
		pr, err := action.Prepare(next, a.Action)
		x := d.s.Decision(a.Decision)
		if err != nil || a.Prepared == nil || pr.Hash != a.Prepared.Hash || x != nil && !sameRule(d.whole, next, x) {
			return fault.New(fault.Conflict, "%s is being carried out, and the newer plan has it otherwise.", a.title()).Instead("Wait until it has landed.")
		}
	}
	return nil
}

// takeUp makes the newer plan that of the incident and draws what follows.
func (d *decider) takeUp(next *plan.Plan, who string) {
	old := d.whole
	var stale []Decision
	e := d.adopted(next)
	e.By = who
	for _, x := range d.s.Decisions {
		if d.pending(&x) && (!sameRule(old, next, &x) || !d.sameSubject(next, e.Procedure, &x)) {
			stale = append(stale, x)
		}
	}
	d.emit(e)
	d.whole, d.p = next, d.s.trusted(next)
	for _, x := range stale {
		d.emit(EventDecisionSettled{Decision: x.ID, State: Withdrawn, Say: "A newer plan is taken up, which has it otherwise."})
	}
	d.dismissGone(old)
	d.reschedule(old)
	d.oweAnew()
	if d.s.Procedure == "" {
		d.beginProcedure()
	}
	for _, x := range stale {
		d.askAgain(x)
	}
	d.askDecisions()
	d.escalateAgain()
}

// adopted says what the incident is by a newer plan.
func (d *decider) adopted(next *plan.Plan) EventAdopted {
	e := EventAdopted{
		Plan: next.Hash(), Version: next.Version, From: d.s.Plan, Issue: d.s.Issue, Category: d.s.Category, Severity: d.s.Severity, Procedure: d.s.Procedure,
	}
	issue, known := next.Issue(e.Issue)
	if !known {
		e.Issue = ""
	}
	for _, id := range d.s.Candidates {
		if _, ok := next.Issue(id); ok {
			e.Candidates = append(e.Candidates, id)
		}
	}
	if _, ok := next.Category(e.Category); !ok {
		e.Category = issue.Category
	}
	if _, ok := next.Severity(e.Severity); !ok {
		e.Severity = issue.Severity
		if _, ok := next.Severity(e.Severity); !ok && len(next.Severities) > 0 {
			e.Severity = next.Severities[0].ID // nobody has said how bad it is by this plan
		}
	}
	proc, held := next.Procedure(e.Procedure)
	if known && (d.s.Led == "" || !held) {
		proc, _ = next.Procedure(issue.Procedure)
		e.Procedure = issue.Procedure
	} else if !held {
		e.Procedure = ""
	}
	has := func(id string) bool {
		return slices.ContainsFunc(proc.Steps, func(st plan.Step) bool { return st.ID == id })
	}
	for _, v := range StepsOf(d.p, d.s) {
		switch {
		case v.Added != nil && v.Added.Left && has(v.ID):
			e.Back = append(e.Back, v.ID)
		case v.Added == nil && !has(v.ID) && (v.State == UnderWay || v.State == Failed):
			e.Left = append(e.Left, Left{Step: v.ID, Name: v.Name, How: v.How, Owner: v.Owner})
		}
	}
	return e
}

// dismissGone lets those go whom the newer plan does not name: they are not called, hold nothing and are not counted on.
func (d *decider) dismissGone(old *plan.Plan) {
	gone := func(id string) bool { _, ok := d.p.Person(id); return !ok }
	for _, pg := range slices.Clone(d.s.Pages) {
		if pg.State == Ringing && gone(pg.Person) {
			d.emit(EventPageEnded{Page: pg.ID, State: Ended})
		}
	}
	for _, a := range slices.Clone(d.s.Answers) {
		if a.Comes() && gone(a.Person) {
			d.emit(EventLeft{Person: a.Person, Note: "The newer plan does not name them."})
			d.handOver(a.Person)
		}
	}
	for _, h := range slices.Clone(d.s.Roles) {
		if _, ok := d.p.Role(h.Role); ok && !gone(h.Person) {
			continue
		}
		if _, had := old.Role(h.Role); had && d.s.Holder(h.Role) == h.Person {
			d.emit(EventRoleTaken{Role: h.Role})
		}
	}
}

// reschedule gives what is owed once the time that the newer plan wants, if that is another; what is owed again and again is moved as
// after another severity. What was posted stays posted.
func (d *decider) reschedule(old *plan.Plan) {
	for _, u := range slices.Clone(d.s.Updates) {
		if u.State != Owed && u.State != Asked {
			continue
		}
		was, _ := old.Communication(u.Communication)
		c, ok := d.p.Communication(u.Communication)
		if !ok || was.Timing == c.Timing {
			continue
		}
		due := d.dueBy(c)
		switch {
		case due.IsZero():
			d.endUpdates("The newer plan wants it at another moment.", func(x plan.Communication) bool { return x.ID == c.ID })
		case !due.Equal(u.Due):
			d.emit(EventUpdateMoved{ID: u.ID, Due: due})
		}
	}
}
