package incident

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/decision"
	"tocsin/fault"
	"tocsin/journal"
)

// attest takes what an approver said by word of mouth, from somebody who called them back on another channel.
func (d *decider) attest(op OpAttest) error {
	who, err := d.responder()
	if err != nil {
		return err
	}
	x, err := d.openDecisionOf(op.Decision)
	if err != nil {
		return err
	}
	pd, _ := d.p.Decision(x.Decision)
	said, err := words(op.Words, "account of what they said", true)
	if err != nil {
		return err
	}
	came, err := words(op.Came, "channel over which it came", true)
	if err != nil {
		return err
	}
	whose, known := d.p.Person(op.Person)
	switch {
	case pd.Attested == nil:
		return fault.New(fault.Forbidden, "The plan lets nobody approve %s by word of mouth.", pd.Name).Instead("Each of the approvers has to sign.")
	case op.Choice != decision.Approve && op.Choice != decision.Refuse:
		return fault.New(fault.Invalid, "%q is neither %s nor %s.", op.Choice, decision.Approve, decision.Refuse)
	case !slices.Contains(d.p.MembersOf(pd.Attested.By, x.Opened), who):
		return fault.New(fault.Forbidden, "The plan does not let %s attest what others say to %s.", NameOf(d.p, who), pd.Name)
	case !known:
		return fault.New(fault.Invalid, "The plan names no person %q.", op.Person)
	case whose.Body:
		return fault.New(fault.Invalid, "%s is an organisation; it is a person of it who said something.", whose.Name).Instead("Name the person in the plan.")
	case who == whose.ID:
		return fault.New(fault.Forbidden, "Nobody attests their own words.").Instead("Sign it.")
	case who == x.Proposer:
		return fault.New(fault.Forbidden, "%s proposed this; somebody else has to attest what others say to it.", NameOf(d.p, who))
	case decision.MayAnswer(d.p, &pd, who, x.Opened, d.now, x.Proposer) == nil:
		return fault.New(fault.Forbidden, "%s decides on this, and cannot attest what others say to it.", NameOf(d.p, who))
	case d.s.Refusal(whose.ID) != nil || !d.s.Sees(whose.ID):
		return fault.New(fault.Forbidden, "What %s says does not count in this incident.", whose.Name)
	}
	if err := decision.MayAnswer(d.p, &pd, whose.ID, x.Opened, d.now, x.Proposer); err != nil {
		return err
	}
	how := strings.TrimSpace(op.How)
	ways := ladder(d.p, whose.ID)
	called := false
	for _, w := range ways {
		called = called || strings.EqualFold(w.Kind, how)
	}
	switch a := x.approvalOf(whose.ID); {
	case !called:
		return fault.New(fault.Invalid, "%q is no contact of %s in the plan that is trusted.", how, whose.Name).Instead("Call them back over one of the contacts that the plan has: a number that came with the message proves nothing.")
	case strings.EqualFold(how, came):
		return fault.New(fault.Forbidden, "They were called back over %s, over which the message had come.", how).Instead("Call them back over another of their contacts.")
	case a != nil && !d.s.void(*a) && a.Form != FormAttested:
		return fault.New(fault.Conflict, "%s has signed this at %s.", whose.Name, clock(a.At))
	case a != nil && !d.s.void(*a) && a.Choice == op.Choice && d.now.Before(a.Attested.Until):
		return fault.New(fault.Conflict, "That was attested at %s already.", clock(a.At))
	case a != nil && a.Denied:
		return fault.New(fault.Forbidden, "%s has denied what was attested of them. They have to sign.", whose.Name)
	}
	until := d.now.Add(pd.Attested.Expires.Or(decision.Expiry(&pd)))
	if until.After(x.Expires) {
		until = x.Expires
	}
	d.emit(EventApproval{Decision: x.ID, Approval: Approval{Person: whose.ID, Choice: op.Choice, At: d.now, Form: FormAttested, Attested: &Attestation{
		By: who, Came: came, How: how, Words: journal.Personal(said), Until: until,
	}}})
	d.warnAttested(x.ID, whose.ID, who)
	return nil
}

// warnAttested tells a person over all their contacts at once what was attested of them, with a link whose page lets them deny it.
func (d *decider) warnAttested(id, whose, by string) {
	name := d.s.Decision(id).Name(d.p)
	if pg := d.s.ringing(whose); pg != nil {
		d.emit(EventPageEnded{Page: pg.ID, State: Ended}) // this is more urgent than why they were called
	}
	page := fmt.Sprintf("page-%d", len(d.s.Pages)+1)
	d.emit(EventPageRequested{Page: page, Person: whose, Why: NameOf(d.p, by) + " attests that you agreed by word of mouth to: " + name + ". If you did not, say so at once"})
	ways := ladder(d.p, whose)
	if len(ways) == 0 || d.s.spares(whose) {
		d.emit(EventPageEnded{Page: page, State: Exhausted})
		return
	}
	d.use(page, ways, d.now.Add(2*time.Minute))
}

// deny voids what was attested of the person who acts. It counts whoever they are, and whatever has become of the incident.
func (d *decider) deny(op OpDeny) error {
	who := d.cmd.Actor.ID
	x := d.s.Decision(op.Decision)
	if d.cmd.Actor.Kind != journal.Person || x == nil {
		return fault.New(fault.NotFound, "Incident %s has no decision %q of which anything was attested of you.", d.s.ID, op.Decision)
	}
	a := x.approvalOf(who)
	if a == nil || a.Form != FormAttested {
		return fault.New(fault.NotFound, "Nothing is attested of you in %s.", op.Decision)
	}
	if a.Denied {
		return fault.New(fault.Conflict, "You have denied it already; it does not count.")
	}
	d.emit(EventDenied{Decision: x.ID, Person: who, Attester: a.Attested.By, Came: a.Attested.Came, Calls: d.tell(who, "denied/"+x.ID)})
	if y := *d.s.Decision(x.ID); y.State == Met && !d.s.Phase.Over() {
		d.revoke(y)
	}
	return nil
}

// lapsed reports whether a decision that was met would not be any more, because what was attested for it stands no longer.
func (d *decider) lapsed(x *Decision) bool {
	return slices.ContainsFunc(x.Approvals, func(a Approval) bool { return a.Form == FormAttested }) && d.s.Status(d.p, x, d.now).State != decision.Met
}
