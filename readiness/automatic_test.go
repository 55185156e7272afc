package readiness

import (
	"testing"
	"time"

	"tocsin/arm"
	"tocsin/check"
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
}
