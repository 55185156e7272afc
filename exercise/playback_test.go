package exercise_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/exercise"
	"tocsin/incident"
)

// A run with calls, answers, an action, a stop, and a clock that was moved on and ran faster.
func TestPlayback(t *testing.T) {
	p := play(
		t, "10:07:00 ben: stop Ada, I cannot hear you", "10:07:30 ada: thaw Ben hears us again", "10:08:00 ada: release id=way-in question=What_did_Cyd_see?",
		"10:30:00 ada: wrong step=stop-theft/repair who=cyd Cyd deployed before it was tried", "10:50:00 ada: clock on=4h", "10:51:00 ada: clock speed=10",
		"10:52:00 ada: unplanned who=eve Called the bank", "10:53:00 ada: clock pause", "10:55:00 ada: clock resume", "11:00:00 ada: complete Ben paused the vault",
	)
	p.x.Pages = []incident.Page{
		{Person: "ben", Why: "told on detection", Requested: at("10:01:00")},
		{Person: "cyd", Why: "told on detection", Requested: at("10:01:00")},
		{Person: "ben", Quiet: true, Requested: at("10:09:00")},
	}
	p.x.Actions = []incident.Action{{
		Action: "nothing-of-the-plan", State: incident.Verified, Ordered: at("10:08:00"), Sends: []incident.Transaction{{At: at("10:08:10")}},
		Landed: &incident.Landing{Status: 1, At: at("10:08:20")}, Verified: at("10:08:30"),
	}, {Action: "other", State: incident.Gone, Ordered: at("10:08:40")}}
	x, ok := exercise.PlaybackOf(p.plan, p.state, p.happened, 1, []*incident.State{p.x})
	if !ok || !x.Began.Equal(at("10:00:00")) || !x.Ended.Equal(at("11:00:00")) || !x.From.Equal(at("10:00:00")) || !x.To.Equal(p.state.Runs[0].To) {
		t.Fatalf("it is %+v, %v", x, ok)
	}
	var text strings.Builder
	for _, s := range x.Played {
		wrong := ""
		if s.Wrong {
			wrong = "!"
		}
		fmt.Fprintf(&text, "%s %s %s%s: %s %s\n", exercise.Stopwatch(time.Duration(s.After)), s.At.Format(time.TimeOnly), wrong, s.Lane, s.Text, strings.Join(s.People, ","))
	}
	for _, tick := range x.Ticks {
		fmt.Fprintf(&text, "| %s %s\n", tick.At.Format(time.TimeOnly), exercise.Stopwatch(time.Duration(tick.After)))
	}
	golden(t, "testdata/playback.md", text.String())
	if !slices.IsSortedFunc(x.Played, func(a, b exercise.Scene) int { return a.Shows.Compare(b.Shows) }) || x.Played[len(x.Played)-1].Number != len(x.Played) {
		t.Error("its scenes are in no order")
	}
	lanes := map[string]bool{}
	for _, l := range exercise.Lanes {
		lanes[l[0]] = true
	}
	for _, s := range x.Played {
		if !lanes[s.Lane] {
			t.Errorf("%q is in a lane that is none: %q", s.Text, s.Lane)
		}
	}
	for _, held := range []string{"It lies where", "claims to be", "newspaper"} {
		if strings.Contains(text.String(), held) {
			t.Errorf("it holds %q", held)
		}
	}
	for _, run := range []int{0, 2, -1} {
		if _, ok := exercise.PlaybackOf(p.plan, p.state, p.happened, run, nil); ok {
			t.Errorf("there is a run %d", run)
		}
	}
}
