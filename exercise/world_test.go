package exercise_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"tocsin/exercise"
	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
)

func loadPlan(t testing.TB) *plan.Plan {
	t.Helper()
	p, _, err := plan.Load(os.DirFS("testdata/plan"))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// world is one session. Whatever is done in it, it watches over what must always hold.
type world struct {
	t        testing.TB
	plan     *plan.Plan
	state    *exercise.State
	records  []journal.Record
	happened []exercise.Happened
	now      time.Time
	commands int
}

func newWorld(t testing.TB) *world {
	return &world{t: t, plan: loadPlan(t), state: &exercise.State{}, now: time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)}
}

func encode(t testing.TB, x any) []byte {
	t.Helper()
	b, err := json.Marshal(x)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func actorOf(name string) journal.Actor {
	switch name {
	case "clock", "system":
		return journal.Actor{Kind: name}
	}
	return journal.Actor{Kind: journal.Person, ID: name}
}

// do decides a command, stores what follows as the engine would, and applies it.
func (w *world) do(actor string, op exercise.Op) ([]exercise.Happened, error) {
	w.t.Helper()
	w.commands++
	cmd := exercise.Command{ID: fmt.Sprintf("c%d", w.commands), Actor: actorOf(actor), Op: op}
	before := encode(w.t, w.state)
	events, err := exercise.Decide(w.plan, w.state, cmd, w.now)
	if after := encode(w.t, w.state); !bytes.Equal(before, after) {
		w.t.Fatalf("%T changed the state that it decided upon:\n%s\n%s", op, before, after)
	}
	if err != nil {
		var f *fault.Error
		if len(events) > 0 || !errors.As(err, &f) || f.Say == "" || f.Code == fault.Internal {
			w.t.Fatalf("%T was refused with %v and %d events", op, err, len(events))
		}
		return nil, err
	}
	was := w.state
	w.state = w.state.Next()
	var list []exercise.Happened
	for _, e := range events {
		h := w.store(e, cmd)
		w.state.Apply(h)
		list = append(list, h)
	}
	if after := encode(w.t, was); !bytes.Equal(before, after) {
		w.t.Fatalf("applying what %T does changed an older state", op)
	}
	w.happened = append(w.happened, list...)
	w.check()
	if len(list) > 0 {
		again, err := exercise.Decide(w.plan, w.state, cmd, w.now)
		if err != nil || len(again) > 0 {
			w.t.Fatalf("%T given again changes something: %v, %v", op, again, err)
		}
	}
	return list, nil
}

// store seals an event and reads it back.
func (w *world) store(e exercise.Event, cmd exercise.Command) exercise.Happened {
	w.t.Helper()
	var prev [32]byte
	if n := len(w.records); n > 0 {
		prev = w.records[n-1].Hash
	}
	at := w.now
	if at.Before(w.state.Last) {
		at = w.state.Last
	}
	var salt byte
	r, err := journal.Seal(prev, journal.Envelope{
		Stream: "exercise/x", Seq: uint64(len(w.records)) + 1, Kind: e.Kind(), KindV: exercise.KindVersion, At: at, Actor: cmd.Actor, Command: cmd.ID,
	}, e, func() [16]byte { salt++; return [16]byte{salt} })
	if err != nil {
		w.t.Fatal(err)
	}
	w.records = append(w.records, r)
	back, err := exercise.Decode(r)
	if err != nil {
		w.t.Fatal(err)
	}
	if a, b := encode(w.t, e), encode(w.t, back.Event); !bytes.Equal(a, b) {
		w.t.Fatalf("%s is read back differently:\n%s\n%s", e.Kind(), a, b)
	}
	return back
}

// check holds the session to what must be true at every moment.
func (w *world) check() {
	w.t.Helper()
	w.settled()
	if n := len(w.records); n > 30 && n%8 != 0 {
		return // each takes as long as all before it
	}
	var again []exercise.Happened
	for _, r := range w.records {
		h, err := exercise.Decode(r)
		if err != nil {
			w.t.Fatal(err)
		}
		again = append(again, h)
	}
	if live, replayed := encode(w.t, w.state), encode(w.t, exercise.Replay(again)); !bytes.Equal(live, replayed) {
		w.t.Fatalf("the history replays to another state:\n%s\n%s", live, replayed)
	}
}

// settled holds NextDue to what a tick does: what is due is done by it, and is not due any more.
func (w *world) settled() {
	w.t.Helper()
	now := w.now
	if now.Before(w.state.Last) {
		now = w.state.Last
	}
	tick := exercise.Command{Actor: actorOf("clock"), Op: exercise.OpTick{}}
	events, err := exercise.Decide(w.plan, w.state, tick, now)
	if w.state.ID == "" {
		return
	}
	if err != nil {
		w.t.Fatal(err)
	}
	due := exercise.NextDue(w.state)
	if is := !due.IsZero() && !due.After(now); is != (len(events) > 0) {
		w.t.Fatalf("at %s it is due at %s, and a tick does %v", now, due, events)
	}
	next := w.state.Next()
	for _, e := range events {
		next.Apply(exercise.Happened{Event: e, Seq: next.Version + 1, At: now})
	}
	if due := exercise.NextDue(next); !due.IsZero() && !due.After(now) {
		w.t.Fatalf("after a tick at %s it is still due at %s", now, due)
	}
}
