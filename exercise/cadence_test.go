package exercise_test

import (
	"slices"
	"testing"
	"time"

	"tocsin/exercise"
	"tocsin/incident"
)

const day = 24 * hour

// held is a session of the past, some days before now.
func held(now time.Time, ago int, clean bool, took ...string) exercise.Past {
	at := now.Add(-time.Duration(ago) * day)
	return exercise.Past{Session: at.Format("0102"), At: at, Ended: at.Add(2 * hour), Clean: clean, Took: took}
}

var everybody = []string{"ada", "ben", "cyd", "dan"}

func TestCadence(t *testing.T) {
	p := loadPlan(t)
	now := at("12:00:00")
	old := map[string]time.Time{"ada": now.Add(-400 * day), "ben": now.Add(-400 * day), "cyd": now.Add(-400 * day), "dan": now.Add(-400 * day)}
	for name, c := range map[string]struct {
		past     []exercise.Past
		in       int // days until the next
		clean    int
		familiar bool
	}{
		"never":                    {nil, -370, 0, false},
		"one that was not clean":   {[]exercise.Past{held(now, 10, false, everybody...)}, 20, 0, false},
		"one clean":                {[]exercise.Past{held(now, 10, true, everybody...)}, 20, 1, false},
		"two clean in a row":       {[]exercise.Past{held(now, 10, true, everybody...), held(now, 40, true)}, 170, 2, true},
		"two clean, not in a row":  {[]exercise.Past{held(now, 10, true, everybody...), held(now, 40, false), held(now, 70, true)}, 20, 1, false},
		"familiar, and then not":   {[]exercise.Past{held(now, 5, false, everybody...), held(now, 40, true), held(now, 70, true)}, 25, 0, false},
		"overdue":                  {[]exercise.Past{held(now, 45, true, everybody...)}, -15, 1, false},
		"what a script did is nil": {[]exercise.Past{{At: now, Clean: true, Unattended: true}, held(now, 10, true, everybody...)}, 20, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			slices.Reverse(c.past) // in any order
			d := exercise.Cadence(p, c.past, old, now)
			if want := now.Add(time.Duration(c.in) * day); !d.Next.Equal(want) || d.Clean != c.clean || d.Familiar != c.familiar || d.Overdue != (c.in <= 0) {
				t.Errorf("due %s, clean %d, familiar %t, overdue %t: %s", d.Next, d.Clean, d.Familiar, d.Overdue, d.Why)
			}
			if r := d.Remind(); !r.Before(d.Next) || d.Next.Sub(r) > 15*day {
				t.Errorf("reminded at %s of what is due at %s", r, d.Next)
			}
		})
	}
	p.Exercises.CleanRuns, p.Exercises.Every = 0, 0
	if d := exercise.Cadence(p, []exercise.Past{held(now, 10, true, everybody...), held(now, 20, true)}, old, now); d.Familiar || !d.Next.Equal(now.Add(20*day)) {
		t.Errorf("where the plan does not say: %+v", d)
	}
	if d := exercise.Cadence(p, nil, nil, now); !d.Next.Equal(now) || !d.Overdue {
		t.Errorf("where nothing is known: %+v", d)
	}
}

// Who is new takes part within a month, also if the others are not due for long; who has just not come does not move the date.
func TestNewcomers(t *testing.T) {
	p := loadPlan(t)
	now := at("12:00:00")
	past := []exercise.Past{held(now, 10, true, "ada", "ben"), held(now, 40, true, "ada")}
	joined := map[string]time.Time{"ada": now.Add(-90 * day), "ben": now.Add(-90 * day), "cyd": now.Add(-90 * day), "dan": now.Add(-5 * day)}
	d := exercise.Cadence(p, past, joined, now)
	if !d.Next.Equal(now.Add(25*day)) || len(d.Newcomers) != 2 {
		t.Fatalf("due %s: %+v", d.Next, d.Newcomers)
	}
	if n := d.Newcomers[0]; n.Person != "cyd" || !n.Late {
		t.Errorf("who never came: %+v", n)
	}
	if n := d.Newcomers[1]; n.Person != "dan" || n.Late || !n.By.Equal(now.Add(25*day)) {
		t.Errorf("who is new: %+v", n)
	}
	delete(joined, "dan")
	if n := exercise.Cadence(p, past, joined, now).Newcomers[1]; !n.Late || !n.By.Equal(now) {
		t.Errorf("of whom nothing is known: %+v", n)
	}
}

func TestCoverage(t *testing.T) {
	p := loadPlan(t)
	now := at("12:00:00")
	a, b := held(now, 400, true), held(now, 20, true)
	a.Issues, a.Procedures = []string{"theft"}, []string{"stop-theft", "end-outage"}
	b.Issues, b.Procedures = []string{"theft"}, []string{"stop-theft"}
	d := exercise.Cadence(p, []exercise.Past{b, a}, nil, now)
	if c := d.Coverage; len(c) != 2 || !slices.Equal(c[0].Sessions, []string{a.Session, b.Session}) || !c[0].Last.Equal(b.At) || len(c[1].Sessions) != 0 ||
		!slices.Equal(c[1].Scenarios, []string{"dark"}) {
		t.Errorf("covered: %+v", c)
	}
	if w := d.Procedures; len(w) != 1 || w[0].Procedure != "end-outage" || !w[0].Last.Equal(a.At) {
		t.Errorf("to be walked: %+v", w)
	}
}

// A session becomes a part of the past by what was done in it.
func TestPastOf(t *testing.T) {
	p := play(t).over()
	if _, ok := exercise.PastOf(p.plan, p.state, nil); ok {
		t.Error("a session that runs is past")
	}
	p.play("11:01:00 ada: end")
	x, ok := exercise.PastOf(p.plan, p.state, []*incident.State{p.x})
	if !ok || !x.Clean || !slices.Equal(x.Issues, []string{"theft"}) || !slices.Equal(x.Procedures, []string{"stop-theft"}) || !slices.Equal(x.Scenarios, []string{"drained"}) {
		t.Errorf("past: %+v", x)
	}
	slices.Sort(x.Took)
	if !slices.Equal(x.Took, []string{"ada", "ben", "cyd", "dan", "eve"}) { // dan's approval does not count, but he gave one
		t.Errorf("took part: %v", x.Took)
	}
	p.x.Moments.Contained = time.Time{}
	if x, _ := exercise.PastOf(p.plan, p.state, []*incident.State{p.x}); x.Clean {
		t.Error("it is clean although nothing was contained")
	}
	w := play(t)
	w.play("10:20:00 ada: abort Rain")
	w.play("10:21:00 ada: end")
	if x, ok := exercise.PastOf(w.plan, w.state, nil); !ok || x.Clean || len(x.Scenarios) > 0 {
		t.Errorf("aborted: %+v", x)
	}
}

func TestCompareAndPlots(t *testing.T) {
	score := func(days int, session, scenario string, took ...int) exercise.Score {
		x := exercise.Score{Session: session, Run: 1, Scenario: scenario, At: at("10:00:00").Add(time.Duration(days) * day)}
		for i, n := range exercise.MeasureNames {
			m := exercise.Measure{Name: n[0]}
			if i < len(took) && took[i] > 0 {
				m.Reached, m.Took, m.Promised, m.Kept = true, minutes(took[i]), minutes(5), took[i] <= 5
			}
			x.Measures = append(x.Measures, m)
		}
		return x
	}
	now := score(0, "d", "drained", 4, 6, 3, 0, 2)
	auto := score(-1, "c", "drained", 1, 1, 1, 1, 1)
	auto.Unattended = true
	earlier := []exercise.Score{score(-10, "b", "dark", 3, 3, 0, 3), auto, score(-30, "a", "drained", 6, 6), score(5, "e", "drained", 1, 1, 1), now}
	list := exercise.Compare(now, earlier)
	if len(list) != 2 {
		t.Fatalf("compared: %+v", list)
	}
	if c := list[0]; c.Last != minutes(6) || !c.Same || c.Best != minutes(3) || c.Say != "2 min faster than when this scenario was last played." {
		t.Errorf("detected: %+v", c)
	}
	if c := list[1]; c.Last != minutes(6) || c.Best != minutes(3) || c.Say != "as fast as before." {
		t.Errorf("answered: %+v", c)
	}
	other := score(1, "f", "flood", 2)
	if c := exercise.Compare(other, earlier); len(c) != 1 || c[0].Same || c[0].Last != minutes(4) || c[0].Say != "2 min faster than in the exercise before; the best so far." {
		t.Errorf("another scenario: %+v", c)
	}
	plots := exercise.Plots(earlier)
	if len(plots) != 5 || plots[0].Measure != exercise.MeasureDetect || len(plots[0].Points) != 4 || plots[0].Points[0].Session != "a" || plots[0].Points[0].Kept {
		t.Errorf("plotted: %+v", plots)
	}
}
