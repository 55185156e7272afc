package decision_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"tocsin/decision"
	"tocsin/plan"
)

var rewrite = flag.Bool("rewrite", false, "write what the stories now say into testdata")

// Each file of testdata is a story: commands, a line of four hyphens, and how the decision stands then.
//
//	persons ID ...
//	group ID [need N] MEMBER ...
//	rota ID MEMBER ...
//	required REF ...
//	additional N REF ...
//	stand-in WHO for REF after DURATION
//	expires DURATION
//	proposer ID [may-not-approve]
//	TIME approve|refuse ID [until TIME]
//	TIME                              (nothing but time passes)
//	may ID                            (prints whether they may answer)
//
// The decision is opened at 12:00.
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
			got, err := tell(string(b))
			if err != nil {
				t.Fatal(err)
			}
			if *rewrite {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if got != string(b) {
				t.Errorf("the story now goes:\n%s", got)
			}
		})
	}
}

type story struct {
	plan     plan.Plan
	decision plan.Decision
	proposer string
	voices   []decision.Voice
	opened   time.Time
	now      time.Time
	said     []string
}

// tell runs a story and returns it with its outcomes as they are now.
func tell(text string) (string, error) {
	s := story{decision: plan.Decision{ID: "pause", Name: "Pause contract"}}
	s.opened = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	s.now = s.opened
	var out strings.Builder
	for i, block := range strings.Split(strings.TrimSpace(text), "\n\n") {
		commands, _, _ := strings.Cut(block, "\n----")
		if i > 0 {
			out.WriteString("\n")
		}
		fmt.Fprintf(&out, "%s\n----\n", commands)
		s.said = nil
		for line := range strings.SplitSeq(commands, "\n") {
			if strings.HasPrefix(line, "#") {
				continue
			}
			if err := s.do(strings.Fields(line)); err != nil {
				return "", fmt.Errorf("%q: %w", line, err)
			}
		}
		for _, line := range s.said {
			fmt.Fprintln(&out, line)
		}
		out.WriteString(describe(decision.Tally(&s.plan, &s.decision, s.voices, s.opened, s.now, s.proposer)))
	}
	return out.String(), nil
}

func (s *story) do(f []string) error {
	if len(f) == 0 {
		return fmt.Errorf("empty command")
	}
	switch f[0] {
	case "persons":
		for _, id := range f[1:] {
			s.plan.CoreTeam = append(s.plan.CoreTeam, plan.Person{ID: id, Name: strings.ToUpper(id[:1]) + id[1:]})
		}
	case "group":
		g := plan.Group{ID: f[1], Members: f[2:]}
		if f[2] == "need" {
			n, err := strconv.Atoi(f[3])
			if err != nil {
				return err
			}
			g.Need, g.Members = n, f[4:]
		}
		s.plan.Groups = append(s.plan.Groups, g)
	case "rota":
		s.plan.Rotas = append(s.plan.Rotas, plan.Rota{ID: f[1], Members: f[2:], Start: plan.Date{Time: s.opened.AddDate(0, 0, -7)}})
	case "required":
		s.decision.Required = f[1:]
	case "additional":
		n, err := strconv.Atoi(f[1])
		if err != nil {
			return err
		}
		s.decision.Additional = plan.Approvers{Need: n, Who: f[2:]}
	case "stand-in":
		d, err := plan.ParseDuration(f[5])
		if err != nil {
			return err
		}
		s.decision.StandIns = append(s.decision.StandIns, plan.StandIn{Who: f[1], For: f[3], After: d})
	case "expires":
		d, err := plan.ParseDuration(f[1])
		if err != nil {
			return err
		}
		s.decision.Expires = d
	case "proposer":
		s.proposer = f[1]
		s.decision.ProposerMayNotApprove = len(f) > 2 && f[2] == "may-not-approve"
	case "may":
		if err := decision.MayAnswer(&s.plan, &s.decision, f[1], s.opened, s.now, s.proposer); err != nil {
			s.said = append(s.said, "no: "+err.Error())
		} else {
			s.said = append(s.said, "yes")
		}
	default:
		at, err := s.clock(f[0])
		if err != nil {
			return err
		}
		s.now = at
		if len(f) == 1 {
			return nil
		}
		v := decision.Voice{Person: f[2], Choice: f[1], At: at}
		if len(f) > 4 {
			if v.Expires, err = s.clock(f[4]); err != nil {
				return err
			}
		}
		s.voices = append(s.voices, v)
	}
	return nil
}

func (s *story) clock(text string) (time.Time, error) {
	t, err := time.Parse("15:04", text)
	return time.Date(2026, 11, 21, t.Hour(), t.Minute(), 0, 0, time.UTC), err
}

func describe(s decision.Status) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", s.State, s.Say)
	for _, n := range s.Needed {
		mark := " "
		switch {
		case n.Met:
			mark = "x"
		case n.Refused:
			mark = "!"
		case n.Never != "":
			mark = "?"
		}
		fmt.Fprintf(&b, "[%s] %s", mark, n.Name)
		if len(n.By) > 0 {
			fmt.Fprintf(&b, ": %s", strings.Join(n.By, " "))
		}
		b.WriteString("\n")
	}
	for _, l := range []struct {
		name string
		list []string
	}{{"missing", s.Missing}, {"wanted", s.Wanted}, {"candidates", s.Candidates}} {
		if len(l.list) > 0 {
			fmt.Fprintf(&b, "%s: %s\n", l.name, strings.Join(l.list, " "))
		}
	}
	if !s.Next.IsZero() {
		fmt.Fprintf(&b, "next: %s\n", s.Next.Format("15:04"))
	}
	return b.String()
}
