package exercise_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/exercise"
	"tocsin/incident"
	"tocsin/plan"
)

// reported is a session of one run with much in it, and its report.
func reported(t testing.TB) (*played, *exercise.Report) {
	t.Helper()
	p := play(
		t,
		"10:07:00 ben: stop Ada, I cannot hear you", "10:07:30 ada: thaw Ben hears us again", "10:08:00 ada: release id=way-in question=What_did_Cyd_see?",
		"10:30:00 ada: wrong step=stop-theft/repair who=cyd Cyd deployed before it was tried", "10:31:00 ada: unplanned who=eve Called ben@example.com and +1 999 555 0100",
		"11:00:00 ada: complete Ben paused the vault; users | heard *early*",
		"11:01:00 ada: lesson kind=flaw step=stop-theft/repair who=cyd The step does not say where Cyd tries a repair",
		"11:01:00 ben: lesson kind=good Everybody came", "11:01:00 ben: lesson kind=good Taken back", "11:01:30 ben: strike lesson=3",
		"11:02:00 ada: follow-up owner=cyd lesson=1 in=14d Say where a repair is tried, and ask Dan",
		"11:03:00 ada: link video https://video.example.com/november", "11:04:00 ada: end eve", "11:05:00 dan: seen",
	)
	p.x.Steps[0].Ended = at("10:13:00")
	earlier := p.score()
	earlier.At, earlier.Session, earlier.Measures = earlier.At.AddDate(0, -1, 0), "s0", slices.Clone(earlier.Measures)
	earlier.Measures[1].Took = minutes(3)
	r, ok := exercise.ReportOf(p.plan, p.state, []*incident.State{p.x}, []exercise.Score{earlier})
	if !ok {
		t.Fatal("there is no report")
	}
	return p, r
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *rewrite {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want, err := os.ReadFile(file); err != nil || string(want) != got {
		t.Errorf("%s differs (-rewrite writes it), %v:\n%s", file, err, got)
	}
}

func TestReport(t *testing.T) {
	p, r := reported(t)
	golden(t, "testdata/report.md", r.Markdown())
	golden(t, "testdata/published.md", r.Publish(p.plan).Markdown())
	if _, ok := exercise.ReportOf(p.plan, play(t).state, nil, nil); ok {
		t.Error("there is a report of what is not over")
	}
}

// What was held back to the end stands in no report, nor does whom a lesson is about.
func TestReportKeepsWhatWasHeldBack(t *testing.T) {
	p, r := reported(t)
	text := string(encode(t, r)) + r.Markdown()
	for _, held := range []string{"It lies where it was sent", "Somebody claims to be the attacker", "A newspaper calls", "A second account", "asked_by", "where-to", "Taken back"} {
		if strings.Contains(text, held) {
			t.Errorf("the report holds %q", held)
		}
	}
	back := exercise.ReadBackOf(p.plan, p.state, 1, []*incident.State{p.x})
	for _, held := range []string{"It lies where", "claims to be", "newspaper"} {
		if strings.Contains(back.Text(p.plan), held) {
			t.Errorf("the read-back holds %q", held)
		}
	}
}

func TestPublishedNamesNobody(t *testing.T) {
	p, r := reported(t)
	before := encode(t, r)
	x := r.Publish(p.plan)
	if string(before) != string(encode(t, r)) {
		t.Error("publishing changed the report")
	}
	if x.Moderator != "" || len(x.Came)+len(x.Absent)+len(x.Watch)+len(x.Seen)+len(x.Links) > 0 || x.Present == 0 {
		t.Errorf("published: %+v", x)
	}
	text := strings.ToLower(string(encode(t, x)) + x.Markdown())
	for _, team := range [][]plan.Person{p.plan.CoreTeam, p.plan.ExtendedTeam} {
		for _, person := range team {
			if person.Body {
				continue
			}
			for _, name := range append(strings.Fields(strings.ToLower(person.Name)), person.ID, person.ID+"@example.com") {
				for _, w := range strings.FieldsFunc(text, func(r rune) bool { return (r < 'a' || r > 'z') && r != '@' && r != '.' && r != '-' }) {
					if w == name {
						t.Errorf("it names %s", name)
					}
				}
			}
		}
	}
	for _, gone := range []string{"555", "video.example.com", "@example.com"} {
		if strings.Contains(text, gone) {
			t.Errorf("it holds %q", gone)
		}
	}
}

// Names are replaced as words only, and those that are words as well only where they are names.
func TestNamesAreWords(t *testing.T) {
	p := &plan.Plan{CoreTeam: []plan.Person{{ID: "will", Name: "Will Banner"}, {ID: "jo", Name: "José Ñu"}, {ID: "x", Name: "TBD"}}}
	for text, want := range map[string]string{
		"Will Banner paused it, and will's users will hear.": "A team member paused it, and will's users will hear.",
		"The banner of banners; BANNER":                      "The a team member of banners; a team member",
		"We asked José. josé came":                           "We asked a team member. A team member came",
		"TBD, and jo":                                        "TBD, and jo",
		"write to a.b@example.com or @handle":                "write to a team member or a team member",
	} {
		r := &exercise.Report{Title: text}
		if got := r.Publish(p).Title; got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

func TestReadBack(t *testing.T) {
	p, _ := reported(t)
	back := exercise.ReadBackOf(p.plan, p.state, 1, []*incident.State{p.x})
	golden(t, "testdata/readback.md", back.Text(p.plan))
	if !slices.IsSortedFunc(back.Lines, func(a, b exercise.Line) int { return a.Shows.Compare(b.Shows) }) {
		t.Error("its lines are in no order")
	}
	for d, want := range map[time.Duration]string{-1: "0:00", 59 * time.Second: "0:59", 61 * time.Minute: "1:01:00", 26 * time.Hour: "26:00:00"} {
		if got := exercise.Stopwatch(d); got != want {
			t.Errorf("%s is written %s", d, got)
		}
	}
}
