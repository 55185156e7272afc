package incident

import (
	"slices"

	"tocsin/action"
	"tocsin/action/safe"
	"tocsin/decision"
	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
)

// OpReject asks the owners of a Safe to use up the nonce that they have signed for, so that what they signed can never be carried out. A
// signature of a Safe's transaction cannot be recalled in any other way once it has left the house.
type OpReject struct{ Decision, Why string }

func (OpReject) op() {}

// SubjectRejection is the kind of subject of a decision that takes the place of another one, whose id in the incident Ref is.
const SubjectRejection = "rejection"

// acts reports whether something is carried out for a decision on it.
func (s Subject) acts() bool { return s.Kind == SubjectAction || s.Kind == SubjectRejection }

// ordered is how what is carried out for a subject is called in the incident: an action's id in the plan, and no such id for a rejection,
// so that nobody takes it for the action.
func (s Subject) ordered() string {
	if s.Kind == SubjectRejection {
		return "reject/" + s.Ref
	}
	return s.Ref
}

// Name is what people call a decision of the incident.
func (x *Decision) Name(p *plan.Plan) string {
	pd, ok := p.Decision(x.Decision)
	switch {
	case !ok:
		return x.ID
	case x.Subject.Kind == SubjectRejection:
		return "Reject: " + pd.Name
	case x.Prepared != nil && x.Subject.Kind == SubjectAction && partly(p, &pd, x.Subject.Ref):
		return pd.Name + ": " + x.Prepared.Words.Title
	}
	return pd.Name
}

// prepare is what a decision authorises by a plan, as far as that says it.
func (x *Decision) prepare(p *plan.Plan) (action.Prepared, error) {
	if x.Subject.Kind == SubjectRejection {
		return action.PrepareRejection(p, x.Prepared.Action, *x.Nonce, nil)
	}
	return action.Prepare(p, x.Subject.Ref)
}

// signedByOwners reports whether an owner has signed what the Safe was asked for last. What people here no longer trust counts on the chain
// all the same.
func (x *Decision) signedByOwners() bool {
	return x.Safe != nil && slices.ContainsFunc(x.Approvals, func(a Approval) bool {
		return a.Form == FormSafe && a.Choice == decision.Approve && a.Hash == x.Safe.Hashes.Hash
	})
}

// rejection is the latest decision that takes the place of another one and is open or met; nil if there is none.
func (s *State) rejection(id string) *Decision {
	for i := len(s.Decisions) - 1; i >= 0; i-- {
		if r := &s.Decisions[i]; r.Subject.Kind == SubjectRejection && r.Subject.Ref == id && (r.State == Open || r.State == Met) {
			return r
		}
	}
	return nil
}

// Rejected is the action that takes the place of what a decision authorised, once it is ordered and as long as it has not failed; nil if
// there is none. From then on nothing new is signed for that decision.
func (s *State) Rejected(id string) *Action {
	r := s.rejection(id)
	if r == nil {
		return nil
	}
	return find(s.Actions, func(a *Action) bool { return a.Decision == r.ID && a.State != Gone })
}

// RejectedBy is the decision of the incident in whose place an action lands; nil if it is no rejection.
func (s *State) RejectedBy(a *Action) *Decision {
	r := s.Decision(a.Decision)
	if r == nil || r.Subject.Kind != SubjectRejection {
		return nil
	}
	return s.Decision(r.Subject.Ref)
}

// Rejectable says why nobody needs to, or can, use up the nonce that a decision's owners signed for; nil if it can be asked for.
func (s *State) Rejectable(p *plan.Plan, x *Decision) error {
	name := x.Name(p)
	switch {
	case x.Prepared == nil || x.Prepared.Safe == nil:
		return fault.New(fault.Conflict, "%s is no decision on a Safe's transaction; there is no nonce of it to use up.", name)
	case x.Subject.Kind == SubjectRejection:
		return fault.New(fault.Conflict, "%s does nothing; there is nothing to reject.", name).Instead("Propose the action again.")
	case !x.signedByOwners():
		return fault.New(fault.Conflict, "No owner of the Safe has signed it: %s. There is nothing to reject.", name)
	case (x.State == Open || x.State == Met && !s.ordered(x.ID)) && !s.left(x.ID):
		return fault.New(fault.Conflict, "Nothing of %s has left the house.", name).Instead("Withdraw it.")
	}
	if find(s.Actions, func(a *Action) bool { return a.Decision == x.ID && a.Landed != nil && a.Landed.Status == 1 }) != nil {
		return fault.New(fault.Conflict, "%s has been carried out; it cannot be taken back so.", name)
	}
	if r := s.rejection(x.ID); r != nil {
		return fault.New(fault.Conflict, "%s was asked for at %s.", r.Name(p), clock(r.Opened))
	}
	return nil
}

func (d *decider) reject(op OpReject) error {
	who, err := d.responder()
	if err != nil {
		return err
	}
	why, err := words(op.Why, "reason", true)
	if err != nil {
		return err
	}
	x := d.s.Decision(op.Decision)
	if x == nil {
		return fault.New(fault.NotFound, "Incident %s has no decision %q.", d.s.ID, op.Decision)
	}
	pd, ok := d.p.Decision(x.Decision)
	if !ok {
		return fault.New(fault.Conflict, "The plan no longer names the decision %s.", x.Decision)
	}
	if err := d.s.Rejectable(d.p, x); err != nil {
		return err
	}
	if !d.s.MayWithdraw(x, who) {
		return fault.New(fault.Forbidden, "The rejection of %s may be asked for by whoever proposed it, by whoever approved it and by the incident manager.", pd.Name).
			Instead("Ask one of them.")
	}
	nonce := x.Safe.Tx.Nonce
	pr, err := action.PrepareRejection(d.p, x.Subject.Ref, nonce, nil)
	if err != nil {
		return err
	}
	d.openWith(pd, EventDecisionOpened{
		Subject: Subject{Kind: SubjectRejection, Ref: x.ID}, Prepared: &pr, Proposer: who, Nonce: &nonce, Why: journal.Personal(why),
	}, pr.Words.Sentence)
	return nil
}

// outrun takes a rejection back whose nonce the Safe has used: nothing is left to be rejected. It returns false if it is none.
func (d *decider) outrun(x *Decision, f safe.Facts) bool {
	if x.Subject.Kind != SubjectRejection || f.Nonce <= *x.Nonce {
		return false
	}
	say := "The Safe has used the nonce already, so nothing is left to be rejected."
	for _, a := range slices.Clone(d.s.Actions) {
		if a.Decision == x.ID && d.s.unsigned(&a) {
			d.emit(EventActionFailed{ID: a.ID, Why: say})
		}
	}
	d.emit(EventDecisionSettled{Decision: x.ID, State: Withdrawn, Say: say})
	return true
}

// settleRejections draws what follows from a rejection that has landed: what it took the place of is withdrawn, as whoever asked for the
// rejection wanted, and not asked for again by itself.
func (d *decider) settleRejections() {
	for _, a := range slices.Clone(d.s.Actions) {
		x := d.s.RejectedBy(&a)
		if x == nil || a.State != Verified {
			continue
		}
		for _, b := range slices.Clone(d.s.Actions) {
			if b.Decision == x.ID && b.underWay() && b.Landed == nil {
				d.emit(EventActionFailed{ID: b.ID, Why: "It was rejected: another transaction of the Safe, which does nothing, has used its nonce."})
			}
		}
		if x.State == Open || x.State == Met {
			r := d.s.Decision(a.Decision)
			d.emit(EventWithdrawn{Decision: x.ID, By: r.Proposer, Why: r.Why})
		}
	}
}
