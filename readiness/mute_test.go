package readiness

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/check"
	"tocsin/engine"
	"tocsin/journal"
)

func TestWhatIsMuted(t *testing.T) {
	w, p := world(t, nil)
	if _, ok := look(t, w, Muted); ok {
		t.Error("something is muted from the start")
	}
	detector := p.Issues[0].Detection.Detectors[0]
	d, _ := p.Detector(detector)
	order := engine.MuteOrder{Protocol: p.Protocol, Detector: detector, Until: w.Now.Add(time.Hour), Why: "We move it ourselves"}
	for i, who := range []string{"janet", "oscar"} {
		order.Actor = journal.Actor{Kind: journal.Person, ID: who}
		if _, err := w.Engine.Mute(t.Context(), order); err != nil {
			t.Fatal(err)
		}
		asked, waits := look(t, w, MuteAsked)
		g, quiet := look(t, w, Muted)
		if waits != (i == 0) || quiet != (i == 1) {
			t.Fatalf("after %s: waits %t, quiet %t", who, waits, quiet)
		}
		if waits && (asked.Level != check.Note || slices.Contains(asked.People, "janet") || !slices.Contains(asked.People, "oscar") || !strings.Contains(asked.Say, "Janet R wants "+d.Name)) {
			t.Errorf("%+v", asked)
		}
		if quiet && (g.Level != check.Warning || !strings.HasPrefix(g.Say, d.Name+" is muted until 6 December 04:00 UTC, by Janet R and Oscar P: We move it")) {
			t.Errorf("%+v", g)
		}
	}
}
