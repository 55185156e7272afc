package web

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"tocsin/access"
	"tocsin/decision"
	"tocsin/engine"
	"tocsin/fault"
	"tocsin/incident"
)

// bypass is what a person may do with a decision beside answering it.
type bypass struct {
	Decision string
	Withdraw *form
	Reject   *form
	Anyway   *form
	Attest   *attesting
	Deny     *form
	Denies   string // what would be denied
	Override *overriding
	Said     []string // what was done of it so far, in sentences
}

// Any reports whether there is anything to show.
func (b *bypass) Any() bool {
	return b != nil && (b.Withdraw != nil || b.Reject != nil || b.Anyway != nil || b.Attest != nil || b.Deny != nil || b.Override != nil || len(b.Said) > 0)
}

// attesting is the form by which somebody attests what an approver said.
type attesting struct {
	Form   form
	People []option
	Ways   []string // kinds of contacts
}

// overriding is the form by which somebody decides without the approvers.
type overriding struct {
	Form form
	Demo string // name to sign as; empty outside the demo
	Page string // where it is read and signed, once there is a reason
	Who  string // who else may sign it
}

func (l *look) bypass(d *incident.Decision, st decision.Status) *bypass {
	b := &bypass{Decision: d.ID}
	pd, _ := l.plan.Decision(d.Decision)
	for _, o := range d.Overrides {
		b.Said = append(b.Said, l.name(o.Person)+" signed an override: “"+string(o.Why)+"”")
	}
	if a := d.Anyway; a != nil {
		b.Said = append(b.Said, l.name(a.By)+" has it sent although the plan's rule is not met: “"+string(a.Why)+"”")
	}
	if w := d.Withdrawn; w != nil {
		b.Said = append(b.Said, l.name(w.By)+" withdrew it: “"+string(w.Why)+"”")
	}
	if x := l.state.Decision(d.Subject.Ref); d.Subject.Kind == incident.SubjectRejection && x != nil {
		b.Said = append(b.Said, l.name(d.Proposer)+" wants that what the owners signed for it can never be carried out: “"+string(d.Why)+"”")
	}
	if a := d.AttestedOf(l.person); a != nil {
		f := l.form("deny-"+d.ID, "deny")
		b.Deny, b.Denies = &f, l.name(a.Attested.By)+" attests that you said so: “"+string(a.Attested.Words)+"”"
	}
	if !l.going() {
		return b
	}
	if (d.State == incident.Open || d.State == incident.Met && l.state.Unsent(d.ID) && l.notOrdered(d)) && l.state.MayWithdraw(d, l.person) && l.may(access.Respond) {
		f := l.form("withdraw-"+d.ID, "withdraw")
		b.Withdraw = &f
	}
	if l.state.Rejectable(l.plan, d) == nil && l.state.MayWithdraw(d, l.person) && l.may(access.Respond) {
		f := l.form("reject-"+d.ID, "reject")
		b.Reject = &f
	}
	if d.State != incident.Open || !l.Now.Before(d.Expires) {
		return b
	}
	if l.state.MaySendAnyway(d, st, l.person) && l.may(access.Approve) {
		f := l.form("send-anyway-"+d.ID, "send-anyway")
		b.Anyway = &f
	}
	if people := l.state.Attestable(l.plan, d, st, l.person); len(people) > 0 && l.may(access.Respond) {
		b.Attest = &attesting{Form: l.form("attest-"+d.ID, "attest")}
		seen := map[string]bool{}
		for _, who := range people {
			b.Attest.People = append(b.Attest.People, option{Value: who, Name: l.name(who)})
			x, _ := l.plan.Person(who)
			for _, way := range x.Ladder() {
				if !seen[way.Kind] {
					seen[way.Kind] = true
					b.Attest.Ways = append(b.Attest.Ways, way.Kind)
				}
			}
		}
	}
	if pd.Override != nil && incident.MayOverride(l.plan, d, l.person) && !overridden(d, l.person) && l.may(access.Approve) {
		var names []string
		for _, who := range l.plan.MembersOf(pd.Override.Who, d.Opened) {
			names = append(names, l.name(who))
		}
		b.Override = &overriding{Form: l.form("override-"+d.ID, "override"), Who: strings.Join(names, ", "), Page: l.path("decisions/" + d.ID)}
		if l.Stage != nil {
			b.Override.Demo = l.name(l.person)
		}
	}
	return b
}

// overriding shows a decision as its override would be signed, for a reason.
func (l *look) overriding(d *incident.Decision, why string) *verdict {
	v := l.verdict(d, decision.Override)
	if v.Bypass == nil || v.Bypass.Override == nil || why == "" {
		return l.verdict(d, decision.Approve)
	}
	m := incident.OverrideOf(d, why)
	v.Bypass, v.Why = nil, ""
	v.Content.Sentence = m.Summary
	v.Content.Typed, v.Content.Hashes = typedData(m.Typed())
	for i := range v.Content.Facts {
		if f := &v.Content.Facts[i]; f.Label == "Digest" {
			f.Text = groups(m.Digest().Hex())
		}
	}
	v.Sign = l.signing(d, decision.Override)
	v.Sign.Form, v.Sign.Link = l.form("override-"+d.ID, "override"), nil
	v.Sign.Why = strings.TrimSpace(why)
	person, _ := l.plan.Person(l.person)
	v.Sign.Passkeys = passkeysOf(&person, m.Digest())
	v.Sign.Command += " --override " + strconv.Quote(v.Sign.Why)
	return v
}

func overridden(d *incident.Decision, person string) bool {
	for _, o := range d.Overrides {
		if o.Person == person {
			return true
		}
	}
	return false
}

// notOrdered reports whether nothing is being carried out for a decision.
func (l *look) notOrdered(d *incident.Decision) bool {
	for i := range l.state.Actions {
		if l.state.Actions[i].Decision == d.ID {
			return false
		}
	}
	return d.Prepared != nil
}

func attestOp(v url.Values) incident.Op {
	choice := v.Get("choice")
	if choice == "" {
		choice = decision.Approve
	}
	return incident.OpAttest{Decision: v.Get("decision"), Person: v.Get("person"), Choice: choice, Came: v.Get("came"), How: v.Get("how"), Words: lines(v.Get("words"))}
}

// overrideOf is an override with the signature that the form carries, or that the demo's key makes.
func (c *Console) overrideOf(ctx context.Context, s *session, sign func(d *incident.Decision, why string) ([]byte, error), view *engine.View, form url.Values) (incident.Op, error) {
	op := incident.OpOverride{Decision: form.Get("decision"), Why: form.Get("why")}
	d := view.State.Decision(op.Decision)
	if d == nil {
		return nil, fault.New(fault.NotFound, "There is no such decision.")
	}
	var err error
	if form.Get("with") == "demo" && c.Stage != nil {
		op.Signature, err = sign(d, op.Why)
		return op, err
	}
	if op.Signature, err = formSignature(form); err != nil {
		return nil, err
	}
	op.Fact, err = c.confirmed(ctx, s, view, op.Decision, decision.Override, op.Why, op.Signature)
	return op, err
}

// safeFacts adds what the owners of a Safe should know of the transaction before they sign it.
func (l *look) safeFacts(d *incident.Decision, g incident.Signing, add func(label, text string, code bool)) {
	x := d.Safe
	if x == nil {
		return
	}
	add("Safe", d.Prepared.Safe.Name, false)
	add("Safe nonce", strconv.FormatUint(x.Tx.Nonce, 10), true)
	add("Owners wanted", fmt.Sprintf("%d of %d, as of block %d", x.Facts.Threshold, len(x.Facts.Owners), x.Facts.Block), false)
	for _, w := range x.Warnings {
		add("Know of the Safe", w, false)
	}
	if g.Safe {
		add("You sign", "the Safe's transaction, as an owner: it can be carried out with your signature, which does not expire", false)
	} else {
		add("You sign", "the message of this decision; you are no owner of the Safe", false)
		add("Safe transaction", groups(x.Hashes.Hash.Hex()), true)
	}
}
