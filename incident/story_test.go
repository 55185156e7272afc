package incident_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tocsin/decision"
	"tocsin/evm"
	"tocsin/incident"
	"tocsin/journal"
)

var rewrite = flag.Bool("rewrite", false, "write what happens into the stories")

// TestStories plays testdata/*.txt, and those in its folders, each with the plan beside it. A block is one or more commands, a line of hyphens, and what follows from them; blocks
// are parted by empty lines, and lines that begin with # are for the reader. A command is
//
//	10:00:00 ada: coming I am at my desk
//
// or, on a later day, +1d 10:00:00. A story that begins with "# On 2026-10-25" happens on that day. Words of the form name=value before the first other word are options.
func TestStories(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	more, _ := filepath.Glob("testdata/*/*.txt") // beside a plan of their own
	files = append(files, more...)
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := tell(t, filepath.Join(filepath.Dir(file), "plan"), string(b))
			if *rewrite {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if got != string(b) {
				t.Errorf("the story went otherwise (-rewrite writes it down):\n%s", differ(string(b), got))
			}
		})
	}
}

// tell plays a story and returns it with what happened.
func tell(t *testing.T, folder, text string) string { return tellTo(t, folder, text, nil) }

// tellTo plays a story for somebody who notes what moves.
func tellTo(t *testing.T, folder, text string, m *moves) string {
	s := &story{folder: folder, id: "2026-11-21-1", world: newWorld(t, loadPlan(t, folder)), day: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)}
	s.moved = m
	if on, ok := strings.CutPrefix(text, "# On "); ok {
		var err error
		if s.day, err = time.Parse(time.DateOnly, on[:len(time.DateOnly)]); err != nil {
			t.Fatal(err)
		}
	}
	var out strings.Builder
	for block := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n\n") {
		lines := strings.Split(block, "\n")
		n := slices.Index(lines, "----")
		if n < 0 {
			fmt.Fprintf(&out, "%s\n\n", block)
			continue
		}
		for _, l := range lines[:n] {
			out.WriteString(l + "\n")
		}
		out.WriteString("----\n")
		for _, l := range lines[:n] {
			if !strings.HasPrefix(l, "#") {
				out.WriteString(s.play(l))
			}
		}
		out.WriteString("\n")
	}
	return strings.TrimRight(out.String(), "\n") + "\n"
}

type story struct {
	*world
	folder   string    // of the plan
	id       string    // of the incident
	beside   *story    // another incident; nil until one is spoken of
	standing string    // as last told
	actor    string    // of the line that is played
	day      time.Time // on which it begins
}

// play carries out one line.
func (s *story) play(line string) string {
	s.t.Helper()
	rest := s.moment(line)
	actor, rest, ok := strings.Cut(rest, ": ")
	if !ok {
		s.t.Fatalf("%q names no actor", line)
	}
	if actor, ok = strings.CutSuffix(actor, "@2"); ok {
		return s.elsewhere(line)
	}
	verb, rest, _ := strings.Cut(rest, " ")
	switch verb {
	case "merge", "merge-into", "release":
		return s.mergeStory(actor, verb, rest)
	case "changes":
		return s.changes(rest)
	case "todo":
		return s.todo()
	case "muster":
		return s.muster()
	case "owed":
		return s.owed()
	case "steps":
		return s.steps()
	case "until":
		return s.until(line, rest)
	}
	w := parse(rest)
	s.actor = actor
	cmd := incident.Command{ID: w.take("id", ""), Actor: actorOf(actor), Op: s.op(actor, verb, &w)}
	list, err := s.do(cmd)
	if err != nil {
		return refusal(err)
	}
	return s.say(list) + s.stand()
}

// moment sets the clock by the beginning of a line.
func (s *story) moment(line string) string {
	days := 0
	if rest, ok := strings.CutPrefix(line, "+"); ok {
		n, after, _ := strings.Cut(rest, "d ")
		days, _ = strconv.Atoi(n)
		line = after
	}
	clock, rest, _ := strings.Cut(line, " ")
	at, err := time.Parse(time.TimeOnly, clock)
	if err != nil {
		s.t.Fatal(err)
	}
	s.now = time.Date(s.day.Year(), s.day.Month(), s.day.Day()+days, at.Hour(), at.Minute(), at.Second(), 0, time.UTC)
	return rest
}

// until lets time pass: whatever is due before is done when it is due.
func (s *story) until(line, rest string) string {
	end := s.now
	w := parse(rest)
	watched := w.number("watched")
	var out strings.Builder
	for {
		due := incident.NextDue(s.plan, s.state)
		if due.IsZero() || due.After(end) {
			break
		}
		s.now = due
		list, err := s.do(incident.Command{Actor: actorOf("clock"), Op: incident.OpTick{Watched: map[uint64]incident.Watched{31337: {Block: watched, At: due}}}})
		if err != nil {
			s.t.Fatalf("%s: %v", line, err)
		}
		if len(list) == 0 {
			break // it waits for the chain
		}
		fmt.Fprintf(&out, "at %s\n%s", s.time(due), s.say(list))
	}
	s.now = end
	return out.String() + s.stand()
}

func actorOf(name string) journal.Actor {
	switch name {
	case "detector", "clock", "deliverer", "executor", "system":
		return journal.Actor{Kind: name}
	}
	return asPerson(name)
}

// hash makes a hash that people can tell apart.
func hash(n uint64) evm.Hash { return evm.Keccak([]byte(strconv.FormatUint(n, 10))) }

// forged signs what a story asks for: with somebody's key, over a message that may differ from the right one.
func (s *story) forged(person string, d *incident.Decision, choice string, w *said) []byte {
	if sig := s.safeSignature(person, d, choice, w); sig != nil {
		return sig
	}
	m := d.Message.With(choice)
	m.Incident = w.take("incident", m.Incident)
	if other := s.state.Decision(w.take("of", "")); other != nil {
		m = other.Message.With(choice)
	}
	if w.take("real", "") != "" {
		m.Exercise = !m.Exercise
	}
	return sign(s.t, w.take("key", person), m)
}

// signature of an approval in a story; "no" refuses.
func (s *story) approval(actor string, w *said) incident.Op {
	d := s.state.Decision(w.word())
	choice := decision.Approve
	if d == nil {
		return incident.OpApprove{Decision: "decision-?", Choice: choice}
	}
	if w.take("no", "") != "" {
		choice = decision.Refuse
	}
	if op, ok := s.proved(d, choice, w); ok {
		return op
	}
	return incident.OpApprove{Decision: d.ID, Choice: choice, Signature: s.forged(actor, d, choice, w)}
}
