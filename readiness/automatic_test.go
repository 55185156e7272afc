package readiness

import (
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/arm"
	"tocsin/check"
	"tocsin/decision"
	"tocsin/engine"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/plan"
)

func TestWhatIsNotArmed(t *testing.T) {
	w, p := world(t, func(p *plan.Plan) {
		d := &p.Detectors[0]
		for i := range p.Detectors {
			if p.Detectors[i].ID == "unauthorised-withdrawal" {
				d = &p.Detectors[i]
			}
		}
		d.Mode, d.ActReason = "act", "Only a thief can do this"
		for i := range p.Issues {
			if p.Issues[i].ID == "stolen-user-funds" {
				p.Issues[i].Automatic = &plan.Automatic{Action: "pause-vault", Detectors: []string{"unauthorised-withdrawal"}, Decision: "pause-contract"}
			}
		}
	})
	g, ok := look(t, w, NotArmed)
	if !ok || g.Level != check.Note {
		t.Fatalf("%t, %+v", ok, g)
	}
	janet := journal.Actor{Kind: journal.Person, ID: "janet"}
	test := arm.Test{Detector: "unauthorised-withdrawal", Of: arm.Imprint(p, "unauthorised-withdrawal"), Chain: 31337, From: 1, To: 9, Blocks: 9}
	if err := w.Engine.RecordTests(t.Context(), p.Protocol, []arm.Test{test}, janet); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Engine.Arm(t.Context(), p.Protocol, "stolen-user-funds", time.Time{}, janet); err != nil {
		t.Fatal(err)
	}
	if g, ok := look(t, w, ArmAsked); !ok || len(g.People) == 0 {
		t.Errorf("%t, %+v", ok, g)
	}
	if _, ok := look(t, w, NotArmed); ok {
		t.Error("it waits for signatures, and is told as not armed besides")
	}
	a, err := w.Engine.Arms(t.Context(), p.Protocol)
	if err != nil {
		t.Fatal(err)
	}
	open, _ := a.Open(p, "stolen-user-funds", w.Now)
	for state := arm.Asked; state == arm.Asked; {
		for _, who := range open.Status(p, w.Now).Wanted {
			k, err := crypto.ToECDSA(crypto.Keccak256([]byte("tocsin demo key: " + who)))
			if err != nil {
				t.Fatal(err)
			}
			digest := open.Message.With(decision.Approve).Digest()
			sig, err := crypto.Sign(digest[:], k)
			if err != nil {
				t.Fatal(err)
			}
			if open, err = w.Engine.SignArm(t.Context(), p.Protocol, open.Number, decision.Approve, sig, journal.Actor{Kind: journal.Person, ID: who}); err != nil {
				t.Fatal(err)
			}
			state = open.State
		}
	}
	quiet := func(what string, codes ...string) {
		t.Helper()
		for _, code := range codes {
			if g, ok := look(t, w, code); ok {
				t.Errorf("%s: %+v", what, g)
			}
		}
	}
	loud := func(what, code string, level check.Level) {
		t.Helper()
		if g, ok := look(t, w, code); !ok || g.Level != level {
			t.Errorf("%s: %t, %+v", what, ok, g)
		}
	}
	w.Live = &Report{Trials: []Trial{{Action: "pause-vault", Outcome: Works}, {Action: "unpause-vault", Outcome: Fails}}}
	quiet("armed", NotArmed, ArmAsked, ArmEnds, ArmVoid, ArmDeaf, ArmIdle)
	w.Live.Trials[0] = Trial{Action: "pause-vault", Outcome: Fails, Say: "It reverts."}
	loud("it would fail", ArmVoid, check.Error)
	if err := w.Engine.Observe(t.Context(), engine.Observation{Protocol: p.Protocol, Findings: []incident.Finding{{
		ID: "f", Detector: "unauthorised-withdrawal", Mode: "act", Issues: []string{"stolen-user-funds"}, Asset: "vault", Chain: 31337, At: w.Now, Say: "Money leaves.",
	}}}); err != nil {
		t.Fatal(err)
	}
	loud("it has acted", ArmIdle, check.Warning)
	order := engine.MuteOrder{Protocol: p.Protocol, Detector: "unauthorised-withdrawal", Until: w.Now.Add(time.Hour), Why: "We move it ourselves"}
	for _, who := range []string{"janet", "oscar"} {
		order.Actor = journal.Actor{Kind: journal.Person, ID: who}
		if _, err := w.Engine.Mute(t.Context(), order); err != nil {
			t.Fatal(err)
		}
	}
	loud("its detector is muted", ArmDeaf, check.Warning)
	begun := w.Now
	w.Now = open.Until.Add(-time.Hour)
	loud("it ends in an hour", ArmEnds, check.Warning)
	w.Now = open.Until.Add(-20 * time.Hour)
	loud("it ends in a day", ArmEnds, check.Note)
	w.Now = begun
}
