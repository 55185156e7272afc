package incident_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/engine"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/plan"
	"tocsin/store/memory"
)

func forecast(t *testing.T, p *plan.Plan, issue string, at time.Time) []incident.Told {
	t.Helper()
	told, err := incident.Forecast(p, issue, at)
	if err != nil {
		t.Fatal(err)
	}
	return told
}

// lines writes who is told of at a moment, each call as a line.
func lines(told []incident.Told, moment string) string {
	var b strings.Builder
	for _, x := range told {
		if x.Moment == moment {
			fmt.Fprintf(&b, "%s %s %s, %s\n", plan.Duration(x.After), x.Person, x.How, x.Why)
		}
	}
	return b.String()
}

func TestForecastFollowsTheRota(t *testing.T) {
	p := loadPlan(t, "../examples/vault")
	first := func(at string) string {
		when, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		return forecast(t, p, "unknown-bug", when)[0].Person
	}
	// The shift changes on Monday, 9 November 2026, at 09:00 in Vienna, which is 08:00 UTC.
	if who := first("2026-11-09T07:59:59Z"); who != "janet" {
		t.Errorf("before the hand-over %s is called first", who)
	}
	if who := first("2026-11-09T08:00:00Z"); who != "david" {
		t.Errorf("after the hand-over %s is called first", who)
	}
}

func TestForecastOfTheWholeCourse(t *testing.T) {
	p := loadPlan(t, "testdata/plan")
	told := forecast(t, p, "theft", time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC))
	for moment, want := range map[string]string{
		// Cyd's phone is to be decided; Dan is Ada's backup and stands in for Cyd; once nobody is called any more everyone is.
		"detection": `0s ada email, told on detection
0s ben email, told on detection
0s cyd email, told on detection
2m ada phone, told on detection
2m ben email, told on detection
2m cyd email, told on detection
4m ada email, told on detection
4m ben email, without them nobody can decide: Pause the vault
6m ada phone, told on detection
6m ben email, without them nobody can decide: Pause the vault
8m dan email, backup for Ada
10m dan email, backup for Ada
12m ada email, not enough people have come
12m ben email, not enough people have come
12m cyd email, not enough people have come
12m dan email, not enough people have come
14m ada phone, not enough people have come
14m ben email, not enough people have come
14m cyd email, not enough people have come
14m dan email, not enough people have come
16m ada email, not enough people have come
18m ada phone, not enough people have come
`,
		"validation": `0s dan email, told on validation
2m dan email, told on validation
`,
		"procedure":   "",
		"containment": "0s eve email, told on containment\n",
		"resolution":  "",
	} {
		if got := lines(told, moment); got != want {
			t.Errorf("%s:\n%swant\n%s", moment, got, want)
		}
	}
}

func TestForecastOfOneWhoCannotBeReached(t *testing.T) {
	p := loadPlan(t, "testdata/plan")
	p.CoreTeam[0].Contact = []plan.Contact{{Kind: "phone", To: plan.TBD}}
	told := forecast(t, p, "theft", time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC))
	if x := told[0]; x.Person != "ada" || x.How != "" || x.After != 0 {
		t.Errorf("first comes %+v, want Ada, who cannot be reached", x)
	}
	if x := told[1]; x.Person != "dan" || x.How != "email" || x.After != 0 {
		t.Errorf("then comes %+v, want Ada's backup, at once", x)
	}
}

func TestForecastOfWhatThePlanDoesNotHold(t *testing.T) {
	p := loadPlan(t, "testdata/plan")
	if _, err := incident.Forecast(p, "thef", time.Now()); !fault.Is(err, fault.NotFound) {
		t.Errorf("an unknown issue: %v", err)
	}
	told := forecast(t, &plan.Plan{Issues: []plan.Issue{{ID: "alone", Name: "Alone"}}}, "alone", time.Now())
	if len(told) != 0 {
		t.Errorf("a plan without people calls %+v", told)
	}
	one := &plan.Plan{
		Issues:     []plan.Issue{{ID: "alone", Name: "Alone", Severity: "worst"}},
		Severities: []plan.Severity{{ID: "worst", SecondPerson: true}},
		CoreTeam:   []plan.Person{{ID: "ada", Name: "Ada", Contact: []plan.Contact{{Kind: "phone", To: "+1999555001"}}}},
	}
	if got := lines(forecast(t, one, "alone", time.Now()), "detection"); !strings.HasPrefix(got, "0s ada phone, told on detection\n2m ada phone") {
		t.Errorf("a core team of one:\n%s", got)
	}
}

// silent carries every call and answers none.
type silent struct{}

func (silent) Carry(context.Context, engine.Parcel) engine.Outcome {
	return engine.Outcome{State: engine.Landed}
}

// TestForecastIsWhatTheEngineDoes lets an engine run whose people never answer, and compares every call.
func TestForecastIsWhatTheEngineDoes(t *testing.T) {
	for _, folder := range []string{"testdata/plan", "../examples/vault"} {
		p, src, err := plan.Load(os.DirFS(folder))
		if err != nil {
			t.Fatal(err)
		}
		dice := rand.New(rand.NewPCG(1, 2))
		for _, issue := range p.Issues {
			at := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(dice.Int64N(int64(60 * 24 * time.Hour)))).Truncate(time.Second)
			t.Run(folder+" "+issue.ID, func(t *testing.T) {
				run := unanswered(t, p, src.Files, issue.ID, at)
				told := forecast(t, p, issue.ID, at)
				var calls []string
				for _, x := range told {
					if x.Moment == "detection" && x.How != "" {
						calls = append(calls, fmt.Sprintf("%s %s %s %s", x.At.Format(time.DateTime), x.Page, x.Person, x.How))
					}
				}
				if !slices.Equal(calls, run) {
					t.Errorf("the forecast says\n%s\nthe engine did\n%s", strings.Join(calls, "\n"), strings.Join(run, "\n"))
				}
			})
		}
	}
}

// unanswered lists the calls that an engine makes until everyone is called for the second time.
func unanswered(t *testing.T, p *plan.Plan, files map[string][]byte, issue string, at time.Time) []string {
	t.Helper()
	now := at
	e := engine.New(engine.Options{Store: memory.New(nil), Node: "one", Now: func() time.Time { return now }, Random: rand.NewChaCha8([32]byte{})})
	e.Carry(incident.DispatchPage, silent{})
	if _, err := e.Pin(t.Context(), p, files); err != nil {
		t.Fatal(err)
	}
	v, err := e.Open(t.Context(), incident.Command{Actor: journal.Actor{Kind: journal.Detector, ID: "any"}, Op: incident.OpOpen{
		Protocol: p.Protocol, Findings: []incident.Finding{{ID: "f", Detector: "any", Issues: []string{issue}, At: at}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	id := v.State.ID
	for range 4 * 60 {
		if err := e.Step(t.Context()); err != nil {
			t.Fatal(err)
		}
		now = now.Add(15 * time.Second)
	}
	if v, err = e.View(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	happened, err := v.Happened(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return callsOf(happened)
}

// callsOf lists the calls of what happened, but for those of further rounds of calling everyone.
func callsOf(happened []incident.Happened) []string {
	var calls []string
	pages, rounds := map[string]string{}, 0
	for _, h := range happened {
		switch e := h.Event.(type) {
		case incident.EventEscalated:
			if e.Moment == "everyone" {
				rounds++
			}
		case incident.EventPageRequested:
			if rounds < 2 {
				pages[e.Page] = e.Person
			}
		case incident.EventPageRung:
			if who := pages[e.Page]; who != "" {
				calls = append(calls, fmt.Sprintf("%s %s %s %s", h.At.Format(time.DateTime), e.Page, who, e.Contact))
			}
		}
	}
	return calls
}

func TestWhatAnIssueAsksFor(t *testing.T) {
	p := loadPlan(t, "testdata/plan")
	var got []string
	for _, a := range incident.AgreementsOf(p, "theft", time.Now()) {
		got = append(got, fmt.Sprintf("%s for %s optional=%t: %s", a.Decision.ID, strings.Join(a.For, ", "), a.Optional, a.Status.Say))
	}
	want := []string{
		"pause for Pause optional=false: Waiting for Ben and Cyd.",
		"repair for Repair optional=false: Waiting for Ada.",
		"resume for Resume optional=true: Waiting for Ben.",
		"speak for Notice, Press optional=false: Waiting for Dan.",
	}
	if !slices.Equal(got, want) {
		t.Errorf("asked for\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if list := incident.AgreementsOf(p, "outage", time.Now()); len(list) != 1 || list[0].Decision.ID != "speak" || !slices.Equal(list[0].For, []string{"Notice"}) {
		t.Errorf("the outage asks for %+v, want only the approval of the notice: the press hears of what is critical", list)
	}
	if list := incident.AgreementsOf(p, "none", time.Now()); list != nil {
		t.Errorf("an unknown issue asks for %+v", list)
	}
}
