package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"tocsin/engine"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/store"
	"tocsin/store/memory"
)

// gated is a store that keeps the commits to incidents waiting while it is shut, and counts those that it took.
type gated struct {
	store.Store
	refuse func(c store.Commit) error // nil: nothing

	mu    sync.Mutex
	gate  chan struct{} // closed while it is open
	taken int
}

func gate(st store.Store) *gated {
	g := &gated{Store: st, gate: make(chan struct{})}
	close(g.gate)
	return g
}

func (g *gated) shut() (open func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.gate = make(chan struct{})
	return sync.OnceFunc(func() { close(g.gate) })
}

func (g *gated) Commit(ctx context.Context, c store.Commit) error {
	g.mu.Lock()
	gate := g.gate
	g.mu.Unlock()
	select {
	case <-gate:
	case <-ctx.Done():
		return ctx.Err()
	}
	if g.refuse != nil {
		if err := g.refuse(c); err != nil {
			return err
		}
	}
	err := g.Store.Commit(ctx, c)
	if err == nil {
		g.mu.Lock()
		g.taken++
		g.mu.Unlock()
	}
	return err
}

// told is what a command was answered.
type told struct {
	version uint64
	err     error
}

// crowd gives commands to an incident one after the other, all while the first is still being stored, and returns what they were
// answered. Who gave the one that is left gives up waiting.
func crowd(t *testing.T, g *gated, e *engine.Engine, id string, left int, cmds ...incident.Command) []told {
	t.Helper()
	open := g.shut()
	answers := make([]told, len(cmds))
	ctx, leave := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for i, cmd := range cmds {
		wg.Go(func() {
			mine := t.Context()
			if i == left {
				mine = ctx
			}
			v, err := e.Do(mine, id, cmd)
			if err != nil {
				answers[i].err = err
				return
			}
			answers[i].version = v.State.Version
		})
		synctest.Wait() // so that they come in this order
	}
	leave()
	open()
	wg.Wait()
	return answers
}

const nobody = -1

func noting(person, id, text string) incident.Command {
	return incident.Command{ID: id, Actor: as(person), Op: incident.OpNote{Text: text}}
}

// notes are the texts of an incident's notes, in order, after the one that opened it.
func notes(s *incident.State) []string {
	var list []string
	for _, n := range s.Notes[1:] {
		list = append(list, n.Text)
	}
	return list
}

// TestTogether has many give commands while one is being stored: they are stored at once, in the order in which they came, and
// each is answered for itself.
func TestTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := gate(memory.New(nil))
		e := start(t, g, "a", nil)
		id := report(t, e).State.ID
		cmds := []incident.Command{
			noting("ada", "1", "first"),
			noting("ada", "2", "second"),
			{ID: "3", Actor: as("nobody"), Op: incident.OpNote{Text: "mine"}},
			noting("ben", "4", "third"),
			noting("ada", "2", "second"), // the same form sent twice
			noting("ada", "6", "gone"),
		}
		for n := range 30 {
			cmds = append(cmds, noting("cyd", fmt.Sprint("more", n), fmt.Sprint("more ", n)))
		}
		before, from := g.taken, view(t, e, id).State.Version
		answers := crowd(t, g, e, id, 5, cmds...)
		if n := g.taken - before; n != 2 {
			t.Errorf("%d commits, want one for the first and one for all the others", n)
		}
		want(t, answers[2].err, fault.Forbidden)
		if !errors.Is(answers[5].err, context.Canceled) {
			t.Errorf("who left was told %v", answers[5].err)
		}
		wanted := []string{"first", "second", "third"}
		for n := range 30 {
			wanted = append(wanted, fmt.Sprint("more ", n))
		}
		v := view(t, e, id)
		if got := notes(v.State); !slices.Equal(got, wanted) {
			t.Errorf("notes: %q", got)
		}
		for i, a := range answers {
			if i == 2 || i == 5 {
				continue
			}
			if a.err != nil || a.version <= from || a.version > v.State.Version {
				t.Errorf("command %d was told %+v", i, a)
			}
		}
		if answers[3].version >= v.State.Version {
			t.Errorf("the fourth sees what came after it")
		}
		// Another node, and this one later, know that they were carried out.
		for _, node := range []string{"a", "b"} {
			again := e
			if node == "b" {
				again = start(t, g, node, nil)
			}
			w, err := again.Do(t.Context(), id, noting("cyd", "more7", "more 7"))
			if err != nil || w.State.Version != v.State.Version {
				t.Errorf("repeated on %s: %v", node, err)
			}
		}
	})
}

// TestTogetherElsewhere has another node write while several commands are being stored: they are decided again, on that.
func TestTogetherElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := memory.New(nil)
		g := gate(st)
		e, other := start(t, g, "a", nil), start(t, st, "b", nil)
		id := report(t, e).State.ID
		tries := 0
		g.refuse = func(c store.Commit) error {
			if tries++; tries == 2 {
				say(t, other, id, "ben", incident.OpNote{Text: "elsewhere"})
			}
			return nil
		}
		answers := crowd(t, g, e, id, nobody, noting("ada", "1", "one"), noting("ada", "2", "two"), noting("ben", "3", "three"))
		for i, a := range answers {
			if a.err != nil {
				t.Errorf("command %d: %v", i, a.err)
			}
		}
		if got := notes(view(t, e, id).State); !slices.Equal(got, []string{"one", "elsewhere", "two", "three"}) || tries != 3 {
			t.Errorf("notes %q after %d tries", got, tries)
		}
	})
}

// TestTogetherSpoiled has the database refuse what one of several commands comes to: the others are stored. If it refuses
// everything, all are told.
func TestTogetherSpoiled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := gate(memory.New(nil))
		e := start(t, g, "a", nil)
		id := report(t, e).State.ID
		bad := errors.New("it does not fit")
		g.refuse = func(c store.Commit) error {
			for _, r := range c.Appends[0].Records {
				if d, err := incident.Decode(r); err == nil {
					if n, ok := d.Event.(incident.EventNoted); ok && n.Text == "bad" {
						return bad
					}
				}
			}
			return nil
		}
		answers := crowd(t, g, e, id, nobody,
			noting("ada", "1", "one"), noting("ada", "2", "two"), noting("ben", "3", "bad"), noting("ben", "4", "three"))
		for i, a := range answers {
			if wrong := i == 2; wrong != errors.Is(a.err, bad) || !wrong && a.err != nil {
				t.Errorf("command %d was told %v", i, a.err)
			}
		}
		if got := notes(view(t, e, id).State); !slices.Equal(got, []string{"one", "two", "three"}) {
			t.Errorf("notes: %q", got)
		}
		away := fault.New(fault.Unavailable, "The disk is full.")
		tries := 0
		g.refuse = func(store.Commit) error { tries++; return away }
		answers = crowd(t, g, e, id, nobody, noting("ada", "5", "five"), noting("ada", "6", "six"), noting("ben", "7", "seven"))
		for _, a := range answers {
			want(t, a.err, fault.Unavailable)
		}
		if tries != 2 {
			t.Errorf("a full disk was tried %d times", tries)
		}
		g.refuse = nil
		if v := say(t, e, id, "ada", incident.OpNote{Text: "five"}); !slices.Equal(notes(v.State), []string{"one", "two", "three", "five"}) {
			t.Errorf("afterwards: %q", notes(v.State))
		}
		if v, err := e.Do(t.Context(), id, noting("ada", "6", "six")); err != nil || len(notes(v.State)) != 5 {
			t.Errorf("what failed cannot be repeated: %v", err)
		}
		view(t, e, id) // verifies
	})
}

// TestOpenTogether opens fifty incidents by hand at once, on two nodes: each has a number of its own, without a gap.
func TestOpenTogether(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		g := gate(st)
		clock := newClock()
		nodes := []*engine.Engine{start(t, g, "a", clock.now), start(t, g, "b", clock.now)}
		tried := 0
		var mu sync.Mutex
		g.refuse = func(store.Commit) error {
			mu.Lock()
			defer mu.Unlock()
			tried++
			return nil
		}
		const all = 50
		ids := make([]string, all)
		var wg sync.WaitGroup
		for n := range all {
			wg.Go(func() {
				v, err := nodes[n%2].Open(t.Context(), incident.Command{Actor: as("ada"), Op: incident.OpOpen{Title: fmt.Sprint("Incident ", n)}})
				if err != nil {
					t.Errorf("incident %d: %v", n, err)
					return
				}
				if ids[n] = v.State.ID; v.State.Title != fmt.Sprint("Incident ", n) {
					t.Errorf("incident %d is %q", n, v.State.Title)
				}
			})
		}
		wg.Wait()
		slices.Sort(ids)
		if got := slices.Compact(ids); len(got) != all {
			t.Errorf("%d numbers: %v", len(got), got)
		}
		for n := range all {
			if !slices.Contains(ids, fmt.Sprintf("2026-11-21-%d", n+1)) {
				t.Errorf("there is no incident %d", n+1)
			}
		}
		// In a node they queue, so that only another node can be first, and only once for each that it opens.
		if tried > 2*all {
			t.Errorf("%d incidents took %d tries", all, tried)
		}
	})
}
