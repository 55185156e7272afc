package incident

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/action"
	"tocsin/action/safe"
	"tocsin/decision"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
)

// safeFacts takes what the chain says of the Safe of a decision: its owners are asked to sign what fits it.
func (d *decider) safeFacts(op OpSafeFacts) error {
	x, err := d.askable(op.Decision)
	if err != nil {
		return err
	}
	f := op.Facts
	if f.Block == 0 || f.BlockHash == (evm.Hash{}) {
		return fault.New(fault.Invalid, "What was read of the Safe does not say at which block.")
	}
	if old := x.Safe; old != nil && f.Block < old.Facts.Block && f.Nonce <= old.Facts.Nonce {
		return nil // it is older than what is known
	}
	if d.outrun(x, f) {
		return nil
	}
	nonce := f.Nonce
	if x.Nonce != nil {
		nonce = *x.Nonce
	}
	pr, err := d.prepareSafe(x, f, nonce)
	if err != nil {
		return err
	}
	var why []string
	if x.Safe != nil {
		why = factsDiffer(x.Safe.Facts, f)
	}
	if x.Safe == nil || len(why) > 0 || x.Safe.Hashes != pr.Safe.Hashes {
		d.askSafe(x, pr, why)
	}
	d.approvedOnChain(op.Decision, op.Approved)
	return nil
}

// askable is a decision on a Safe's action of which nothing has been signed by the executor that may still land.
func (d *decider) askable(id string) (*Decision, error) {
	x := d.s.Decision(id)
	switch {
	case x == nil || x.Prepared == nil || x.Prepared.Safe == nil:
		return nil, fault.New(fault.NotFound, "Incident %s has no decision %q on a Safe.", d.s.ID, id)
	case x.State != Open && x.State != Met || d.s.Phase.Over():
		return nil, fault.New(fault.Conflict, "%s is %s; nothing is asked of the Safe.", id, x.State)
	}
	for i := range d.s.Actions {
		if a := &d.s.Actions[i]; a.Decision == id && (a.State == Verified || a.State == Unneeded || len(a.Sends) > 0 && (a.State != Gone || a.Landed == nil)) {
			return nil, fault.New(fault.Conflict, "%s has been sent; nothing more is asked of the Safe.", a.title())
		}
	}
	return x, nil
}

func (d *decider) prepareSafe(x *Decision, f safe.Facts, nonce uint64) (action.Prepared, error) {
	if x.Subject.Kind == SubjectRejection {
		return action.PrepareRejection(d.p, x.Prepared.Action, nonce, &f)
	}
	pr, err := action.PrepareSafe(d.p, x.Subject.Ref, f, nonce)
	if err == nil && pr.Hash != x.Message.Action {
		return pr, fault.New(fault.Conflict, "The action %s is no longer what this decision was opened for.", x.Subject.Ref)
	}
	return pr, err
}

// askSafe asks the owners, and takes back what was signed before that no longer counts. Whoever signed it is called to sign again.
func (d *decider) askSafe(x *Decision, pr action.Prepared, why []string) {
	e := EventSafeAsked{
		Decision: x.ID, Number: 1, Facts: *pr.Safe.Facts, Tx: *pr.Safe.Transaction, Hashes: pr.Safe.Hashes, Warnings: pr.Safe.Warnings, Why: strings.Join(why, " "),
	}
	if x.Safe != nil {
		e.Number = x.Safe.Number + 1
	}
	for _, a := range x.Approvals {
		if a.Form == FormSafe && a.Void == "" && (a.Hash != e.Hashes.Hash || !e.Facts.Owner(a.Signer)) {
			e.Void = append(e.Void, a.Person)
		}
	}
	for _, a := range slices.Clone(d.s.Actions) {
		if a.Decision == x.ID && a.State == Ordered && len(a.Sends) == 0 {
			d.emit(EventActionFailed{ID: a.ID, Why: strings.TrimSpace("The Safe is not as it was when it was signed. " + e.Why)})
		}
	}
	d.emit(e)
	for _, who := range e.Void {
		d.callPerson(who, "to sign again, for the Safe has changed: "+x.Name(d.p))
	}
}

// factsDiffer says what is otherwise than it was, in sentences.
func factsDiffer(old, now safe.Facts) []string {
	var list []string
	add := func(differs bool, format string, args ...any) {
		if differs {
			list = append(list, fmt.Sprintf(format, args...))
		}
	}
	add(old.Nonce != now.Nonce, "Its nonce is %d where it was %d: another transaction of it was carried out.", now.Nonce, old.Nonce)
	var come, gone []string
	for _, o := range now.Owners {
		if !old.Owner(o) {
			come = append(come, o.Hex())
		}
	}
	for _, o := range old.Owners {
		if !now.Owner(o) {
			gone = append(gone, o.Hex())
		}
	}
	add(len(come) > 0, "It has a new owner: %s.", strings.Join(come, ", "))
	add(len(gone) > 0, "It has lost an owner: %s.", strings.Join(gone, ", "))
	add(old.Threshold != now.Threshold, "It wants %d owners where it wanted %d.", now.Threshold, old.Threshold)
	add(old.Guard != now.Guard, "It has another guard: %s.", now.Guard.Hex())
	add(!slices.Equal(old.Modules, now.Modules), "It has other modules, which act for it without any signature.")
	add(old.Version != now.Version, "Its version is %s where it was %s.", now.Version, old.Version)
	return list
}

// approvedOnChain takes the owners who approved the hash on the chain for approvals of the persons whose keys they are.
func (d *decider) approvedOnChain(id string, owners []evm.Address) {
	x := d.s.Decision(id)
	pd, _ := d.p.Decision(x.Decision)
	for _, o := range owners {
		who := ownerIs(d.p, x.Prepared.Chain, o)
		if who == "" || x.Safe == nil || !x.Safe.Facts.Owner(o) || x.State != Open || !d.s.Sees(who) || pd.ProposerMayNotApprove && who == x.Proposer {
			continue
		}
		if a := x.approvalOf(who); a != nil && a.At.After(x.Safe.At) && a.Void == "" {
			continue // they have answered here
		}
		d.emit(EventApproval{Decision: id, Approval: Approval{Person: who, Choice: decision.Approve, Signer: o, At: d.now, Form: FormSafe, Kind: safe.Approved, Hash: x.Safe.Hashes.Hash}})
		x = d.s.Decision(id)
	}
}

func (d *decider) safeUnread(op OpSafeUnread) error {
	x, err := d.askable(op.Decision)
	if err != nil {
		return err
	}
	if why := clean(op.Why); x.Safe == nil && x.Unread != why {
		d.emit(EventSafeUnread{Decision: x.ID, Why: why})
	}
	return nil
}

// sendAnyway has what the owners have signed sent, though the plan's rule is not met.
func (d *decider) sendAnyway(op OpSendAnyway) error {
	who, err := d.responder()
	if err != nil {
		return err
	}
	why, err := words(op.Why, "reason", true)
	if err != nil {
		return err
	}
	x, err := d.openDecisionOf(op.Decision)
	if err != nil {
		return err
	}
	st := d.s.Status(d.p, x, d.now)
	switch a := x.approvalOf(who); {
	case x.Safe == nil || st.Owners == nil:
		return fault.New(fault.Conflict, "This is no decision whose Safe has been read.")
	case !st.Owners.Enough():
		return fault.New(fault.Conflict, "The Safe would refuse it: %d of the %d owners that it wants have signed.", st.Owners.Signed, st.Owners.Need)
	case a == nil || a.Form != FormSafe || a.Choice != decision.Approve || d.s.void(*a):
		return fault.New(fault.Forbidden, "Only somebody who has signed the Safe's transaction may have it sent.").Instead("Sign it first.")
	case x.Anyway != nil:
		return fault.New(fault.Conflict, "%s has it sent already, since %s.", NameOf(d.p, x.Anyway.By), clock(x.Anyway.At))
	}
	d.emit(EventSentAnyway{Decision: x.ID, By: who, Why: journal.Personal(why), Calls: d.tell(who, "anyway/"+x.ID)})
	return nil
}

// openDecisionOf is a decision that may still be answered.
func (d *decider) openDecisionOf(id string) (*Decision, error) {
	x := d.s.Decision(id)
	if x == nil {
		return nil, fault.New(fault.NotFound, "Incident %s has no decision %q.", d.s.ID, id)
	}
	name := x.Name(d.p)
	if x.State == Expired || x.State == Open && !d.now.Before(x.Expires) {
		return nil, fault.New(fault.Expired, "%s expired at %s; nothing is to be signed.", name, clock(x.expired())).Instead("Sign the newer asking, if there is one.")
	}
	if x.State != Open {
		how := x.State
		if how == Met {
			how = "agreed"
		}
		return nil, fault.New(fault.Conflict, "%s was %s at %s; nothing is to be signed.", name, how, clock(x.Settled))
	}
	return x, nil
}

func (x *Decision) expired() time.Time {
	if x.Settled.IsZero() {
		return x.Expires
	}
	return x.Settled
}

// approvalOf is what a person answered, nil if nothing.
func (x *Decision) approvalOf(who string) *Approval {
	return find(x.Approvals, func(a *Approval) bool { return a.Person == who })
}

// tell makes one message to everybody of the core team but whoever did what it tells of.
func (d *decider) tell(but, name string) []Ring {
	var people []string
	for _, x := range d.p.CoreTeam {
		if x.ID != but && !x.Body && d.s.Sees(x.ID) {
			people = append(people, x.ID)
		}
	}
	return d.rings(people, 0, fmt.Sprintf("%s/%s/%d", d.s.ID, name, d.s.Version+1))
}

// ownerIs is the person of the plan whose key an owner of a Safe is; empty if it is nobody's.
func ownerIs(p *plan.Plan, chain uint64, owner evm.Address) string {
	for _, team := range [][]plan.Person{p.CoreTeam, p.ExtendedTeam} {
		for i := range team {
			if slices.Contains(accounts(&team[i], chain), owner) {
				return team[i].ID
			}
		}
	}
	return ""
}

// accounts are the accounts with which a person may be the owner of a Safe on a chain: their own and their contracts.
func accounts(x *plan.Person, chain uint64) []evm.Address {
	list := decision.Keys(x)
	for _, k := range x.Keys {
		if k.Kind == keyContract && (k.Chain == chain || k.Chain == 0) && !slices.Contains(list, k.Address) {
			list = append(list, k.Address)
		}
	}
	return list
}

const keyContract = "contract" // of a person's keys
