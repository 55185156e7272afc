package engine_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/engine"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/plan"
	"tocsin/store"
	"tocsin/store/memory"
)

var rewrite = flag.Bool("rewrite", false, "write what happens into the stories")

// TestStories plays testdata/*.txt, in which several incidents go on at once, with the plan of the stories about musters in
// package incident. Blocks are as there; a command says which incident it is about:
//
//	22:00:00 detector: find by=drain f1 Money leaves the vault
//	22:00:10 ada #1: coming
//	22:05:00 clock: until
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
			got := newStory(t).tell(string(b))
			if *rewrite {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if got != string(b) {
				t.Errorf("the story went otherwise (-rewrite writes it down):\n%s", got)
			}
		})
	}
}

// story is an engine whose incidents are told as they go.
type story struct {
	t     *testing.T
	store store.Store
	e     *engine.Engine
	plan  *plan.Plan
	clock *watchmaker
	told  map[string]*incident.State // as far as it was told
	found int
}

func newStory(t *testing.T) *story {
	p, source, err := plan.Load(os.DirFS("../incident/testdata/muster/plan"))
	if err != nil {
		t.Fatal(err)
	}
	s := &story{t: t, store: memory.New(nil), plan: p, clock: newClock(), told: map[string]*incident.State{}}
	s.e = engine.New(engine.Options{Store: s.store, Node: "a", Now: s.clock.now})
	if _, err := s.e.Pin(t.Context(), p, source.Files); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *story) tell(text string) string {
	var out strings.Builder
	for block := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n\n") {
		lines := strings.Split(block, "\n")
		n := slices.Index(lines, "----")
		if n < 0 {
			fmt.Fprintf(&out, "%s\n\n", block)
			continue
		}
		out.WriteString(strings.Join(lines[:n+1], "\n") + "\n")
		for _, l := range lines[:n] {
			if !strings.HasPrefix(l, "#") {
				out.WriteString(s.play(l))
			}
		}
		out.WriteString("\n")
	}
	return strings.TrimRight(out.String(), "\n") + "\n"
}

// play carries out one line and tells what follows.
func (s *story) play(line string) string {
	s.t.Helper()
	clock, rest, _ := strings.Cut(line, " ")
	at, err := time.Parse(time.TimeOnly, clock)
	who, what, ok := strings.Cut(rest, ": ")
	if err != nil || !ok {
		s.t.Fatalf("%q has no time or nobody who acts", line)
	}
	day := s.clock.now()
	end := time.Date(day.Year(), day.Month(), day.Day(), at.Hour(), at.Minute(), at.Second(), 0, time.UTC)
	if what == "until" {
		return s.until(end)
	}
	s.clock.pass(end.Sub(day))
	verb, rest, _ := strings.Cut(what, " ")
	who, number, _ := strings.Cut(who, " #")
	switch {
	case who == "detector":
		err = s.find(rest)
	case verb == "todo":
		return s.todo(who)
	default:
		_, err = s.e.Do(s.t.Context(), "2026-11-21-"+number, incident.Command{Actor: as(who), Op: s.op(verb, rest)})
	}
	var no *fault.Error
	if errors.As(err, &no) {
		return fmt.Sprintf("! %s: %s\n", no.Code, fault.Sentence(err))
	} else if err != nil {
		s.t.Fatalf("%s: %v", line, err)
	}
	return s.news()
}

func (s *story) find(rest string) error {
	words := strings.Fields(rest)
	by := strings.TrimPrefix(words[0], "by=")
	s.found++
	return s.e.Observe(s.t.Context(), engine.Observation{Protocol: s.plan.Protocol, Findings: []incident.Finding{{
		ID: words[1], Detector: by, Mode: "page", Issues: s.plan.IssuesOf(by), Asset: "vault", Chain: 31337, Block: uint64(100 + s.found),
		At: s.clock.now(), Say: strings.Join(words[2:], " "),
	}}})
}

func (s *story) op(verb, rest string) incident.Op {
	first, more, _ := strings.Cut(rest, " ")
	switch verb {
	case incident.Coming, incident.ComingNoSign, incident.Cannot:
		return incident.OpAnswer{Answer: verb, Note: rest}
	case "real":
		return incident.OpValidate{}
	case "dismiss":
		return incident.OpDismiss{Why: rest}
	case "leave":
		return incident.OpLeave{Note: rest}
	case "note":
		return incident.OpNote{Text: rest}
	case "hand-over":
		to, note, _ := strings.Cut(more, " ")
		return incident.OpHandOver{Role: first, To: to, Note: note}
	case "accept":
		return incident.OpAccept{Role: first}
	}
	s.t.Fatalf("nobody can %q", verb)
	return nil
}

// until lets time pass: whatever is due before is done when it is due.
func (s *story) until(end time.Time) string {
	var out strings.Builder
	for {
		heads, err := s.store.Due(s.t.Context(), end, 100)
		if err != nil {
			s.t.Fatal(err)
		}
		if len(heads) == 0 {
			s.clock.pass(end.Sub(s.clock.now()))
			return out.String()
		}
		due := heads[0].DueAt
		for _, h := range heads {
			if h.DueAt.Before(due) {
				due = h.DueAt
			}
		}
		if due.After(s.clock.now()) {
			s.clock.pass(due.Sub(s.clock.now()))
		}
		tick(s.t, s.e)
		news := s.news()
		if news == "" {
			s.t.Fatalf("at %s something is due, and nothing comes of it", due)
		}
		fmt.Fprintf(&out, "at %s\n%s", s.clock.now().Format(time.TimeOnly), news)
	}
}

// news tells what has happened since it was told last, incident by incident.
func (s *story) news() string {
	var out strings.Builder
	for _, x := range slices.Backward(list(s.t, s.e)) {
		state := s.told[x.ID]
		if state == nil {
			state = &incident.State{}
			s.told[x.ID] = state
		}
		records, err := s.store.Load(s.t.Context(), "incident/"+x.ID, state.Version)
		if err != nil {
			s.t.Fatal(err)
		}
		for _, r := range records {
			h, err := incident.Decode(r)
			if err != nil {
				s.t.Fatal(err)
			}
			state.Apply(h)
			fmt.Fprintf(&out, "#%s %s\n", x.ID[len("2026-11-21-"):], strings.TrimSpace(incident.Describe(s.plan, state, h)))
		}
	}
	return out.String()
}

// todo lists what one person owes now, in all incidents.
func (s *story) todo(who string) string {
	var out strings.Builder
	for _, x := range slices.Backward(list(s.t, s.e)) {
		v := view(s.t, s.e, x.ID)
		for _, task := range incident.Todo(v.Plan, v.State, who, s.clock.now()) {
			fmt.Fprintf(&out, "%s owes in #%s: %s\n", who, x.ID[len("2026-11-21-"):], task.Title)
		}
	}
	return out.String()
}
