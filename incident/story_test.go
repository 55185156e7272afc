package incident_test

import (
	"errors"
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
	"tocsin/fault"
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

func (s *story) time(t time.Time) string {
	days := int(t.Sub(s.day) / (24 * time.Hour))
	if days == 0 {
		return t.Format(time.TimeOnly)
	}
	return fmt.Sprintf("+%dd %s", days, t.Format(time.TimeOnly))
}

func refusal(err error) string {
	var f *fault.Error
	errors.As(err, &f)
	return fmt.Sprintf("! %s: %s\n", f.Code, fault.Sentence(err))
}

// say writes events, one line each.
func (s *story) say(list []incident.Happened) string {
	if len(list) == 0 {
		return "nothing\n"
	}
	var out strings.Builder
	for _, h := range list {
		line := strings.TrimSpace(incident.Describe(s.plan, s.state, h))
		if more := s.details(h.Event); more != "" {
			line += " (" + more + ")"
		}
		fmt.Fprintf(&out, "%s: %s\n", h.Event.Kind(), line)
	}
	return out.String()
}

// details are the fields that sentences leave out.
func (s *story) details(e incident.Event) string {
	short := func(delivery string) string { return strings.TrimPrefix(delivery, s.state.ID+"/") }
	switch e := e.(type) {
	case incident.EventOpened:
		return fmt.Sprintf("issue %s, candidates %v, severity %s", e.Issue, e.Candidates, e.Severity)
	case incident.EventPageRung:
		return fmt.Sprintf("%s, again %s", short(e.Delivery), s.time(e.Next))
	case incident.EventValidated:
		return fmt.Sprintf("issue %s, severity %s", e.Issue, e.Severity)
	case incident.EventDecisionOpened:
		return fmt.Sprintf("%s on %s %s, until %s", e.ID, e.Subject.Kind, e.Subject.Ref, s.time(e.Expires))
	case incident.EventDecisionSettled:
		return e.Decision + " " + e.State
	case incident.EventActionOrdered:
		return short(e.Delivery)
	case incident.EventActionUnlanded:
		return short(e.Delivery)
	case incident.EventActionRetried:
		return short(e.Delivery)
	case incident.EventUpdatePosted:
		var to []string
		for _, d := range e.Deliveries {
			to = append(to, short(d.Delivery))
		}
		return fmt.Sprintf("%s, sent %v, by hand %v", e.ID, to, e.ByHand)
	case incident.EventUpdateReminded:
		return strings.TrimSpace(e.ID + " " + short(e.Delivery))
	case incident.EventUpdateOwed:
		return e.ID
	case incident.EventUpdateMoved:
		return e.ID
	case incident.EventUpdateSoon:
		return e.ID + s.rings(e.Calls)
	case incident.EventUpdateMissed:
		return fmt.Sprintf("%s%s, again %s", e.ID, s.rings(e.Calls), s.time(e.Next))
	case incident.EventUpdateRerouted:
		return strings.TrimSpace(e.ID + " " + short(e.Delivery))
	case incident.EventStepOverdue:
		return strings.TrimSpace(e.Step + s.rings(e.Calls))
	case incident.EventStepAdded:
		return e.ID
	case incident.EventReopened:
		return "as " + string(e.Phase)
	}
	return ""
}

// stand says how things stand if that has changed.
func (s *story) stand() string {
	due := "never due"
	if at := incident.NextDue(s.plan, s.state); !at.IsZero() {
		due = "due " + s.time(at)
	}
	now := fmt.Sprintf("= %s, %s. %s\n", s.state.Phase, due, incident.MusterOf(s.plan, s.state, s.now).Say)
	if now == s.standing {
		return ""
	}
	s.standing = now
	return now
}

func (s *story) todo() string {
	var out strings.Builder
	for _, x := range slices.Concat(s.plan.CoreTeam, s.plan.ExtendedTeam) {
		var list []string
		for _, task := range incident.Todo(s.plan, s.state, x.ID, s.now) {
			list = append(list, strings.TrimSpace(task.Kind+" "+task.Ref))
		}
		if len(list) > 0 {
			fmt.Fprintf(&out, "%s: %s\n", x.ID, strings.Join(list, ", "))
		}
	}
	return out.String()
}

func (s *story) muster() string {
	var out strings.Builder
	m := incident.MusterOf(s.plan, s.state, s.now)
	for _, x := range m.People {
		fmt.Fprintln(&out, strings.TrimSpace(fmt.Sprintf("%s: %s %s", x.Person, x.State, strings.Join(x.Roles, ", "))))
	}
	for _, x := range m.Wanted {
		fmt.Fprintf(&out, "wanted for %s: %v, met %t\n", x.For, x.People, x.Met)
	}
	return out.String()
}

func actorOf(name string) journal.Actor {
	switch name {
	case "detector", "clock", "deliverer", "executor", "system":
		return journal.Actor{Kind: name}
	}
	return asPerson(name)
}

// differ shows the first lines in which two texts differ.
func differ(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(w), len(g)) {
		if i >= len(w) || i >= len(g) || w[i] != g[i] {
			end := func(l []string) string { return strings.Join(l[min(i, len(l)):min(i+6, len(l))], "\n\t") }
			return fmt.Sprintf("line %d\nwant\t%s\ngot\t%s", i+1, end(w), end(g))
		}
	}
	return ""
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
	return incident.OpApprove{Decision: d.ID, Choice: choice, Signature: s.forged(actor, d, choice, w)}
}
