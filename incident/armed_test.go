package incident_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/decision"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/plan"
)

// armTheft has an issue armed by some people for a day; armed an hour ago.
func armTheft(t testing.TB, p *plan.Plan, now time.Time, by ...string) *decision.Arming {
	t.Helper()
	a, err := decision.Arm(p, "theft", 1, "ada", now.Add(-time.Hour), now.Add(23*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	for _, who := range by {
		k, err := crypto.ToECDSA(evm.Keccak([]byte("tocsin demo key: " + who)).Bytes())
		if err != nil {
			t.Fatal(err)
		}
		digest := a.Message.With(decision.Approve).Digest()
		sig, err := crypto.Sign(digest[:], k)
		if err != nil {
			t.Fatal(err)
		}
		s, err := a.Accept(p, who, decision.Approve, sig, a.Asked.Add(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		a.Answers = append(a.Answers, s)
	}
	return &a
}

// ready is what stands armed, by the options of a finding: armed=ben,cyd, or not=REASON.
func (s *story) ready(w *said) []incident.Ready {
	s.t.Helper()
	switch by, not := w.list("armed"), spaced(w.take("not", "")); {
	case not != "":
		return []incident.Ready{{Issue: "theft", Why: not}}
	case by != nil:
		return []incident.Ready{{Issue: "theft", Arming: armTheft(s.t, s.plan, s.now, by...)}}
	}
	return nil
}

// armedWorld opens an incident with a finding that may act and one that agrees, by what is armed.
func armedWorld(t *testing.T, change func(p *plan.Plan, op *incident.OpOpen)) *incident.State {
	t.Helper()
	p := loadPlan(t, "testdata/armed/plan")
	op := incident.OpOpen{ID: "1", Protocol: "small", Plan: p.Hash(), Findings: []incident.Finding{a("f1", "drain", "act", 0), a("f2", "odd", "page", 0)}}
	op.Ready = []incident.Ready{{Issue: "theft", Arming: armTheft(t, p, noon, "ben", "cyd")}}
	change(p, &op)
	s := &incident.State{}
	events, err := incident.Decide(p, s, incident.Command{Actor: journal.Actor{Kind: journal.Detector, ID: "drain"}, Op: op}, noon)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		s.Apply(incident.Happened{Event: e, At: noon})
	}
	return s
}

// What was signed is proved again whenever something is done by it: whoever holds the server can put nothing in its place.
func TestArmingIsProvedAgain(t *testing.T) {
	if s := armedWorld(t, func(*plan.Plan, *incident.OpOpen) {}); len(s.Actions) != 1 {
		t.Fatalf("it is not done: %+v", s.NotActed)
	}
	for name, c := range map[string]struct {
		change func(p *plan.Plan, op *incident.OpOpen)
		why    string
	}{
		"a later end": {func(_ *plan.Plan, op *incident.OpOpen) { op.Ready[0].Arming.Until = noon.Add(99 * time.Hour) }, "does not follow from the plan"},
		"a forged end": {func(p *plan.Plan, op *incident.OpOpen) {
			x := op.Ready[0].Arming
			x.Until = noon.Add(99 * time.Hour)
			*x = remade(p, x)
		}, "The answer of"},
		"another number":     {func(p *plan.Plan, op *incident.OpOpen) { x := op.Ready[0].Arming; x.Number = 2; *x = remade(p, x) }, "The answer of"},
		"another signer":     {func(_ *plan.Plan, op *incident.OpOpen) { op.Ready[0].Arming.Answers[0].Person = "dan" }, "The answer of"},
		"a missing answer":   {func(_ *plan.Plan, op *incident.OpOpen) { x := op.Ready[0].Arming; x.Answers = x.Answers[:1] }, "does not suffice any more"},
		"a refusal as yes":   {func(_ *plan.Plan, op *incident.OpOpen) { op.Ready[0].Arming.Answers[1].Choice = decision.Refuse }, "The answer of"},
		"another plan":       {func(_ *plan.Plan, op *incident.OpOpen) { op.Ready[0].Arming.Message.Plan = evm.Hash{1} }, "another plan"},
		"another action":     {func(_ *plan.Plan, op *incident.OpOpen) { op.Ready[0].Arming.Message.Action = evm.Hash{1} }, "does not follow"},
		"of another issue":   {func(_ *plan.Plan, op *incident.OpOpen) { op.Ready[0].Arming.Issue = "outage" }, "another issue"},
		"over":               {func(p *plan.Plan, op *incident.OpOpen) { op.Ready[0].Arming = past(p, op.Ready[0].Arming) }, "not armed any more"},
		"nothing armed":      {func(_ *plan.Plan, op *incident.OpOpen) { op.Ready = nil }, "It is not armed."},
		"the engine says no": {func(_ *plan.Plan, op *incident.OpOpen) { op.Ready[0].Why = "It has acted once already." }, "acted once"},
		"an exercise":        {func(_ *plan.Plan, op *incident.OpOpen) { op.Exercise = &incident.Exercise{Scenario: "x", Chain: 31337} }, "exercise"},
		"no second":          {func(_ *plan.Plan, op *incident.OpOpen) { op.Findings = op.Findings[:1] }, "Oddity has not found the same"},
		"a second too late":  {func(_ *plan.Plan, op *incident.OpOpen) { op.Findings[1].At = noon.Add(11 * time.Minute) }, "Oddity has not found the same"},
	} {
		t.Run(name, func(t *testing.T) {
			s := armedWorld(t, c.change)
			if len(s.Actions) != 0 {
				t.Fatalf("it is done: %+v", s.Actions[0].Prepared.Words)
			}
			if len(s.NotActed) != 1 || !strings.Contains(s.NotActed[0].Why, c.why) {
				t.Errorf("the reason is %+v, want %q", s.NotActed, c.why)
			}
			if len(s.Decisions) != 1 || s.Decisions[0].State != incident.Open {
				t.Errorf("people are not asked: %+v", s.Decisions)
			}
		})
	}
}

// remade is an arming whose message says what its fields do, with the signatures of another.
func remade(p *plan.Plan, a *decision.Arming) decision.Arming {
	b, err := decision.Arm(p, a.Issue, a.Number, a.Proposer, a.Asked, a.Until)
	if err != nil {
		return *a
	}
	b.Answers = a.Answers
	return b
}

// past is an arming that ends now.
func past(_ *plan.Plan, a *decision.Arming) *decision.Arming {
	b := *a
	b.Until = noon
	return &b
}

// A signature in advance counts for nothing but what it names, and is taken from those alone whom the decision asks.
func TestAcceptArming(t *testing.T) {
	p := loadPlan(t, "testdata/armed/plan")
	x := armTheft(t, p, noon)
	sign := func(who string, m decision.Message) []byte {
		k, err := crypto.ToECDSA(evm.Keccak([]byte("tocsin demo key: " + who)).Bytes())
		if err != nil {
			t.Fatal(err)
		}
		digest := m.Digest()
		sig, err := crypto.Sign(digest[:], k)
		if err != nil {
			t.Fatal(err)
		}
		return sig
	}
	other := x.Message.With(decision.Approve)
	other.Incident = "arming 2"
	drill := x.Message.With(decision.Approve)
	drill.Exercise = true
	for name, c := range map[string]struct {
		who    string
		m      decision.Message
		choice string
		code   fault.Code
	}{
		"another arming":        {"ben", other, decision.Approve, fault.Forbidden},
		"an exercise":           {"ben", drill, decision.Approve, fault.Forbidden},
		"a no handed in as yes": {"ben", x.Message.With(decision.Refuse), decision.Approve, fault.Forbidden},
		"nobody it asks":        {"ada", x.Message.With(decision.Approve), decision.Approve, fault.Forbidden},
		"nobody of the plan":    {"mallory", x.Message.With(decision.Approve), decision.Approve, fault.Forbidden},
		"no choice":             {"ben", x.Message, "perhaps", fault.Invalid},
	} {
		if _, err := x.Accept(p, c.who, c.choice, sign(c.who, c.m), noon); !fault.Is(err, c.code) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := x.Accept(p, "ben", decision.Approve, sign("ben", x.Message.With(decision.Approve)), x.Until); !fault.Is(err, fault.Expired) {
		t.Errorf("after its end: %v", err)
	}
	// Read back from what is signed, it is the same, and whatever was changed in it is refused.
	full := armTheft(t, p, noon, "ben")
	got, err := decision.ArmingOf(p, full.Message.With(decision.Approve))
	if err != nil || got.Number != full.Number || got.Issue != full.Issue || !got.Asked.Equal(full.Asked) || !got.Until.Equal(full.Until) || got.Proposer != "ada" {
		t.Errorf("read back: %+v, %v", got, err)
	}
	for _, m := range []decision.Message{other, drill} {
		m.Summary += "!"
		if _, err := decision.ArmingOf(p, m); err == nil {
			t.Errorf("taken for an arming: %+v", m)
		}
	}
}
