package incident

import (
	"slices"

	"tocsin/decision"
	"tocsin/fault"
	"tocsin/plan"
)

func (d *decider) propose(op OpPropose) error {
	who, err := d.responder()
	if err != nil {
		return err
	}
	var may []*plan.Decision
	switch op.Subject.Kind {
	case SubjectAction:
		if _, ok := d.p.Action(op.Subject.Ref); !ok {
			return fault.New(fault.Invalid, "The plan declares no action %q.", op.Subject.Ref).Instead("Only what the plan declares can be sent.")
		}
		may = decision.ForAction(d.p, op.Subject.Ref)
	case SubjectStep:
		may = decision.ForStep(d.p, op.Subject.Ref)
	default:
		return fault.New(fault.Invalid, "A decision can be asked for an action or a step, not for %q.", op.Subject.Kind)
	}
	if op.Decision != "" {
		may = slices.DeleteFunc(may, func(x *plan.Decision) bool { return x.ID != op.Decision })
	}
	if len(may) == 0 {
		return fault.New(fault.Invalid, "No decision of the plan authorises %s %s.", op.Subject.Kind, op.Subject.Ref)
	}
	subject, err := d.subject(op.Subject)
	if err != nil {
		return err
	}
	var taken error
	opened := false
	for _, one := range asked(d.p, subject) {
		if err := d.taken(one, may[0].Name); err != nil {
			taken = err
			continue
		}
		if err := d.openDecision(*may[0], one, "", who); err != nil {
			return err
		}
		opened = true
	}
	if opened {
		return nil
	}
	return taken
}

// subject finds the step that a proposal belongs to; what the caller says of it is not believed.
func (d *decider) subject(sub Subject) (Subject, error) {
	given := sub.Step
	sub.Step = ""
	if sub.Kind == SubjectStep {
		proc, id, _ := plan.SplitStep(sub.Ref)
		if proc != d.s.Procedure {
			return sub, fault.New(fault.Conflict, "%s is not a step of the procedure that is running.", sub.Ref)
		}
		sub.Step = id
	}
	for _, v := range course(d.p, d.s) {
		if sub.Kind == SubjectAction && v.Step.Action == sub.Ref && v.State != StepToCome && !v.Over() {
			sub.Step = v.ID
			break
		}
	}
	if given != "" && given != sub.Step {
		return sub, fault.New(fault.Invalid, "%s %s does not belong to the step %q as things stand.", sub.Kind, sub.Ref, given)
	}
	return sub, nil
}

// taken says why a subject cannot be asked for now; nil if it can.
func (d *decider) taken(sub Subject, name string) error {
	for i := range d.s.Decisions {
		if x := &d.s.Decisions[i]; x.Subject.Kind == sub.Kind && x.Subject.Ref == sub.Ref {
			if err := d.again(x, name); err != nil {
				return err
			}
		}
	}
	return nil
}

// again says why something cannot be asked for again because of a decision made or open on it.
func (d *decider) again(x *Decision, name string) error {
	if x.State == Open {
		return fault.New(fault.Conflict, "%s was asked for at %s and is open.", name, clock(x.Opened))
	}
	if x.State != Met {
		return nil
	}
	if x.Subject.Kind == SubjectStep {
		return fault.New(fault.Conflict, "%s was decided at %s.", name, clock(x.Settled))
	}
	if !d.s.ordered(x.ID) {
		return fault.New(fault.Conflict, "%s was decided at %s; it goes out once the incident is validated.", name, clock(x.Settled))
	}
	for i := range d.s.Actions {
		if a := &d.s.Actions[i]; a.Decision == x.ID && a.underWay() {
			return fault.New(fault.Conflict, "%s is being carried out.", a.title())
		}
	}
	return nil
}

func (d *decider) approve(op OpApprove) error {
	who, err := d.person()
	if err != nil {
		return err
	}
	if err := d.live(); err != nil {
		return err
	}
	x, err := d.openDecisionOf(op.Decision)
	if err != nil {
		return err
	}
	pd, _ := d.p.Decision(x.Decision)
	if op.Choice != decision.Approve && op.Choice != decision.Refuse {
		return fault.New(fault.Invalid, "%q is neither %s nor %s.", op.Choice, decision.Approve, decision.Refuse)
	}
	if a := x.approvalOf(who); a != nil && a.Choice == op.Choice && !d.s.stale(d.p, x, a) {
		return fault.New(fault.Conflict, "%s signed this at %s already.", NameOf(d.p, who), clock(a.At))
	}
	owner := op.Choice == decision.Approve && d.s.owns(d.p, x, who) && (!pd.ProposerMayNotApprove || who != x.Proposer)
	if err := decision.MayAnswer(d.p, &pd, who, x.Opened, d.now, x.Proposer); err != nil && !owner {
		return err
	}
	m := x.Message
	m.Choice = op.Choice
	if x.Prepared != nil { // the content is recomputed, not believed
		pr, err := x.prepare(d.p)
		if err != nil {
			return err
		}
		if pr.Hash != m.Action {
			return fault.New(fault.Conflict, "The action %s is no longer what this decision was opened for.", x.Subject.Ref)
		}
	}
	if op.Choice == decision.Approve && x.Prepared != nil && x.Prepared.Safe != nil {
		if x.Safe == nil {
			return fault.New(fault.Conflict, "%s cannot be signed yet: the Safe has not been read, so nobody knows its nonce.", x.Name(d.p)).Instead("Wait a moment. Refusing it is possible at once.")
		}
		if owner {
			return d.approveSafe(x, who, op)
		}
	}
	signer, err := d.proved(m, op.Signature, op.Fact, who)
	if err != nil {
		return err
	}
	d.emit(EventApproval{Decision: x.ID, Approval: Approval{Person: who, Choice: op.Choice, Signer: signer, Signature: op.Signature, At: d.now, Fact: op.Fact}})
	d.there(who)
	return nil
}
