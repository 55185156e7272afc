package incident

import (
	"reflect"
	"slices"

	"tocsin/action"
	"tocsin/decision"
	"tocsin/plan"
)

// pending reports whether a decision may still have an effect: it is open, or met and what it authorises is not done.
func (d *decider) pending(x *Decision) bool {
	switch {
	case x.State == Open || d.s.waits(*x):
		return true
	case x.State == Met && x.Subject.Kind == SubjectStep:
		st := d.s.Step(x.Subject.Step).State
		return st != Done && st != Skipped
	case x.State == Met && x.Subject.Kind == SubjectUpdate:
		u := d.s.Update(x.Subject.Ref)
		return u != nil && u.State == Owed
	}
	return false
}

// sameRule reports whether two plans decide alike: the same rule, the same people behind it, with the same keys.
func sameRule(old, next *plan.Plan, x *Decision) bool {
	a, ok := old.Decision(x.Decision)
	b, held := next.Decision(x.Decision)
	if !ok || !held || !reflect.DeepEqual(a, b) {
		return false
	}
	refs := slices.Concat(a.Required, a.Additional.Who)
	for _, in := range a.StandIns {
		refs = append(refs, in.Who, in.For)
	}
	for _, ref := range refs {
		g, group := old.Group(ref)
		h, still := next.Group(ref)
		if group != still || !reflect.DeepEqual(g, h) {
			return false
		}
	}
	people := old.MembersOf(refs, x.Opened)
	if !slices.Equal(people, next.MembersOf(refs, x.Opened)) {
		return false
	}
	for _, id := range people {
		was, _ := old.Person(id)
		is, _ := next.Person(id)
		if !decision.SameKeys(&was, &is) {
			return false
		}
	}
	return true
}

// sameSubject reports whether a decision authorises the same thing by a newer plan.
func (d *decider) sameSubject(next *plan.Plan, procedure string, x *Decision) bool {
	if x.Subject.Step != "" {
		st, ok := next.Step(procedure, x.Subject.Step)
		if !ok || x.Subject.Kind == SubjectAction && (!slices.ContainsFunc(asked(next, Subject{Kind: SubjectAction, Ref: st.Action, Step: st.ID}), func(one Subject) bool { return one == x.Subject }) || st.Decision != x.Decision) {
			return false
		}
	}
	return authorises(next, d.s, x) && (x.Subject.Kind != SubjectStep || x.Subject.Ref == plan.StepRef(procedure, x.Subject.Step))
}

// authorises reports whether a plan's decision authorises what was asked for, and that is what it was.
func authorises(p *plan.Plan, s *State, x *Decision) bool {
	var may []*plan.Decision
	switch x.Subject.Kind {
	case SubjectAction:
		pr, err := action.Prepare(p, x.Subject.Ref)
		if err != nil || pr.Hash != x.Message.Action {
			return false
		}
		if may = decision.ForAction(p, x.Subject.Ref); x.Subject.Step != "" {
			return true // its step names the decision
		}
	case SubjectRejection:
		if pr, err := x.prepare(p); err != nil || pr.Hash != x.Message.Action {
			return false
		}
		may = decision.ForAction(p, x.Prepared.Action)
	case SubjectStep:
		may = decision.ForStep(p, x.Subject.Ref)
	case SubjectUpdate:
		if u := s.Update(x.Subject.Ref); u != nil {
			may = decision.ForUpdate(p, u.Communication)
		}
	}
	return slices.ContainsFunc(may, func(pd *plan.Decision) bool { return pd.ID == x.Decision })
}

// askAgain asks anew for what somebody had asked for, if the newer plan still has it decided. What the procedure asks for, it asks for
// itself.
func (d *decider) askAgain(x Decision) {
	sub := x.Subject
	var may []*plan.Decision
	switch {
	case sub.Kind == SubjectAction:
		may = decision.ForAction(d.p, sub.Ref)
	case sub.Kind == SubjectStep:
		_, id, _ := plan.SplitStep(sub.Ref)
		sub.Ref = plan.StepRef(d.s.Procedure, id)
		may = decision.ForStep(d.p, sub.Ref)
	case sub.Kind == SubjectUpdate:
		if u := d.s.Update(sub.Ref); u != nil && u.State == Owed {
			may = decision.ForUpdate(d.p, u.Communication)
		}
	}
	if _, err := d.stepOf(sub.Step); sub.Step != "" && err != nil {
		if sub.Kind == SubjectStep {
			return
		}
		sub.Step = ""
	}
	if x.Proposer == "" || len(may) == 0 || d.s.decided(sub) != nil {
		return
	}
	pd := *may[0]
	for _, m := range may {
		if m.ID == x.Decision {
			pd = *m
		}
	}
	_ = d.openDecision(pd, sub, x.Text, x.Proposer) // an action that cannot be prepared is a gap of the plan, shown with the step
}
