package incident

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/decision"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
)

// OverrideOf is the message that a person signs to decide without the approvers: the message of the decision, with another choice and
// their reason, which they read in their wallet.
func OverrideOf(x *Decision, why string) decision.Message {
	m := x.Message.With(decision.Override)
	m.Summary = "OVERRIDE: " + m.Summary + " Reason: " + strings.TrimSpace(clean(why))
	return m
}

// MayOverride reports whether the plan lets a person decide without the approvers.
func MayOverride(p *plan.Plan, x *Decision, who string) bool {
	pd, ok := p.Decision(x.Decision)
	return ok && pd.Override != nil && slices.Contains(p.MembersOf(pd.Override.Who, x.Opened), who)
}

func (d *decider) override(op OpOverride) error {
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
	pd, _ := d.p.Decision(x.Decision)
	if pd.Override == nil {
		return fault.New(fault.Forbidden, "The plan lets nobody override %s.", pd.Name)
	}
	if !MayOverride(d.p, x, who) {
		return fault.New(fault.Forbidden, "The plan does not name %s among those who may override %s.", NameOf(d.p, who), pd.Name)
	}
	if o := x.overridden(who); o != nil && o.Void == "" {
		return fault.New(fault.Conflict, "%s signed the override at %s already.", NameOf(d.p, who), clock(o.At))
	}
	signer, err := d.proved(OverrideOf(x, why), op.Signature, op.Fact, who)
	if err != nil {
		return err
	}
	d.emit(EventOverride{
		Decision: x.ID, Calls: d.tell(who, "override/"+x.ID),
		Override: Overriding{Person: who, Why: journal.Personal(why), Signer: signer, Signature: op.Signature, At: d.now, Fact: op.Fact},
	})
	d.there(who)
	return nil
}

func (x *Decision) overridden(who string) *Overriding {
	return find(x.Overrides, func(o *Overriding) bool { return o.Person == who })
}

// overruled is how a decision stands once enough have overridden the plan's rule; st itself if they have not.
func (s *State) overruled(p *plan.Plan, d *Decision, st decision.Status, now time.Time) decision.Status {
	pd, ok := p.Decision(d.Decision)
	if !ok || pd.Override == nil || len(d.Overrides) == 0 || st.State != decision.Open || !now.Before(d.Expires) {
		return st
	}
	var by []string
	signers := map[evm.Address]bool{}
	for _, o := range d.Overrides {
		if o.Void == "" && s.Sees(o.Person) && !s.Distrusts(DistrustKey, o.Signer.Hex()) && MayOverride(p, d, o.Person) && !signers[o.Signer] {
			signers[o.Signer] = true
			by = append(by, NameOf(p, o.Person))
		}
	}
	need := pd.Override.Persons()
	if len(by) < need {
		st.Say += fmt.Sprintf(" %d of the %d who may override it have signed that: %s.", len(by), need, strings.Join(by, ", "))
		return st
	}
	st.State = decision.Met
	st.Say = "Overridden by " + strings.Join(by, " and ") + ", without those whom the plan wants to agree."
	return st
}
