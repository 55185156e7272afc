package incident_test

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"tocsin/incident"
	"tocsin/internal/picture"
)

// moves are the steps that were seen.
type moves struct{ seen map[picture.Move]bool }

// of reads where each machine of an incident stands, by its name and the thing that it is about.
func (m *moves) of(s *incident.State) map[[2]string]string {
	if m == nil {
		return nil
	}
	at := map[[2]string]string{{"Incident", ""}: string(s.Phase)}
	for _, x := range s.Pages {
		at[[2]string{"Page", x.ID}] = x.State
	}
	for _, x := range s.Answers {
		at[[2]string{"Person", x.Person}] = x.Answer
	}
	for _, x := range s.Steps {
		at[[2]string{"Step", x.Step}] = x.State
	}
	for _, x := range s.Decisions {
		at[[2]string{"Decision", x.ID}] = x.State
	}
	for _, x := range s.Actions {
		at[[2]string{"Action", x.ID}] = x.State
	}
	for _, x := range s.Updates {
		at[[2]string{"Update", x.ID}] = x.State
	}
	return at
}

// note writes down what an event has moved.
func (m *moves) note(from map[[2]string]string, s *incident.State, h incident.Happened) {
	if m == nil {
		return
	}
	to := m.of(s)
	for k, state := range to {
		if was := from[k]; was != state {
			m.seen[picture.Move{Machine: k[0], From: cmp.Or(was, picture.Start), By: h.Event.Kind(), To: cmp.Or(state, picture.Start)}] = true
		}
	}
	for k, was := range from {
		if _, still := to[k]; !still {
			m.seen[picture.Move{Machine: k[0], From: cmp.Or(was, picture.Start), By: h.Event.Kind(), To: picture.Start}] = true
		}
	}
}

// storied is what moves in the stories.
func storied(t *testing.T) *moves {
	t.Helper()
	m := &moves{seen: map[picture.Move]bool{}}
	files, _ := filepath.Glob("testdata/*.txt")
	more, _ := filepath.Glob("testdata/*/*.txt")
	for _, file := range append(files, more...) {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		tellTo(t, filepath.Join(filepath.Dir(file), "plan"), string(b), m)
	}
	return m
}

// undrawn holds what moves to the pictures of docs/machines.md, and returns these.
func (m *moves) undrawn(t *testing.T) map[picture.Move]bool {
	t.Helper()
	arrows, err := picture.Moves("../docs/machines.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range sorted(m.seen) {
		if !arrows[x] {
			t.Errorf("it happens, and docs/machines.md does not draw it: %s", x)
		}
	}
	return arrows
}

func TestWhatMovesInTheStoriesIsDrawn(t *testing.T) { storied(t).undrawn(t) }

func sorted(set map[picture.Move]bool) []picture.Move {
	list := make([]picture.Move, 0, len(set))
	for x := range set {
		list = append(list, x)
	}
	slices.SortFunc(list, func(a, b picture.Move) int { return cmp.Compare(a.String(), b.String()) })
	return list
}
