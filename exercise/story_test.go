package exercise_test

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

	"tocsin/exercise"
	"tocsin/fault"
	"tocsin/incident"
)

var rewrite = flag.Bool("rewrite", false, "write what happens into the stories")

// TestStories plays testdata/*.txt with the plan beside them. A block is one or more commands, a line of hyphens, and what follows from
// them; blocks are parted by empty lines, and lines that begin with # are for the reader. A command is
//
//	10:00:00 ada: plan title=Spring_drill watch=on-call moderator=ada
//
// or, on a later day, +1d 10:00:00. Words of the form name=value before the first other word are options; _ stands for a blank in them.
func TestStories(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := tell(t, string(b))
			if *rewrite {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if got != string(b) {
				t.Errorf("the story went otherwise (-rewrite writes it down); it goes:\n%s", got)
			}
		})
	}
}

const hour = time.Hour

type story struct {
	*world
	day      time.Time
	standing string
	clock    incident.Clock // as last told
}

// tell plays a story and returns it with what happened.
func tell(t *testing.T, text string) string {
	s := &story{world: newWorld(t), day: time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)}
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

// play carries out one line.
func (s *story) play(line string) string {
	s.t.Helper()
	rest := s.moment(line)
	actor, rest, ok := strings.Cut(rest, ": ")
	if !ok {
		s.t.Fatalf("%q names no actor", line)
	}
	verb, rest, _ := strings.Cut(rest, " ")
	switch verb {
	case "sees":
		return s.sees(actor)
	case "until":
		return s.until()
	}
	if tell := reports[verb]; tell != nil {
		return tell(s)
	}
	w := parse(rest)
	op := s.op(verb, &w)
	if op == nil {
		s.t.Fatalf("nobody can %q", verb)
	}
	list, err := s.do(actor, op)
	if err != nil {
		var f *fault.Error
		errors.As(err, &f)
		return fmt.Sprintf("! %s: %s\n", f.Code, fault.Sentence(err))
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
func (s *story) until() string {
	end := s.now
	var out strings.Builder
	for {
		due := exercise.NextDue(s.state)
		if due.IsZero() || due.After(end) {
			break
		}
		s.now = due
		list, err := s.do("clock", exercise.OpTick{})
		if err != nil {
			s.t.Fatal(err)
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

// say writes events, one line each.
func (s *story) say(list []exercise.Happened) string {
	if len(list) == 0 {
		return "nothing\n"
	}
	var out strings.Builder
	for _, h := range list {
		fmt.Fprintf(&out, "%s: %s\n", strings.TrimPrefix(h.Event.Kind(), "exercise-"), exercise.Describe(s.plan, s.state, h))
		out.WriteString(s.told(exercise.Notices(s.plan, s.state, h)))
	}
	return out.String()
}

// told writes notices, one line for all who get the same.
func (s *story) told(list []exercise.Notice) string {
	var out strings.Builder
	for i, n := range list {
		if i > 0 && list[i-1].Subject == n.Subject && list[i-1].Text == n.Text {
			continue
		}
		var who []string
		for _, m := range list {
			if m.Subject == n.Subject && m.Text == n.Text {
				who = append(who, m.Person)
			}
		}
		fmt.Fprintf(&out, "  to %s: %s | %s%s\n", strings.Join(who, ", "), n.Subject, n.Text, with(n))
	}
	return out.String()
}

// with is what a notice carries besides its words.
func with(n exercise.Notice) string {
	s := ""
	if n.Link != "" {
		s += " | link: " + n.Link
	}
	if e := n.Entry; e != nil {
		s += fmt.Sprintf(" | calendar: %s, sequence %d", e.Start.Format("2 January 15:04"), e.Sequence)
		if e.Cancelled {
			s += ", cancelled"
		}
	}
	return s
}

// stand says how things stand if that has changed.
func (s *story) stand() string {
	due := "never due"
	if at := exercise.NextDue(s.state); !at.IsZero() {
		due = "due " + s.time(at)
	}
	now := string(s.state.Phase) + ", " + due
	if c := s.state.Clock; c != s.clock {
		s.clock = c
		now += fmt.Sprintf(", the clock shows %s at speed %d", s.time(s.state.Now(s.now)), c.Speed)
	}
	if s.state.Frozen != nil {
		now += ", frozen"
	}
	if now == s.standing {
		return ""
	}
	s.standing = now
	return "= " + now + "\n"
}

// sees writes what a person may see, briefly.
func (s *story) sees(person string) string {
	x := exercise.SheetOf(s.plan, s.state, person)
	if x == nil {
		return "they see nothing\n"
	}
	var out strings.Builder
	fmt.Fprintf(&out, "%s, %s, moderated by %s\n", x.Title, x.Phase, x.Moderator)
	for _, g := range x.Invited {
		fmt.Fprintln(&out, strings.Join(strings.Fields(fmt.Sprintf("%s: %s %s %s", g.Person, g.Answer, map[bool]string{true: "came"}[g.Came], g.Why)), " "))
	}
	for _, r := range x.Runs {
		fmt.Fprintf(&out, "%d. %s %s | %s\n", r.Number, r.Name, r.Opening, r.Outcome)
		for _, g := range r.Given {
			fmt.Fprintf(&out, "   %d %s %s: %s\n", g.Number, s.time(g.Shows), g.Kind, g.Text)
		}
		for _, q := range r.Asked {
			fmt.Fprintf(&out, "   ? %d %s, %s: %s\n", q.Number, s.time(q.Shows), q.Person, q.Text)
		}
		for _, m := range r.Marks {
			fmt.Fprintf(&out, "   %s %s %s %s\n", s.time(m.Shows), m.Kind, m.Step, m.Text)
		}
	}
	for _, l := range x.Lessons {
		fmt.Fprintf(&out, "lesson %d, %s: %s (%s)\n", l.Number, l.Kind, l.Text, l.Person)
	}
	for _, f := range x.FollowUps {
		fmt.Fprintf(&out, "follow-up %d, %s: %s\n", f.Number, f.Owner, f.Text)
	}
	return out.String()
}

// storyLines are the commands of a story.
func storyLines(t *testing.T, name string) []string {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for block := range strings.SplitSeq(string(b), "\n\n") {
		lines := strings.Split(block, "\n")
		for _, l := range lines[:max(slices.Index(lines, "----"), 0)] {
			if !strings.HasPrefix(l, "#") {
				list = append(list, l)
			}
		}
	}
	return list
}
