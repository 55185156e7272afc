package incident_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"tocsin/action/safe"
	"tocsin/decision"
	"tocsin/evm"
	"tocsin/incident"
	"tocsin/plan"
)

// ledger is a deliberately dumb second opinion on a history: it sees only events, and believes none of the package's own
// conclusions.
type ledger struct {
	open      map[string]bool             // pages requested that have not rung or ended yet
	subjects  map[string]incident.Subject // of decisions
	names     map[string]string           // decision → id in the plan
	votes     map[string]map[string]string
	safes     map[string]incident.EventSafeAsked // decision → what its owners are asked to sign
	signers   map[string][]incident.Approval     // decision → whoever approved
	overrides map[string][]incident.Overriding
	anyway    map[string]bool   // decisions whose rule need not be met
	out       map[string]bool   // persons and keys that are not trusted, or do not know of it
	closed    map[string]string // decisions that are over, and how
	armed     map[string]bool   // decisions that were signed in advance
	validated bool
	ordered   map[string]bool
	nonces    map[string]incident.Transaction
	rejected  map[string]string // decision → its rejection, once it is ordered
	doers     map[string]string // action → decision
	landed    map[string]bool   // actions whose transaction is in a block: tried again, they need another nonce
	lost      map[string]bool   // actions whose transaction landed and failed: the next may have another nonce
}

func (l *ledger) enter(t testing.TB, p *plan.Plan, h incident.Happened) {
	t.Helper()
	if l.open == nil {
		*l = ledger{
			open: map[string]bool{}, subjects: map[string]incident.Subject{}, names: map[string]string{}, votes: map[string]map[string]string{},
			safes: map[string]incident.EventSafeAsked{}, signers: map[string][]incident.Approval{}, anyway: map[string]bool{}, armed: map[string]bool{}, overrides: map[string][]incident.Overriding{},
			ordered: map[string]bool{}, nonces: map[string]incident.Transaction{}, rejected: map[string]string{}, doers: map[string]string{},
			out: map[string]bool{}, closed: map[string]string{}, landed: map[string]bool{}, lost: map[string]bool{},
		}
	}
	switch e := h.Event.(type) {
	case incident.EventPageRequested:
		l.open[e.Page] = true
	case incident.EventPageRung:
		delete(l.open, e.Page)
	case incident.EventPageEnded:
		delete(l.open, e.Page)
	case incident.EventValidated:
		l.validated = true
	case incident.EventReopened:
		l.validated = e.Phase == incident.Validated
	case incident.EventDecisionOpened:
		l.subjects[e.ID], l.names[e.ID], l.votes[e.ID] = e.Subject, e.Decision, map[string]string{}
		if e.Armed != nil {
			l.armed[e.ID] = h.At.Before(e.Armed.Until)
			for _, a := range e.Armed.Answers {
				l.votes[e.ID][a.Person] = a.Choice
			}
		}
	case incident.EventApproval:
		l.attested(t, p, e)
		l.votes[e.Decision][e.Approval.Person] = e.Approval.Choice
		l.signers[e.Decision] = append(slices.DeleteFunc(l.signers[e.Decision], func(a incident.Approval) bool { return a.Person == e.Approval.Person }), e.Approval)
	case incident.EventSafeAsked:
		l.safes[e.Decision] = e
		delete(l.ordered, e.Decision)
		for _, who := range e.Void {
			delete(l.votes[e.Decision], who)
		}
	case incident.EventUnvouched:
		delete(l.ordered, e.Decision)
		for action, of := range l.doers {
			if tx, signed := l.nonces[action]; of == e.Decision && signed && !l.landed[action] {
				t.Fatalf("decision %s was opened again while %s, signed with nonce %d, may land", e.Decision, action, tx.Nonce)
			}
		}
		if e.Override {
			l.overrides[e.Decision] = slices.DeleteFunc(l.overrides[e.Decision], func(o incident.Overriding) bool { return o.Person == e.Person })
		} else {
			delete(l.votes[e.Decision], e.Person)
			l.signers[e.Decision] = slices.DeleteFunc(l.signers[e.Decision], func(a incident.Approval) bool { return a.Person == e.Person })
		}
	case incident.EventDecisionSettled:
		if e.State != incident.Met {
			l.closed[e.Decision] = e.State
		}
	case incident.EventDistrusted:
		if e.What == incident.DistrustPerson || e.What == incident.DistrustKey {
			l.out[strings.ToLower(string(e.Ref))] = true
		}
	case incident.EventTrusted:
		delete(l.out, strings.ToLower(string(e.Ref)))
	case incident.EventRestricted:
		for _, who := range e.Hide {
			l.out[who] = true
		}
	case incident.EventRevealed:
		delete(l.out, e.Person)
	case incident.EventOverride:
		l.overrides[e.Decision] = append(l.overrides[e.Decision], e.Override)
	case incident.EventDenied:
		delete(l.votes[e.Decision], e.Person)
	case incident.EventWithdrawn:
		l.votes[e.Decision], l.closed[e.Decision] = map[string]string{}, "withdrawn"
	case incident.EventSentAnyway:
		l.anyway[e.Decision] = true
	case incident.EventActionOrdered:
		l.order(t, p, e)
	case incident.EventActionFailed:
		for of, by := range l.rejected {
			if by == l.doers[e.ID] {
				delete(l.rejected, of)
			}
		}
	case incident.EventActionLanded:
		l.landed[e.ID], l.lost[e.ID] = true, e.Landing.Status == 0
	case incident.EventActionUnlanded:
		l.landed[e.ID] = false
	case incident.EventActionRetried:
		if l.landed[e.ID] {
			delete(l.nonces, e.ID)
		}
	case incident.EventActionSigned:
		if by := l.rejected[l.doers[e.ID]]; by != "" {
			t.Fatalf("action %s was signed while its rejection %s was being carried out", e.ID, by)
		}
		before, ok := l.nonces[e.ID]
		if ok && (before.Nonce != e.Tx.Nonce || before.From != e.Tx.From) && !l.lost[e.ID] && e.Void == "" {
			t.Fatalf("action %s was signed with nonce %d after nonce %d", e.ID, e.Tx.Nonce, before.Nonce)
		}
		l.nonces[e.ID] = e.Tx
	}
}

// order holds an order to the plan: validated, decided by everyone required, once.
func (l *ledger) order(t testing.TB, p *plan.Plan, e incident.EventActionOrdered) {
	t.Helper()
	if !l.validated && !l.armed[e.Decision] {
		t.Fatalf("action %s was ordered before the incident was validated", e.ID)
	}
	once, wholes := e.Decision, together(p, e.Action)
	if slices.Contains(wholes, l.subjects[e.Decision].Ref) {
		once += "/" + e.Action // one of those that start together
	}
	if l.ordered[once] || l.ordered[e.Decision] {
		t.Fatalf("decision %s ordered an action twice", e.Decision)
	}
	if how := l.closed[e.Decision]; how != "" {
		t.Fatalf("action %s was ordered by decision %s, which is %s", e.ID, e.Decision, how)
	}
	l.ordered[once] = true
	l.doers[e.ID] = e.Decision
	of := e.Action // in the plan
	switch sub := l.subjects[e.Decision]; {
	case sub.Kind == "rejection" && e.Action == "reject/"+sub.Ref:
		of = l.rejects(t, e, sub.Ref)
	case sub.Kind == "action" && once != e.Decision && e.Prepared.Safe == nil:
	case sub.Kind != "action" || sub.Ref != e.Action:
		t.Fatalf("action %s was ordered by a decision on %s %s", e.Action, sub.Kind, sub.Ref)
	}
	d, ok := p.Decision(l.names[e.Decision])
	authorised := slices.ContainsFunc(append(together(p, of), of), func(id string) bool { return slices.Contains(d.Actions, id) })
	if !ok || !authorised || len(d.Required) == 0 {
		t.Fatalf("decision %q does not authorise action %s", l.names[e.Decision], e.Action)
	}
	l.owners(t, e)
	if l.anyway[e.Decision] || l.overridden(e.Decision, d) {
		return
	}
	yes := func(person string) bool { return l.votes[e.Decision][person] == decision.Approve && !l.out[person] }
	for _, who := range d.Required { // the plans of these tests require persons, and groups of persons
		if g, ok := p.Group(who); ok {
			n := 0
			for _, m := range g.Members {
				if yes(m) {
					n++
				}
			}
			for _, in := range d.StandIns {
				if in.For == who && yes(in.Who) && !slices.Contains(g.Members, in.Who) {
					n++
				}
			}
			if n < g.Need || g.Need == 0 {
				t.Fatalf("action %s was ordered with %d of the %d of %s", e.Action, n, g.Need, who)
			}
			continue
		}
		silent := l.votes[e.Decision][who] == "" || l.out[who]
		if yes(who) || silent && slices.ContainsFunc(d.StandIns, func(in plan.StandIn) bool { return in.For == who && yes(in.Who) }) {
			continue
		}
		t.Fatalf("action %s was ordered without %s", e.Action, who)
	}
}

// together lists the actions of the plan that start an action with others.
func together(p *plan.Plan, id string) []string {
	var list []string
	for _, a := range p.Actions {
		if slices.Contains(a.Together, id) {
			list = append(list, a.ID)
		}
	}
	return list
}

// rejects holds a rejection to what it takes the place of: it does nothing, under the nonce that was signed for. It returns the action.
func (l *ledger) rejects(t testing.TB, e incident.EventActionOrdered, of string) string {
	t.Helper()
	asked, was := l.safes[e.Decision], l.safes[of]
	if x := asked.Tx; x.Nonce != was.Tx.Nonce || x.To != asked.Facts.Safe || len(x.Data) != 0 || x.Value != nil && !x.Value.IsZero() || x.Operation != safe.Call {
		t.Fatalf("the rejection of nonce %d of decision %s does %+v", was.Tx.Nonce, of, x)
	}
	l.rejected[of] = e.Decision
	return l.subjects[of].Ref
}

// attested holds what is attested to the plan: by whom, of whom, and never of what moves anything.
func (l *ledger) attested(t testing.TB, p *plan.Plan, e incident.EventApproval) {
	t.Helper()
	at := e.Approval.Attested
	if at == nil {
		return
	}
	d, ok := p.Decision(l.names[e.Decision])
	if !ok || d.Attested == nil || !slices.Contains(d.Attested.By, at.By) || at.By == e.Approval.Person || slices.Contains(d.Required, at.By) || at.How == at.Came {
		t.Fatalf("%s attested what %s said to %s: %+v", at.By, e.Approval.Person, l.names[e.Decision], at)
	}
}

// owners holds the order of a Safe's action to its owners: as many different ones as the Safe wants have signed this very hash.
func (l *ledger) owners(t testing.TB, e incident.EventActionOrdered) {
	t.Helper()
	if e.Prepared.Safe == nil {
		if e.Prepared.Outward() && e.Send == nil {
			return
		}
		if e.Send == nil || e.Send.To != e.Prepared.To || !bytes.Equal(e.Send.Calldata(), e.Prepared.Data) {
			t.Fatalf("action %s sends something else than was prepared: %+v", e.ID, e.Send)
		}
		return
	}
	asked := l.safes[e.Decision]
	owners := map[evm.Address]bool{}
	for _, a := range l.signers[e.Decision] {
		if l.out[a.Person] || l.out[strings.ToLower(a.Signer.Hex())] || a.Choice != decision.Approve || a.Form != incident.FormSafe || a.Hash != asked.Hashes.Hash || !slices.Contains(asked.Facts.Owners, a.Signer) {
			continue
		}
		if a.Kind == safe.Account {
			if by, err := evm.Recover(asked.Hashes.Hash, a.Sealed); err != nil || by != a.Signer {
				t.Fatalf("the signature of %s is by %s: %v", a.Person, by, err)
			}
		}
		owners[a.Signer] = true
	}
	if n := uint64(len(owners)); n < asked.Facts.Threshold || n == 0 {
		t.Fatalf("action %s was ordered with %d of %d owners", e.ID, n, asked.Facts.Threshold)
	}
	if e.Send == nil || e.Send.To != asked.Facts.Safe || !e.Send.Value.IsZero() || len(e.Send.Safe) == 0 || len(e.Send.Data) != 0 {
		t.Fatalf("action %s sends %+v", e.ID, e.Send)
	}
}

// overridden reports whether as many different persons whom the plan names have overridden a decision.
func (l *ledger) overridden(id string, d plan.Decision) bool {
	by := map[string]bool{}
	for _, o := range l.overrides[id] {
		if d.Override != nil && !l.out[o.Person] && slices.Contains(d.Override.Who, o.Person) { // the plans of these tests name persons
			by[o.Person] = true
		}
	}
	return d.Override != nil && len(by) >= 2 && len(by) >= d.Override.Need
}

// settled holds the history to what must be true between commands.
func (l *ledger) settled(t testing.TB) {
	t.Helper()
	for page := range l.open {
		t.Fatalf("page %s was requested and neither rung nor ended", page)
	}
}
