package incident_test

import (
	"fmt"
	"path/filepath"
	"strings"

	"tocsin/incident"
	"tocsin/plan"
)

// elsewhere plays a line of the other incident of a story, whose actor is written with @2 behind.
func (s *story) elsewhere(line string) string {
	s.t.Helper()
	if s.beside == nil {
		s.beside = &story{folder: s.folder, id: "2026-11-21-2", world: newWorld(s.t, s.plan), day: s.day}
		s.beside.moved = s.moved
	}
	return second(s.beside.play(strings.Replace(line, "@2:", ":", 1)))
}

// second marks lines of the other incident.
func second(lines string) string {
	if lines == "" {
		return ""
	}
	return "2| " + strings.ReplaceAll(strings.TrimSuffix(lines, "\n"), "\n", "\n2| ") + "\n"
}

// mergeStory merges the other incident into this one (merge), or this one into the other (merge-into), or reopens the other one, merged
// before (release); both halves as the engine does it.
func (s *story) mergeStory(actor, verb, why string) string {
	s.t.Helper()
	from, into := s.beside, s
	if verb == "merge-into" {
		from, into = s, s.beside
	}
	first, then := incident.Op(incident.OpMerge{Into: into.state, Why: why}), incident.Op(incident.OpAbsorb{From: from.state, Why: why})
	if verb == "release" {
		first, then = incident.OpReopen{Why: why}, incident.OpRelease{Incident: from.state.ID}
	}
	from.now, into.now = s.now, s.now
	for _, half := range []struct {
		*story
		op incident.Op
	}{{from, first}, {into, then}} {
		if _, err := incident.Decide(half.plan, half.state, incident.Command{ID: "try", Actor: actorOf(actor), Op: half.op}, s.now); err != nil {
			return refusal(err)
		}
	}
	said := map[*story]string{}
	for _, half := range []struct {
		*story
		op incident.Op
	}{{from, first}, {into, then}} {
		list, err := half.do(incident.Command{Actor: actorOf(actor), Op: half.op})
		if err != nil {
			s.t.Fatal(err)
		}
		said[half.story] = half.say(list) + half.stand()
	}
	return said[s] + second(said[s.beside])
}

// newer is a plan beside the story's own.
func (s *story) newer(name string) *plan.Plan {
	s.t.Helper()
	return loadPlan(s.t, filepath.Join(filepath.Dir(s.folder), name))
}

// changes says what a newer plan would change.
func (s *story) changes(name string) string {
	s.t.Helper()
	c, err := incident.ChangeBy(s.plan, s.newer(name), s.state, s.now)
	if err != nil {
		return refusal(err)
	}
	return fmt.Sprintln(strings.Join(c.All(), "\n"))
}
