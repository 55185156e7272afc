package engine_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"tocsin/engine"
	"tocsin/incident"
	"tocsin/store/memory"
)

var errDied = errors.New("the power has failed")

// TestMutesAtRandom has two nodes over one database, which fails now and then, see and take back findings while people mute and
// unmute. Whatever happens, each finding leads to one place, and what was kept quiet is told once, with the right number.
func TestMutesAtRandom(t *testing.T) {
	told, seeds := 0, uint64(24)
	if testing.Short() {
		seeds = 4
	}
	for seed := range seeds {
		r := rand.New(rand.NewPCG(seed, 2))
		clock := newClock()
		st := &broken{Store: memory.New(nil)}
		nodes := []*engine.Engine{start(t, st, "a", clock.now), start(t, st, "b", clock.now)}
		detectors, modes := []string{"drain", "odd", "blind"}, []string{"page", "page", "observe"}
		var ids []string
		dies := func(try func() error) {
			if r.IntN(4) == 0 { // the database is gone just when it is written to, and it is tried once more
				st.fail(errDied)
				_ = try()
				st.fail(nil)
			}
			_ = try() // refusals are part of life
		}
		for step := range 120 {
			clock.pass(time.Duration(r.IntN(20)) * time.Minute)
			e, detector := nodes[r.IntN(2)], detectors[r.IntN(3)]
			switch r.IntN(7) {
			case 0, 1:
				o := engine.MuteOrder{Protocol: "small", Detector: detector, Why: "Maintenance", Actor: as([]string{"ada", "ben"}[r.IntN(2)])}
				dies(func() error { _, err := e.Mute(t.Context(), o); return err })
			case 2:
				if r.IntN(3) == 0 {
					dies(func() error { return e.Unmute(t.Context(), "small", detector, as("ada")) })
				}
			case 3:
				if len(ids) > 0 {
					o := engine.Observation{Protocol: "small", Retracted: []string{ids[r.IntN(len(ids))]}, RetractedWhy: "Its block is gone."}
					dies(func() error { return e.Observe(t.Context(), o) })
				}
			default:
				f := of(detector, fmt.Sprint("f", step), modes[r.IntN(3)])
				f.At = clock.now()
				if ids = append(ids, f.ID); r.IntN(5) == 0 {
					f.ID = ids[r.IntN(len(ids))] // seen before, perhaps
				}
				dies(func() error {
					return e.Observe(t.Context(), engine.Observation{Protocol: "small", Findings: []incident.Finding{f}})
				})
			}
			if r.IntN(3) == 0 {
				dies(func() error { return e.Tick(t.Context()) })
			}
		}
		clock.pass(8 * 24 * time.Hour) // every mute is over by then
		for range 2 {
			tick(t, nodes[0])
		}
		page, err := nodes[1].Findings(t.Context(), "small", engine.FindingQuery{Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		kept, said, standing := map[uint64]int{}, map[uint64]int{}, map[string]int{}
		for _, f := range page.Findings {
			if f.Retracted == "" {
				standing[f.ID]++
			}
			var number uint64
			var count int
			if _, err := fmt.Sscanf(f.ID, "muted-small-%d", &number); err == nil {
				if _, err := fmt.Sscanf(f.Say, "%d finding", &count); err != nil || count < 1 {
					t.Errorf("seed %d: mute %d tells %q", seed, number, f.Say)
				}
				said[number] = count
				told++
				continue
			}
			switch {
			case f.Muted != nil && f.Incident != "":
				t.Errorf("seed %d: %s is muted and led to %s", seed, f.ID, f.Incident)
			case f.Muted != nil && !f.Recorded.Before(f.Muted.Until):
				t.Errorf("seed %d: %s was kept quiet at %s by a mute until %s", seed, f.ID, f.Recorded, f.Muted.Until)
			case f.Muted == nil && f.Mode == "page" && f.Incident == "":
				t.Errorf("seed %d: %s called nobody", seed, f.ID)
			}
			if f.Muted != nil && f.Retracted == "" {
				kept[f.Muted.Number]++
			}
		}
		for id, n := range standing {
			if n > 1 {
				t.Errorf("seed %d: %s stands %d times", seed, id, n)
			}
		}
		for number, n := range said {
			// What was taken back after the mute had ended was told before.
			if kept[number] > n {
				t.Errorf("seed %d: mute %d kept quiet %d and told %d", seed, number, kept[number], n)
			}
		}
		for number, n := range kept {
			if n > 0 && said[number] == 0 {
				t.Errorf("seed %d: mute %d kept quiet %d and told nothing", seed, number, n)
			}
		}
		verified(t, st)
	}
	if told < int(seeds) {
		t.Errorf("only %d mutes told anything: this checked little", told)
	}
}
