package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/engine"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/store"
	"tocsin/store/memory"
)

// recorded lists what was found, the newest first, each as "id led".
func recorded(t *testing.T, e *engine.Engine, q engine.FindingQuery) []string {
	t.Helper()
	page, err := e.Findings(t.Context(), "small", q)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, f := range page.Findings {
		s := f.ID + " " + f.Led()
		if f.Retracted != "" {
			s += " retracted"
		}
		list = append(list, s)
	}
	return list
}

// A finding that is taken back no longer counts, whether a mute keeps it quiet or not, and counts again when its block returns.
func TestRetractedFindings(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		clock := newClock()
		e := start(t, st, "a", clock.now)
		f := follow(t, e, clock.now().Add(24*time.Hour))
		hush(t, e, "drain", clock.now().Add(time.Hour))
		f.see(of("drain", "d1", "page"), of("drain", "d2", "page"), of("odd", "o1", "observe"), of("odd", "o2", "page"))
		back := func(why string, findings []incident.Finding, ids ...string) {
			t.Helper()
			o := f.observation(findings...)
			o.Retracted, o.RetractedWhy = ids, why
			if err := e.Observe(t.Context(), o); err != nil {
				t.Fatal(err)
			}
		}
		back("Its block is gone.", nil, "d1", "o1", "o2", "never-seen", "o1")
		back("Again.", nil, "d1", "o1", "o2")
		want := []string{"o2 incident retracted", "o1 observed retracted", "d2 muted", "d1 muted retracted"}
		if got := recorded(t, e, engine.FindingQuery{}); !slices.Equal(got, want) {
			t.Errorf("recorded %v, want %v", got, want)
		}
		if m := mutes(t, e); m[0].Found != 1 {
			t.Errorf("it has kept quiet %d", m[0].Found)
		}
		// The same, page by page.
		var paged []string
		for before := uint64(0); ; {
			page, err := e.Findings(t.Context(), "small", engine.FindingQuery{Limit: 1, Before: before})
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range page.Findings {
				s := x.ID + " " + x.Led()
				if x.Retracted != "" {
					s += " retracted"
				}
				paged = append(paged, s)
			}
			if before = page.Next; before == 0 {
				break
			}
		}
		if !slices.Equal(paged, want) {
			t.Errorf("page by page %v, want %v", paged, want)
		}
		// The blocks return; one goes and comes in the same breath.
		back("", []incident.Finding{of("drain", "d1", "page"), of("odd", "o1", "observe"), of("odd", "o2", "page"), of("drain", "d2", "page")}, "d2")
		back("", []incident.Finding{of("drain", "d1", "page"), of("drain", "d2", "page")})
		want = []string{"d2 muted", "o2 incident", "o1 observed", "d1 muted"}
		if got := recorded(t, e, engine.FindingQuery{Limit: 4}); !slices.Equal(sorted(got), sorted(want)) {
			t.Errorf("recorded %v, want %v", got, want)
		}
		if m := mutes(t, e); m[0].Found != 2 {
			t.Errorf("it has kept quiet %d", m[0].Found)
		}
		if seen, err := e.Observed(t.Context(), "small"); err != nil || len(seen) != 2 || seen[0].Retracted == "" || seen[1].Retracted != "" {
			t.Errorf("observed %+v, %v", seen, err)
		}
		verified(t, st)
	})
}

func sorted(s []string) []string { return slices.Sorted(slices.Values(s)) }

// frugal counts the records that are read of it.
type frugal struct {
	store.Store
	read int
}

func (s *frugal) Load(ctx context.Context, stream string, after uint64) ([]journal.Record, error) {
	records, err := s.Store.Load(ctx, stream, after)
	s.read += len(records)
	return records, err
}

func (s *frugal) Window(ctx context.Context, stream string, after uint64, limit int) ([]journal.Record, error) {
	records, err := s.Store.Window(ctx, stream, after, limit)
	s.read += len(records)
	return records, err
}

// A long record is read in pieces, and no more of it than is wanted.
func TestLongRecord(t *testing.T) {
	clock := newClock()
	st := &frugal{Store: memory.New(nil)}
	e := start(t, st, "a", clock.now)
	f := follow(t, e, clock.now().Add(time.Hour))
	const all = 1700
	for i := 0; i < all; i += 100 {
		var fs []incident.Finding
		for n := i; n < i+100; n++ {
			fs = append(fs, of([]string{"drain", "odd"}[n%2], fmt.Sprint("f", n), "observe"))
		}
		f.see(fs...)
		clock.pass(time.Minute)
	}
	st.read = 0
	if got := recorded(t, e, engine.FindingQuery{}); len(got) != 50 || got[0] != "f1699 observed" || st.read > 600 {
		t.Errorf("%d findings, the first %q, after %d records", len(got), got[:min(1, len(got))], st.read)
	}
	for name, q := range map[string]engine.FindingQuery{"all": {Limit: 333}, "of one": {Detector: "odd", Limit: 100}, "too many": {Limit: 1 << 30}} {
		n, last := 0, uint64(all+1)
		for {
			page, err := e.Findings(t.Context(), "small", q)
			if err != nil {
				t.Fatal(err)
			}
			if len(page.Findings) > 1000 {
				t.Errorf("%s: %d on a page", name, len(page.Findings))
			}
			for _, x := range page.Findings {
				if x.Number >= last || q.Detector != "" && x.Detector != q.Detector {
					t.Fatalf("%s: number %d of %s after %d", name, x.Number, x.Detector, last)
				}
				last = x.Number
			}
			n += len(page.Findings)
			if q.Before = page.Next; q.Before == 0 {
				break
			}
		}
		if want := map[string]int{"": all, "odd": all / 2}[q.Detector]; n != want {
			t.Errorf("%s: %d findings, want %d", name, n, want)
		}
	}
	if got := recorded(t, e, engine.FindingQuery{Since: clock.now().Add(-2 * time.Minute), Limit: 1000}); len(got) != 200 {
		t.Errorf("%d findings of the last two minutes", len(got))
	}
	if got := recorded(t, e, engine.FindingQuery{Before: 1 << 40, Limit: 1}); !slices.Equal(got, []string{"f1699 observed"}) {
		t.Errorf("before a number that there is not: %v", got)
	}
	if got := recorded(t, e, engine.FindingQuery{Before: 1}); got != nil {
		t.Errorf("before the first: %v", got)
	}
	if page, err := e.Findings(t.Context(), "other", engine.FindingQuery{}); err != nil || len(page.Findings) != 0 {
		t.Errorf("of another protocol: %v, %v", page, err)
	}
}

// TestConflictEnds has a database say for ever that somebody else was first although nobody writes.
func TestConflictEnds(t *testing.T) {
	clock := newClock()
	st := &broken{Store: memory.New(nil)}
	e := start(t, st, "a", clock.now)
	f := follow(t, e, clock.now().Add(time.Hour))
	st.fail(store.ErrConflict)
	if err := e.Observe(t.Context(), f.observation(found("f1"))); !errors.Is(err, store.ErrConflict) {
		t.Errorf("it ended with %v", err)
	}
}

// windows counts how often a record is read from.
type windows struct {
	store.Store
	read int
}

func (w *windows) Window(ctx context.Context, stream string, after uint64, limit int) ([]journal.Record, error) {
	w.read++
	return w.Store.Window(ctx, stream, after, limit)
}

// A reorganisation takes back a flood, and it comes again, without the record being gone through for each finding.
func TestAFloodIsTakenBackInOnePass(t *testing.T) {
	clock := newClock()
	st := &windows{Store: open(t)}
	e := start(t, st, "a", clock.now)
	f := follow(t, e, clock.now().Add(24*time.Hour))
	var flood []incident.Finding
	var ids []string
	for i := range 400 {
		flood = append(flood, of("odd", fmt.Sprintf("o%d", i), "observe"))
		ids = append(ids, flood[i].ID)
	}
	f.see(flood...)
	st.read = 0
	o := f.observation()
	o.Retracted, o.RetractedWhy = append(ids, ids[7]), "Its block is gone."
	if err := e.Observe(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	f.see(flood...)
	f.see(flood...)
	if st.read > 40 {
		t.Errorf("the record was read from %d times", st.read)
	}
	stands, struck := 0, 0
	for _, s := range recorded(t, e, engine.FindingQuery{Limit: 2000}) {
		if strings.HasSuffix(s, "retracted") {
			struck++
		} else {
			stands++
		}
	}
	if stands != len(flood) || struck != len(flood) {
		t.Errorf("%d stand and %d are taken back, of %d that came twice", stands, struck, len(flood))
	}
	verified(t, st)
}
