package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/engine"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/mute"
	"tocsin/store"
	"tocsin/store/memory"
)

// hush mutes a detector with the words of two people.
func hush(t *testing.T, e *engine.Engine, detector string, until time.Time) mute.Mute {
	t.Helper()
	var m mute.Mute
	for i, who := range []string{"ada", "ben"} {
		var err error
		m, err = e.Mute(t.Context(), engine.MuteOrder{Protocol: "small", Detector: detector, Until: until, Why: "Maintenance", Actor: as(who)})
		if err != nil {
			t.Fatal(err)
		}
		if want := []string{mute.Asked, mute.Muted}[i]; m.State != want {
			t.Fatalf("after %s it is %s, want %s", who, m.State, want)
		}
	}
	return m
}

func mutes(t *testing.T, e *engine.Engine) []mute.Mute {
	t.Helper()
	list, err := e.Mutes(t.Context(), "small")
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func of(detector, id, mode string) incident.Finding {
	f := found(id)
	f.Detector, f.Mode = detector, mode
	return f
}

func tick(t *testing.T, e *engine.Engine) {
	t.Helper()
	if err := e.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// verified fails the test if the records of mutes and findings do not verify.
func verified(t *testing.T, st store.Store) {
	t.Helper()
	for _, stream := range []string{"mutes/small", "findings/small"} {
		records, err := st.Load(t.Context(), stream, 0)
		if err == nil {
			err = journal.Verify(records)
		}
		if err != nil {
			t.Errorf("%s: %v", stream, err)
		}
	}
}

func TestMutedDetectorIsQuiet(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		clock := newClock()
		e := start(t, st, "a", clock.now)
		f := follow(t, e, clock.now().Add(24*time.Hour))
		until := clock.now().Add(2 * time.Hour)
		hush(t, e, "drain", until)
		clock.pass(time.Minute)
		f.see(of("drain", "d1", "page"), of("odd", "o1", "observe"))
		f.see(of("drain", "d1", "page"), of("drain", "d2", "page"))
		if l := list(t, e); len(l) != 0 {
			t.Fatalf("a muted detector opened %v", l)
		}
		if got, want := recorded(t, e, engine.FindingQuery{}), []string{"d2 muted", "o1 observed", "d1 muted"}; !slices.Equal(got, want) {
			t.Fatalf("recorded %v, want %v", got, want)
		}
		page, err := e.Findings(t.Context(), "small", engine.FindingQuery{Detector: "drain", Limit: 1})
		if err != nil || len(page.Findings) != 1 || !slices.Equal(page.Findings[0].Muted.By, []string{"ada", "ben"}) || !page.Findings[0].Muted.Until.Equal(until) {
			t.Errorf("muted by %+v, %v", page.Findings, err)
		}
		if m := mutes(t, e); len(m) != 1 || m[0].Found != 2 {
			t.Errorf("mutes %+v", m)
		}
		if seen, err := e.Observed(t.Context(), "small"); err != nil || len(seen) != 1 || seen[0].ID != "o1" {
			t.Errorf("observed %v, %v", seen, err)
		}

		// Another process over the same database, as after a crash.
		e = start(t, st, "b", clock.now)
		clock.pass(2 * time.Hour)
		for range 3 {
			tick(t, e)
		}
		l := list(t, e)
		if len(l) != 1 {
			t.Fatalf("%d incidents after the mute's end", len(l))
		}
		v := view(t, e, l[0].ID)
		if len(v.State.Findings) != 1 || !v.State.Called("ada") || !strings.HasPrefix(v.State.Findings[0].Say, "2 findings of Drain while muted, the last at ") ||
			!strings.HasSuffix(v.State.Findings[0].Say, ": Money leaves.") {
			t.Errorf("the incident holds %+v", v.State.Findings)
		}
		if got := recorded(t, e, engine.FindingQuery{Limit: 1}); !slices.Equal(got, []string{"muted-small-1 incident"}) {
			t.Errorf("recorded %v", got)
		}
		if m := mutes(t, e); len(m) != 0 {
			t.Errorf("left over: %+v", m)
		}
		verified(t, st)
	})
}

// While an incident is open, findings of a muted detector join nothing and ring nobody; those of others do.
func TestMuteBesideAnOpenIncident(t *testing.T) {
	clock := newClock()
	st := open(t)
	e := start(t, st, "a", clock.now)
	f := follow(t, e, clock.now().Add(24*time.Hour))
	f.see(of("drain", "d1", "page"))
	id := list(t, e)[0].ID
	hush(t, e, "odd", clock.now().Add(time.Hour))
	f.see(of("odd", "o1", "page"))
	if v := view(t, e, id); len(v.State.Findings) != 1 || count(v, "escalated") != 1 {
		t.Errorf("the incident has %d findings, escalated %d times", len(v.State.Findings), count(v, "escalated"))
	}
	f.see(of("drain", "d2", "page"))
	if v := view(t, e, id); len(v.State.Findings) != 2 {
		t.Errorf("the incident has %d findings", len(v.State.Findings))
	}
	if err := e.Unmute(t.Context(), "small", "odd", as("dan")); err != nil {
		t.Fatal(err)
	}
	v := view(t, e, id)
	if last := v.State.Findings[len(v.State.Findings)-1]; len(v.State.Findings) != 3 || !strings.HasPrefix(last.Say, "1 finding of Oddity while muted") || !last.Worse {
		t.Errorf("at its end: %+v", v.State.Findings)
	}
	verified(t, st)
}

// What only observes says at the end of a mute what it found, and calls nobody; what found nothing says nothing.
func TestMuteEndsQuietly(t *testing.T) {
	clock := newClock()
	st := open(t)
	e := start(t, st, "a", clock.now)
	f := follow(t, e, clock.now().Add(24*time.Hour))
	hush(t, e, "drain", clock.now().Add(time.Hour))
	hush(t, e, "endpoint", clock.now().Add(time.Hour))
	f.see(of("endpoint", "e1", "observe"))
	clock.pass(time.Hour)
	tick(t, e)
	if got := recorded(t, e, engine.FindingQuery{}); !slices.Equal(got, []string{"muted-small-3 observed", "e1 muted"}) {
		t.Errorf("recorded %v", got)
	}
	if len(list(t, e)) != 0 {
		t.Error("somebody was called")
	}
}

// What was kept quiet and then taken back is not told.
func TestNothingLeftToTell(t *testing.T) {
	clock := newClock()
	e := start(t, open(t), "a", clock.now)
	f := follow(t, e, clock.now().Add(24*time.Hour))
	hush(t, e, "drain", clock.now().Add(time.Hour))
	f.see(of("drain", "d1", "page"))
	o := f.observation()
	o.Retracted, o.RetractedWhy = []string{"d1"}, "Its block is gone."
	if err := e.Observe(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	clock.pass(time.Hour)
	tick(t, e)
	if l, got := list(t, e), recorded(t, e, engine.FindingQuery{}); len(l) != 0 || len(got) != 1 {
		t.Errorf("%d incidents, recorded %v", len(l), got)
	}
}

// A mute ends between two nodes while one of them keeps its findings quiet: each finding is either told at the end or rings.
func TestMuteEndsUnderway(t *testing.T) {
	for round := range 8 {
		clock := newClock()
		st := memory.New(nil)
		a, b := start(t, st, "a", clock.now), start(t, st, "b", clock.now)
		hush(t, a, "drain", clock.now().Add(time.Hour))
		f := follow(t, b, clock.now().Add(24*time.Hour))
		var wg sync.WaitGroup
		wg.Go(func() {
			for i := range 5 {
				if err := b.Observe(t.Context(), f.observation(of("drain", fmt.Sprintf("d%d", i), "page"))); err != nil {
					t.Error(err)
				}
			}
		})
		wg.Go(func() {
			for range round {
				if _, err := a.Mutes(t.Context(), "small"); err != nil {
					t.Error(err)
				}
			}
			if err := a.Unmute(t.Context(), "small", "drain", as("ada")); err != nil {
				t.Error(err)
			}
		})
		wg.Wait()
		quiet, rang, told := 0, 0, ""
		page, err := a.Findings(t.Context(), "small", engine.FindingQuery{})
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range page.Findings {
			switch {
			case x.Led() == engine.LedToMuted:
				quiet++
			case strings.HasPrefix(x.ID, "muted-"):
				told = x.Say
			default:
				rang++
			}
		}
		if quiet+rang != 5 || (quiet > 0) != strings.HasPrefix(told, fmt.Sprintf("%d finding", quiet)) {
			t.Errorf("%d kept quiet, %d rang, told %q", quiet, rang, told)
		}
		verified(t, st)
	}
}

func TestMuteIsRefused(t *testing.T) {
	clock := newClock()
	e := start(t, open(t), "a", clock.now)
	_, err := e.Mute(t.Context(), engine.MuteOrder{Protocol: "small", Detector: "drain", Why: "x", Actor: as("eve")})
	want(t, err, fault.Forbidden)
	_, err = e.Mute(t.Context(), engine.MuteOrder{Protocol: "other", Detector: "drain", Why: "x", Actor: as("ada")})
	want(t, err, fault.NotFound)
	want(t, e.Unmute(t.Context(), "small", "drain", as("ada")), fault.Conflict)
	if m := mutes(t, e); len(m) != 0 {
		t.Errorf("mutes %+v", m)
	}
}

// Whoever writes into the database cannot keep the watch quiet, and a node does not go by what it cannot read.
func TestMutesThatDoNotHold(t *testing.T) {
	for name, spoil := range map[string]func(*journal.Envelope){
		"of one person":   func(*journal.Envelope) {},
		"broken":          func(e *journal.Envelope) { e.Seq = 7 },
		"newer":           func(e *journal.Envelope) { e.Kind = "muted-for-good" },
		"of newer data":   func(e *journal.Envelope) { e.KindV = 2 },
		"of other stream": func(e *journal.Envelope) { e.Stream = "mutes/other" },
	} {
		t.Run(name, func(t *testing.T) {
			clock := newClock()
			st := memory.New(nil)
			e := start(t, st, "a", clock.now)
			env := journal.Envelope{Stream: "mutes/small", Seq: 1, Kind: "muted", KindV: 1, At: clock.now(), Actor: as("ada")}
			spoil(&env)
			prev := [32]byte{}
			if env.Seq > 1 {
				prev = [32]byte{1}
			}
			r, err := journal.Seal(prev, env, map[string]any{"detector": "drain", "until": clock.now().Add(time.Hour), "by": []string{"ada"}}, func() [16]byte { return [16]byte{} })
			if err != nil {
				t.Fatal(err)
			}
			r.Stream, r.Seq = "mutes/small", 1
			if err := st.Commit(t.Context(), store.Commit{Appends: []store.Append{{Stream: "mutes/small", Kind: "mutes", Protocol: "small", Records: []journal.Record{r}, Open: true}}}); err != nil {
				t.Fatal(err)
			}
			follow(t, e, clock.now().Add(time.Hour)).see(of("drain", "d1", "page"))
			if len(list(t, e)) != 1 {
				t.Error("a detector is quiet by it")
			}
			tick(t, e)
		})
	}
}
