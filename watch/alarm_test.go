package watch

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/detect"
	"tocsin/evm"
	"tocsin/incident"
	"tocsin/plan"
)

// standing lists the findings of a detector that were told and not taken back.
func (d *desk) standing(detector string) (ids []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for id := range d.live {
		if strings.HasPrefix(id, detector+"-") {
			ids = append(ids, id)
		}
	}
	return ids
}

func (d *desk) unwell(t *testing.T) []string {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	names, err := Unwell(d.state)
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// A chain that stands still is told of once, and that it goes on; also by the pace that was seen, and after a restart.
func TestAChainThatStandsStill(t *testing.T) {
	for name, c := range map[string]struct {
		blockTime time.Duration
		kind      string
		gap       uint64 // seconds from block to block
		quiet     time.Duration
		stalled   time.Duration // told by then; zero: never
	}{
		"by the plan":              {blockTime: 12 * time.Second, gap: 12, quiet: 3 * time.Minute, stalled: 5 * time.Minute},
		"a quick chain":            {blockTime: time.Second, gap: 1, quiet: 50 * time.Second, stalled: 80 * time.Second},
		"by the pace seen":         {gap: 12, quiet: 3 * time.Minute, stalled: 5 * time.Minute},
		"a pace not seen for long": {gap: 2, quiet: time.Hour},
		"a drill":                  {blockTime: 12 * time.Second, kind: "drill", gap: 12, quiet: time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b, d, p := &blinking{more: make(chan struct{})}, newDesk(), testPlan(c.kind)
				p.Chains[0].BlockTime = plan.Duration(c.blockTime)
				p.Issues = []plan.Issue{{ID: "halt", Detection: plan.Detection{Detectors: []string{"stalled"}}}}
				b.gap = c.gap
				b.set(false, 100)
				first := uint64(1)
				o := Options{Engine: d, Client: b, Plan: p, Index: testIndex(t, p), From: &first}
				kill := start(t.Context(), o)
				time.Sleep(c.quiet)
				if ids := d.standing("stalled"); len(ids) != 0 {
					t.Fatalf("told too early: %v", ids)
				}
				if c.stalled == 0 {
					kill()
					return
				}
				time.Sleep(c.stalled - c.quiet)
				if ids := d.standing("stalled"); len(ids) != 1 || !slices.Equal(d.unwell(t), []string{"stalled"}) {
					t.Fatalf("after %s told %v, unwell %v", c.stalled, ids, d.unwell(t))
				}
				d.mu.Lock()
				f := d.said["stalled"]
				d.mu.Unlock()
				if f.Mode != "page" || !slices.Equal(f.Issues, []string{"halt"}) || f.Block != 99 || !strings.Contains(f.Say, "no new block since") {
					t.Errorf("finding %+v", f)
				}
				kill()
				kill = start(t.Context(), o)
				time.Sleep(c.stalled)
				if ids := d.standing("stalled"); len(ids) != 1 || len(d.doubled) > 0 {
					t.Errorf("after a restart told %v, doubled %v", ids, d.doubled)
				}
				b.set(false, 1)
				time.Sleep(15 * time.Second)
				if ids := d.standing("stalled"); len(ids) != 0 || len(d.unwell(t)) != 0 {
					t.Errorf("%v stand although it goes on", ids)
				}
				d.mu.Lock()
				if len(d.over) != 1 || !strings.HasPrefix(d.over[0], "The chain goes on: block 100 came at ") {
					t.Errorf("over because %q", d.over)
				}
				d.mu.Unlock()
				kill()
			})
		})
	}
}

// What is seen is old, and the distance grows: told, with how fast; and that it was caught up with.
func TestAWatchThatFallsBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := testPlan("")
		p.Chains[0].BlockTime = plan.Duration(12 * time.Second)
		w := New(Options{Engine: newDesk(), Client: &blinking{}, Plan: p})
		c := committer{w: w, state: &state{V: stateVersion}}
		begun := time.Now()
		header := func(n uint64) (h evm.Header) {
			h.Number, h.Hash, h.Time = n, evm.Hash{1, byte(n >> 8), byte(n)}, 12*n
			return h
		}
		// see has the watch stand at one block and the chain at another.
		see := func(at, head uint64) []incident.Finding {
			h := header(at)
			w.sight.saw(past(h), time.Now())
			c.findings = nil
			c.take(item{look: &look{head: header(head), at: time.Now()}})
			time.Sleep(10 * time.Second)
			return c.findings
		}
		w.sight.begin(begun)
		see(99, 99)
		at, head := uint64(100), uint64(100)
		for range 10 { // ten blocks are two minutes, and not yet late
			at, head = at+1, head+2
			if f := see(at, head); len(f) != 0 {
				t.Fatalf("told at %d of %d: %+v", at, head, f)
			}
		}
		var told []incident.Finding
		for range 10 {
			at, head = at+1, head+3
			told = append(told, see(at, head)...)
		}
		if len(told) != 1 || told[0].Detector != "behind" || told[0].Mode != "page" || !strings.Contains(told[0].Say, "falls further behind by 0.2 blocks a second") {
			t.Fatalf("told %+v", told)
		}
		see(head, head)
		if e, ok := c.end(); !ok || e.id != told[0].ID || !strings.HasPrefix(e.why, "The watch has caught up") || len(c.state.Alarms) != 0 {
			t.Errorf("over: %+v %v, standing %v", e, ok, c.state.Alarms)
		}
		// A backlog that is worked off within minutes calls nobody.
		for at, head = head, head+2000; at < head; at += 100 {
			if f := see(at, head); len(f) != 0 {
				t.Fatalf("told while it catches up: %+v", f)
			}
		}
	})
}

func TestWhatAlarmsSayInAState(t *testing.T) {
	if _, err := Unwell([]byte("{")); err == nil {
		t.Error("a state that cannot be read is taken for well")
	}
	for _, s := range []string{"", `{"v":1,"detect":{}}`} {
		if names, err := Unwell([]byte(s)); len(names) != 0 || err != nil {
			t.Errorf("%q: %v, %v", s, names, err)
		}
	}
}

func past(h evm.Header) detect.Past { return detect.Past{Number: h.Number, Hash: h.Hash, Time: h.Time} }
