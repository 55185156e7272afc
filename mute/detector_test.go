package mute

import (
	"slices"
	"testing"
	"time"

	"tocsin/plan"
)

func TestHowManyItTakes(t *testing.T) {
	p := team()
	for detector, two := range map[string]bool{"drain": true, "slow": false, "both": true, "loose": true, "unranked": true, "blind": true} {
		if got := Two(p, detector); got != two {
			t.Errorf("%s takes two: %t", detector, got)
		}
	}
	p.Severities[0].SecondPerson = false
	for _, detector := range append(BuiltIn(), "drain", "loose", "unranked") {
		if Two(p, detector) {
			t.Errorf("%s takes two although no severity does", detector)
		}
	}
	p.Severities = nil
	if !Two(p, "blind") || !Two(p, "drain") {
		t.Error("where nothing is ranked, one of several may mute")
	}
	p.CoreTeam = p.CoreTeam[:1]
	if Two(p, "blind") || Two(p, "drain") {
		t.Error("a core team of one is held up")
	}
}

func TestBuiltInsAreMuted(t *testing.T) {
	if ids := BuiltIn(); !slices.IsSorted(ids) || len(ids) != len(plan.OwnDetectors()) {
		t.Errorf("built in are %v", ids)
	}
	for _, id := range append(BuiltIn(), "finality", "readings-skipped") {
		d := open(t)
		d.want(d.do("ada", d.mutes(id, time.Hour)), "mute-asked")
		d.want(d.do("ben", OpMute{Detector: id}), "muted")
		if !d.quiet(id) || d.quiet("drain") {
			t.Errorf("%s: quiet %t", id, d.quiet(id))
		}
	}
}

// A newer plan that changes the detector, drops it, or wants more people, ends the mute.
func TestNewerPlan(t *testing.T) {
	for name, change := range map[string]func(*plan.Plan){
		"changed": func(p *plan.Plan) { p.Detectors[1].Where = "tx.failed" },
		"gone":    func(p *plan.Plan) { p.Detectors = p.Detectors[:1] },
		"graver":  func(p *plan.Plan) { p.Issues[1].Severity = "critical" },
	} {
		t.Run(name, func(t *testing.T) {
			d := open(t)
			d.do("ada", d.mutes("slow", time.Hour))
			d.plan.Detectors[0].Where, d.plan.Version = "tx.failed", "2" // another's change is no reason
			d.want(d.do("", OpTick{}), "")
			change(d.plan)
			if d.quiet("slow") {
				t.Error("it is still quiet")
			}
			d.want(d.do("", OpTick{}), "mute-ended changed")
		})
	}
}
