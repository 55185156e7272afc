package decision_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/decision"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
)

// adopters is a plan that ada, ben and cyd adopt together; dan stands in for cyd after an hour.
func adopters(t *testing.T, change func(*plan.Decision)) *plan.Plan {
	t.Helper()
	p := &plan.Plan{Tocsin: 1, Protocol: "small", Name: "Small"}
	for _, id := range []string{"ada", "ben", "cyd", "dan"} {
		p.CoreTeam = append(p.CoreTeam, plan.Person{ID: id, Name: strings.ToUpper(id[:1]) + id[1:], Keys: []plan.Key{{Address: crypto.PubkeyToAddress(key(t, id).PublicKey)}}})
	}
	d := plan.Decision{
		ID: "adopt", Name: "Adopt", Adopts: true, Required: []string{"ada", "cyd"}, Expires: plan.Duration(24 * time.Hour),
		StandIns: []plan.StandIn{{For: "cyd", Who: "dan", After: plan.Duration(time.Hour)}},
	}
	if change != nil {
		change(&d)
	}
	p.Decisions = []plan.Decision{d}
	return p
}

func adoptionOf(t *testing.T, p *plan.Plan, proposer string, at time.Time) (decision.Adoption, *plan.Plan) {
	t.Helper()
	next := *p
	next.Version = "2"
	a, err := decision.Proposal{InForce: p, Next: &next, Number: 2, Proposer: proposer, Summary: "It changes.", Opened: at}.Adoption()
	if err != nil {
		t.Fatal(err)
	}
	return a, &next
}

// with adds a person's yes at a time; the test fails if it is refused.
func with(t *testing.T, a decision.Adoption, p *plan.Plan, person string, at time.Time) decision.Adoption {
	t.Helper()
	s, err := a.Accept(p, decision.Approve, sign(t, a.Message.With(decision.Approve), person), at)
	if err != nil {
		t.Fatalf("%s: %v", person, err)
	}
	a.Answers = append(a.Answers, s)
	return a
}

var adoptedAt = time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)

func TestAdoptionVerifies(t *testing.T) {
	p := adopters(t, nil)
	a, next := adoptionOf(t, p, "", adoptedAt)
	a = with(t, with(t, a, p, "ada", adoptedAt.Add(time.Minute)), p, "cyd", adoptedAt.Add(2*time.Minute))
	if err := a.Verify(p, next.Hash(), 2, adoptedAt.Add(2*time.Minute)); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		number int
		hash   evm.Hash
		at     time.Time
		by     *plan.Plan
	}{
		"another number": {3, next.Hash(), adoptedAt.Add(2 * time.Minute), p},
		"another plan":   {2, evm.Hash{1}, adoptedAt.Add(2 * time.Minute), p},
		"too late":       {2, next.Hash(), adoptedAt.Add(24 * time.Hour), p},
		"too early":      {2, next.Hash(), adoptedAt.Add(time.Minute), p},
		"another before": {2, next.Hash(), adoptedAt.Add(2 * time.Minute), next},
	} {
		if err := a.Verify(c.by, c.hash, c.number, c.at); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// When a stand-in may sign follows from what was signed, not from when the record says that it was asked.
func TestStandInOfAnAdoption(t *testing.T) {
	p := adopters(t, nil)
	a, next := adoptionOf(t, p, "", adoptedAt)
	a = with(t, a, p, "ada", adoptedAt)
	if _, err := a.Accept(p, decision.Approve, sign(t, a.Message.With(decision.Approve), "dan"), adoptedAt.Add(59*time.Minute)); !fault.Is(err, fault.Forbidden) {
		t.Errorf("too early: %v", err)
	}
	late := adoptedAt.Add(time.Hour)
	a = with(t, a, p, "dan", late)
	if err := a.Verify(p, next.Hash(), 2, late); err != nil {
		t.Error(err)
	}
}

func TestProposerWhoMayNotApprove(t *testing.T) {
	p := adopters(t, func(d *plan.Decision) { d.ProposerMayNotApprove = true })
	a, _ := adoptionOf(t, p, "ben", adoptedAt)
	if a.Proposer() != "ben" {
		t.Errorf("proposed by %q", a.Proposer())
	}
	if hash, ok := a.Message.Adopts(); !ok || hash != a.Message.Action {
		t.Error("it does not say what it adopts")
	}
	next := *p
	next.Version = "2"
	_, err := decision.Proposal{InForce: p, Next: &next, Number: 2, Proposer: "ada", Opened: adoptedAt}.Adoption()
	if !fault.Is(err, fault.Forbidden) {
		t.Errorf("ada proposes what needs her: %v", err)
	}
	// The proposer stands in what is signed: it cannot be taken out afterwards.
	signature := sign(t, a.Message.With(decision.Approve), "ada")
	a.Message.Subject = "adopt plan " + a.Message.Action.Hex()
	if _, err := a.Accept(p, decision.Approve, signature, adoptedAt); !fault.Is(err, fault.Forbidden) {
		t.Errorf("the proposer was taken out: %v", err)
	}
}
