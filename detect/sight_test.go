package detect

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/plan"
)

// sightOfDetector is what one detector sees.
func sightOfDetector(t *testing.T, x *Index, s *State, id string) Sight {
	t.Helper()
	for _, g := range x.Sights(testChain, s) {
		if g.Detector == id {
			return g
		}
	}
	t.Fatalf("%s has no sight", id)
	return Sight{}
}

func TestSightOfASpike(t *testing.T) {
	d := failures() // windows of 10 s, a baseline of 5, factor 3, minimum 4, cool-down 30 s
	d.CoolDown = plan.Duration(time.Minute)
	x := compile(t, world(d))
	var s State
	number := uint64(0)
	see := func(n int) Sight {
		x.Block(testChain, failing(number, 1000+10*number, 1, n), &s)
		number++
		s = stored(t, s)
		return sightOfDetector(t, x, &s, "d")
	}
	if g := sightOfDetector(t, x, &s, "d"); g.State != Unknown || g.Why == "" || g.Kind != "spike" || g.Mode != Page || g.Name != "Test" || g.Asset != "vault" || g.Chain != testChain || !slices.Equal(g.Issues, []string{"theft"}) {
		t.Errorf("before the first block: %+v", g)
	}
	see(0)
	if g := see(2); g.State != Warming || g.Why != "0 of 5 windows of its baseline have been seen" || g.Threshold.Known || g.Value.Text != "2" {
		t.Errorf("warming: %+v", g)
	}
	for range 4 {
		see(2)
	}
	g := see(3)
	if g.State != Quiet || g.Value.Text != "3" || g.Baseline.Text != "2" || g.Threshold.Text != "6" || !slices.Equal(g.Limits, []float64{6}) || !g.Last.IsZero() {
		t.Errorf("quiet: %+v", g)
	}
	if n := len(g.History); n < 6 || g.History[n-1] != (Point{Time: 1060, Figure: 3}) || g.History[n-2] != (Point{Time: 1050, Figure: 2}) {
		t.Errorf("history %+v", g.History)
	}
	if g := see(9); g.State != Firing || g.Last.Unix() != 1070 {
		t.Errorf("firing: %+v", g)
	}
	if g := see(2); g.State != Cooling || g.Until.Unix() != 1130 || g.Last.Unix() != 1070 {
		t.Errorf("cooling: %+v", g)
	}
	for range 5 {
		g = see(2)
	}
	if g.State != Quiet || g.Until != (time.Time{}) {
		t.Errorf("quiet again: %+v", g)
	}
}

// What the sight says it takes to fire is what it takes.
func TestThresholdIsWhatFires(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	told := 0
	for range 60 {
		d := failures()
		d.CoolDown = 0
		d.Factor, d.Score, d.Minimum = []float64{0, 2.5, 4}[r.IntN(3)], []float64{0, 3, 6.5}[r.IntN(3)], float64(1+r.IntN(8))
		x := compile(t, world(d))
		var s State
		number := uint64(0)
		for ; number < 7; number++ {
			x.Block(testChain, failing(number, 1000+10*number, 1, r.IntN(12)), &s)
		}
		x.Block(testChain, block(number, 1000+10*number, 1), &s) // a new window with nothing in it
		g := sightOfDetector(t, x, &s, "d")
		if g.State == Warming || !g.Threshold.Known {
			t.Fatalf("%+v", g)
		}
		for n := range 40 {
			at := stored(t, s)
			fires := len(x.Block(testChain, failing(number+1, 1000+10*number+1, 1, n), &at)) > 0
			if want := n > 0 && float64(n) >= g.Threshold.Figure; fires != want {
				t.Fatalf("%d fires: %v; the threshold is said to be %v (factor %v, score %v, minimum %v)", n, fires, g.Threshold.Figure, d.Factor, d.Score, d.Minimum)
			} else if fires {
				told++
			}
		}
	}
	if told == 0 {
		t.Error("nothing fired")
	}
}

func TestSightOfAMatch(t *testing.T) {
	x := compile(t, world(plan.Detector{Event: "Withdraw", Depth: "1"}))
	var s State
	hours := func(h uint64, logs int) Sight {
		b := block(h, 7200+3600*h, 1)
		for range logs {
			add(b, &vault, 0, nil, 1, withdrawal(t, vault, alice, bob, 1))
		}
		x.Block(testChain, b, &s)
		s = stored(t, s)
		return sightOfDetector(t, x, &s, "d")
	}
	if g := hours(0, 0); g.State != Quiet || g.Value.Text != "0 in 24 h" || len(g.History) != 24 {
		t.Errorf("%+v", g)
	}
	if g := hours(1, 3); g.State != Firing || g.Value.Text != "3 in 24 h" || g.Waiting != 3 || g.Last.Unix() != 10800 || g.History[23] != (Point{Time: 10800, Figure: 3}) {
		t.Errorf("%+v", g)
	}
	if g := hours(2, 1); g.Value.Text != "4 in 24 h" || g.History[22].Figure != 3 || g.History[23].Figure != 1 {
		t.Errorf("%+v", g)
	}
	s.Rollback(hashOf(2, 1))
	if g := sightOfDetector(t, x, &s, "d"); g.Value.Text != "3 in 24 h" || g.Last.Unix() != 10800 {
		t.Errorf("after a rollback %+v", g)
	}
	if g := hours(26, 0); g.Value.Text != "0 in 24 h" || g.State != Quiet || g.Last.Unix() != 10800 {
		t.Errorf("a day later %+v", g)
	}
}

func TestSightOfAnAbsence(t *testing.T) {
	x := compile(t, world(plan.Detector{Kind: "absence", Event: "Withdraw", Silent: plan.Duration(10 * time.Minute), CoolDown: plan.Duration(time.Hour)}))
	var s State
	number := uint64(0)
	minute := func(at uint64, comes bool) Sight {
		b := block(number, 60*at, 1)
		if number++; comes {
			add(b, &vault, 0, nil, 1, withdrawal(t, vault, alice, bob, 1))
		}
		x.Block(testChain, b, &s)
		s = stored(t, s)
		return sightOfDetector(t, x, &s, "d")
	}
	minute(100, false)
	minute(103, true)
	minute(108, true)
	g := minute(112, false)
	if g.State != Quiet || g.Value.Text != "4 min" || g.Baseline.Text != "4 min" || g.Threshold.Text != "10 min" || len(g.History) != 3 {
		t.Errorf("%+v", g)
	}
	if g := minute(118, false); g.State != Firing || g.Value.Text != "10 min" || g.Last.Unix() != 118*60 {
		t.Errorf("%+v", g)
	}
	minute(119, true)
	if g := minute(130, false); g.State != Cooling || g.Until.Unix() != 178*60 {
		t.Errorf("%+v", g)
	}
}

func TestSightOfReadings(t *testing.T) {
	d := solvency()
	d.ID = "d"
	low := plan.Detector{ID: "low", Kind: "balance", Account: "vault", Below: "5"}
	x := compile(t, world(d, low))
	var s State
	number := uint64(0)
	minute := func(answers ...Answer) (Sight, Sight) {
		b := block(number, 6000+60*number, 1)
		number++
		x.Block(testChain, b, &s)
		x.Judge(testChain, b.Hash, answers, &s)
		s = stored(t, s)
		return sightOfDetector(t, x, &s, "d"), sightOfDetector(t, x, &s, "low")
	}
	if wants := x.Wants(testChain); len(wants) != 3 || wants[2].Data != nil {
		t.Fatalf("%+v", wants)
	}
	if g, b := minute(worth(10), worth(3, 4), holding(9)); g.State != Quiet || g.Value.Text != "-0.000000000000000003 HUSD" || g.Threshold.Text != "unless assets >= owed.debt + owed.arg1" ||
		b.State != Quiet || b.Threshold.Text != "below 0.000000000000000005 ETH" || b.Value.Text != "0.000000000000000009 ETH" || !slices.Equal(b.Limits, []float64{5e-18}) {
		t.Errorf("%+v\n%+v", g, b)
	}
	lost := Answer{Failed: "no answer"}
	if g, b := minute(worth(1), worth(3, 4), lost); g.State != Firing || g.Last.Unix() != 6060 || g.Value.Text != "0.000000000000000006 HUSD" || b.State != Quiet || b.Why != "The last look failed: balance: no answer" || b.Value.Text == "" {
		t.Errorf("%+v\n%+v", g, b)
	}
	minute(worth(1), worth(3, 4), lost)
	if g, b := minute(worth(10), worth(3, 4), lost); g.State != Quiet || b.State != Unknown || !strings.Contains(b.Why, "no answer") || len(g.History) != 4 {
		t.Errorf("%+v\n%+v", g, b)
	}
}

func TestUnseen(t *testing.T) {
	p := world(plan.Detector{Event: "Withdraw"}, plan.Detector{ID: "bad", Event: "Nothing"}, plan.Detector{ID: "site", Kind: "web"}, plan.Detector{ID: "hook", Kind: "webhook", Mode: "page"})
	_, problems := Compile(p, nil)
	var said []string
	for _, g := range Unseen(p, problems) {
		said = append(said, g.Detector+" "+g.State+" "+g.Mode)
		if g.Why == "" {
			t.Errorf("%s does not say why", g.Detector)
		}
	}
	if want := []string{"bad off observe", "site elsewhere observe", "hook elsewhere page"}; !slices.Equal(said, want) {
		t.Errorf("%q", said)
	}
}

func TestSightsAreRanked(t *testing.T) {
	list := []Sight{{State: Quiet, Name: "a"}, {State: Warming, Name: "b"}, {State: Off, Name: "c"}, {State: Unknown, Name: "d"}, {State: Firing, Name: "e"}, {State: Cooling, Name: "f"}, {State: Firing, Name: "g"}}
	slices.SortStableFunc(list, ByRank)
	var names string
	for _, g := range list {
		names += g.Name
	}
	if names != "egdbacf" {
		t.Error(names)
	}
}
