package plan

import (
	"strings"
	"testing"
	"time"
)

func team() *Plan {
	day := func(s string) Date {
		t, _ := time.Parse(time.DateOnly, s)
		return Date{t}
	}
	return &Plan{
		CoreTeam:     []Person{{ID: "ann", Roles: []string{"lead"}}, {ID: "ben"}, {ID: "cat"}},
		ExtendedTeam: []Person{{ID: "dan", Roles: []string{"lead", "voice"}}},
		Groups: []Group{
			{ID: "pair", Members: []string{"ben", "ann"}},
			{ID: "all", Members: []string{"cat", "pair", "weekly", "dan", "ghost", "ann"}},
			{ID: "loop", Members: []string{"pool", "cat"}},
			{ID: "pool", Members: []string{"loop", "ben"}},
		},
		Rotas: []Rota{{
			ID: "weekly", TimeZone: "Europe/Vienna", Start: day("2026-03-16"), HandOver: "09:00", Shift: Duration(7 * 24 * time.Hour),
			Members: []string{"ann", "ben", "pair"},
			Cover:   []RotaOverride{{From: day("2026-04-07"), To: day("2026-04-08"), Person: "cat"}},
		}, {
			ID: "halves", Start: day("2026-03-16"), HandOver: "06:00", Shift: Duration(12 * time.Hour), Members: []string{"ann", "ben"},
		}, {ID: "plain", Start: day("2026-03-16"), Members: []string{"ann", "ben"}}},
		Roles: []Role{
			{ID: "lead", Holders: []string{"pair"}},
			{ID: "voice"},
			{ID: "anyone"},
			{ID: "looped", Holders: []string{"loop"}},
		},
	}
}

func TestMembers(t *testing.T) {
	at := time.Date(2026, 3, 18, 12, 0, 0, 0, time.UTC)
	p := team()
	for ref, want := range map[string]string{
		"ann": "ann", "pair": "ben ann", "all": "cat ben ann dan", "loop": "ben cat", "pool": "cat ben",
		"weekly": "ann", "ghost": "", "": "",
		"lead": "ben ann dan", "voice": "dan", "anyone": "ann ben cat", "looped": "ben cat",
	} {
		if got := strings.Join(p.Members(ref, at), " "); got != want {
			t.Errorf("%q stands for %q, want %q", ref, got, want)
		}
	}
	if got := strings.Join(p.MembersOf([]string{"pair", "ben", "dan", "pair"}, at), " "); got != "ben ann dan" {
		t.Errorf("several references stand for %q", got)
	}
	if got := strings.Join(p.Everyone(), " "); got != "ann ben cat" {
		t.Errorf("everyone is %q", got)
	}
	if got := p.Holders("pair", at); got != nil {
		t.Errorf("a group is held by %q", got)
	}
}

func TestOnCall(t *testing.T) {
	vienna, err := time.LoadLocation("Europe/Vienna")
	if err != nil {
		t.Fatal(err)
	}
	p := team()
	for _, c := range []struct{ rota, at, want, why string }{
		{"weekly", "2026-03-01 12:00", "ann", "before the first shift"},
		{"weekly", "2026-03-16 09:00", "ann", "the first minute"},
		{"weekly", "2026-03-23 08:59", "ann", "the last minute before the hand-over"},
		{"weekly", "2026-03-23 09:00", "ben", "the hand-over"},
		{"weekly", "2026-03-30 08:59", "ben", "the clock went forward on 29 March, the hand-over did not move"},
		{"weekly", "2026-03-30 09:00", "pair", "a group shares a shift"},
		{"weekly", "2026-04-06 09:00", "ann", "round again"},
		{"weekly", "2026-04-07 08:59", "ann", "the cover begins with the hand-over"},
		{"weekly", "2026-04-07 09:00", "cat", "covered"},
		{"weekly", "2026-04-09 08:59", "cat", "until the hand-over after the last day"},
		{"weekly", "2026-04-09 09:00", "ann", "the cover is over"},
	} {
		at, err := time.ParseInLocation("2006-01-02 15:04", c.at, vienna)
		if err != nil {
			t.Fatal(err)
		}
		r, _ := p.Rota(c.rota)
		if got := r.OnCall(at.UTC()); got != c.want {
			t.Errorf("%s at %s: %q is on call, want %q (%s)", c.rota, c.at, got, c.want, c.why)
		}
	}
	halves, _ := p.Rota("halves")
	for hour, want := range map[int]string{5: "ann", 6: "ann", 17: "ann", 18: "ben", 29: "ben", 30: "ann"} {
		if got := halves.OnCall(time.Date(2026, 3, 16, hour, 0, 0, 0, time.UTC)); got != want {
			t.Errorf("half days: %q is on call after %d hours, want %q", got, hour, want)
		}
	}
	plain, _ := p.Rota("plain")
	if got := plain.OnCall(time.Date(2026, 3, 23, 9, 0, 0, 0, time.UTC)); got != "ben" {
		t.Errorf("with nothing said %q is on call after seven days, want ben at nine", got)
	}
	if got := (Rota{}).OnCall(time.Now()); got != "" {
		t.Errorf("%q is on call in an empty rota", got)
	}
}

func TestLookups(t *testing.T) {
	p := loadExample(t)
	if s, ok := p.Step("stolen-user-funds", "pause-contract"); !ok || s.Action != "pause-vault" {
		t.Errorf("the step is %v, %v", s, ok)
	}
	if _, ok := p.Step("stolen-user-funds", "nothing"); ok {
		t.Error("a step was found that is not there")
	}
	for id, core := range map[string]bool{"janet": true, "martin": false, "nobody": false} {
		if _, ok := p.Person(id); ok != (id != "nobody") || p.Core(id) != core {
			t.Errorf("%s: found %v, core %v", id, ok, p.Core(id))
		}
	}
	if c, ok := p.Chain(31337); !ok || c.Kind != "drill" {
		t.Error("the chain was not found")
	}
	if got := p.IssuesOf("unauthorised-withdrawal"); len(got) != 1 || got[0] != "stolen-user-funds" {
		t.Errorf("the detector belongs to %v", got)
	}
	for _, c := range []struct {
		a, b string
		want bool
	}{{"critical", "high", true}, {"high", "critical", false}, {"low", "low", false}, {"low", "", true}, {"", "low", false}, {"x", "y", false}} {
		if p.Worse(c.a, c.b) != c.want {
			t.Errorf("%q worse than %q: %v", c.a, c.b, !c.want)
		}
	}
	if pr, st, ok := SplitStep(StepRef("a", "b")); pr != "a" || st != "b" || !ok {
		t.Error("a reference to a step does not survive")
	}
	for _, bad := range []string{"", "a", "/", "a/", "/b"} {
		if _, _, ok := SplitStep(bad); ok {
			t.Errorf("%q is taken for a reference to a step", bad)
		}
	}
}

func TestNothingInNoPlan(t *testing.T) {
	var p *Plan
	if _, ok := p.Issue("a"); ok || p.Core("a") || p.Worse("a", "b") || p.Everyone() != nil || p.Members("a", time.Time{}) != nil || p.IssuesOf("a") != nil {
		t.Error("a plan that is nil holds something")
	}
	if _, ok := p.Chain(1); ok {
		t.Error("a plan that is nil has a chain")
	}
	if string(p.Canonical()) != "{}" {
		t.Error("a plan that is nil is not empty")
	}
}
