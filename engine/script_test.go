package engine_test

import (
	"bytes"
	"maps"
	"testing"

	"tocsin/engine"
	"tocsin/exercise"
	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
	"tocsin/store/memory"
)

// A server reads the scripts of the plan in force from what it stored, opens those that are sealed, and gives out the pictures that the plan
// was adopted with, and no other file.
func TestScriptsAndPicturesOfThePlanInForce(t *testing.T) {
	_, files := small(t)
	files = maps.Clone(files)
	const sealed, picture = "-----BEGIN AGE ENCRYPTED FILE-----\n", "\x89PNG\r\n\x1a\nx"
	files["scenarios/day.yaml"], files["scenarios/night.age"], files["scenarios/page.png"] = []byte("id: day\n"), []byte(sealed), []byte(picture)
	files["exercises.yaml"] = []byte(`exercises:
  scenarios:
    - {id: day, name: By day, script: scenarios/day.yaml, pictures: [scenarios/page.png]}
    - {id: night, name: By night, script: scenarios/night.age}
`)
	p, src, err := plan.Load(plan.Stored(files))
	if err != nil {
		t.Fatal(err)
	}
	st := memory.New(nil)
	clock := newClock()
	if _, err := engine.New(engine.Options{Store: st, Node: "a", Now: clock.now}).Pin(t.Context(), p, src.Files); err != nil {
		t.Fatal(err)
	}
	for _, key := range []bool{false, true} {
		o := engine.Options{Store: st, Node: "b", Now: clock.now}
		if key {
			o.Unseal = func(string, []byte) ([]byte, error) { return []byte("id: night\n"), nil }
		}
		e := engine.New(o)
		q, err := e.InForce(t.Context(), p.Protocol)
		if err != nil {
			t.Fatal(err)
		}
		if s := q.Exercises.Scenarios; s[0].Text != "id: day\n" || s[0].Sealed || !s[1].Sealed || (s[1].Text == "id: night\n") != key {
			t.Errorf("with a key %t: %+v", key, s)
		}
		if q.Hash() != p.Hash() {
			t.Error("reading its scripts makes another plan of it")
		}
	}
	e := engine.New(engine.Options{Store: st, Node: "c", Now: clock.now})
	v, err := e.OpenSession(t.Context(), exercise.Command{Actor: journal.Actor{Kind: journal.System}, Op: exercise.OpPlan{Unattended: true}})
	if err != nil {
		t.Fatal(err)
	}
	if b, media, err := v.Picture(t.Context(), "scenarios/page.png"); err != nil || media != "image/png" || !bytes.Equal(b, []byte(picture)) {
		t.Errorf("%s, %q, %v", media, b, err)
	}
	for _, name := range []string{"plan.yaml", "scenarios/night.age", "../secret.png", ""} {
		if _, _, err := v.Picture(t.Context(), name); !fault.Is(err, fault.NotFound) {
			t.Errorf("%q: %v", name, err)
		}
	}
}
