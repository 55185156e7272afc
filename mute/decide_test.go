package mute

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
)

var start = time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)

// team is a plan with a detector of each weight.
func team() *plan.Plan {
	return &plan.Plan{
		Protocol:   "small",
		Severities: []plan.Severity{{ID: "critical", Name: "Critical", SecondPerson: true}, {ID: "low", Name: "Low"}},
		Detectors: []plan.Detector{
			{ID: "drain", Name: "Drain", Kind: "match", Mode: "page"},
			{ID: "slow", Name: "Slow", Kind: "spike", Mode: "page"},
			{ID: "both", Name: "Both", Kind: "match"},
			{ID: "loose", Name: "Loose", Kind: "match"},
			{ID: "unranked", Name: "Unranked", Kind: "match"},
		},
		Issues: []plan.Issue{
			{ID: "theft", Severity: "critical", Detection: plan.Detection{Detectors: []string{"drain", "both"}}},
			{ID: "outage", Severity: "low", Detection: plan.Detection{Detectors: []string{"slow", "both"}}},
			{ID: "odd", Detection: plan.Detection{Detectors: []string{"unranked"}}},
		},
		CoreTeam:     []plan.Person{{ID: "ada", Name: "Ada"}, {ID: "ben", Name: "Ben"}, {ID: "firm", Name: "The firm", Body: true}},
		ExtendedTeam: []plan.Person{{ID: "eve", Name: "Eve"}},
	}
}

// desk carries out commands and keeps the state.
type desk struct {
	t     *testing.T
	plan  *plan.Plan
	state *State
	now   time.Time
}

func open(t *testing.T) *desk { return &desk{t: t, plan: team(), state: &State{}, now: start} }

func person(id string) journal.Actor { return journal.Actor{Kind: journal.Person, ID: id} }

func (d *desk) try(actor journal.Actor, op Op) ([]Event, error) {
	events, err := Decide(d.plan, d.state, Command{Actor: actor, Op: op}, d.now)
	if err != nil {
		return nil, err
	}
	d.state = d.state.Next()
	at := d.now
	if at.Before(d.state.Last) {
		at = d.state.Last
	}
	for _, e := range events {
		d.state.Apply(Happened{Event: e, Seq: d.state.Version + 1, At: at})
	}
	return events, nil
}

// do carries out a command and returns its events in a word each.
func (d *desk) do(who string, op Op) string {
	d.t.Helper()
	actor := person(who)
	if who == "" {
		actor = journal.Actor{Kind: journal.Clock}
	}
	events, err := d.try(actor, op)
	if err != nil {
		d.t.Fatalf("%s: %+v: %v", who, op, err)
	}
	var words []string
	for _, e := range events {
		w := e.Kind()
		if x, ok := e.(EventEnded); ok {
			w += " " + x.How
		}
		words = append(words, w)
	}
	return strings.Join(words, ", ")
}

func (d *desk) want(got, want string) {
	d.t.Helper()
	if got != want {
		d.t.Errorf("got %q, want %q", got, want)
	}
}

// refused fails the test unless a command is refused with a code and words.
func (d *desk) refused(who string, op Op, code fault.Code, words string) {
	d.t.Helper()
	before := fmt.Sprintf("%+v", d.state)
	_, err := d.try(person(who), op)
	if !fault.Is(err, code) || !strings.Contains(fault.Sentence(err), words) {
		d.t.Errorf("%s: %+v: got %v, want %s with %q", who, op, err, code, words)
	}
	if after := fmt.Sprintf("%+v", d.state); after != before {
		d.t.Errorf("a refused command changed the state: %s", after)
	}
}

func (d *desk) quiet(detector string) bool {
	_, ok := d.state.Quiet(d.plan, detector, d.now)
	return ok
}

func (d *desk) mutes(detector string, until time.Duration) OpMute {
	return OpMute{Detector: detector, Until: d.now.Add(until), Why: "Maintenance"}
}

func TestTwoPeopleMute(t *testing.T) {
	d := open(t)
	d.want(d.do("ada", d.mutes("drain", 2*time.Hour)), "mute-asked")
	if d.quiet("drain") {
		t.Fatal("one person muted what takes two")
	}
	d.refused("ada", d.mutes("drain", 2*time.Hour), fault.Conflict, "second person")
	d.now = d.now.Add(10 * time.Minute)
	d.want(d.do("ben", d.mutes("drain", 3*time.Hour)), "muted")
	m, ok := d.state.Quiet(d.plan, "drain", d.now)
	if !ok || !m.Until.Equal(start.Add(2*time.Hour)) || !slices.Equal(m.By, []string{"ada", "ben"}) || m.Why != "Maintenance" || m.Number != 1 {
		t.Errorf("it is muted: %t, %+v", ok, m)
	}
	d.now = start.Add(2*time.Hour - time.Microsecond)
	if !d.quiet("drain") {
		t.Error("it is not quiet just before its end")
	}
	d.want(d.do("", OpTick{}), "")
	d.now = start.Add(2 * time.Hour)
	if d.quiet("drain") {
		t.Error("it is quiet at its end")
	}
	d.want(d.do("", OpTick{}), "mute-ended over")
	d.want(d.do("", OpTick{}), "")
	if len(d.state.Muted)+len(d.state.Asked) != 0 {
		t.Errorf("left over: %+v", d.state)
	}
}

func TestAgreeing(t *testing.T) {
	d := open(t)
	d.do("ada", d.mutes("drain", 3*time.Hour))
	d.now = d.now.Add(time.Minute)
	d.want(d.do("ben", OpMute{Detector: "drain"}), "muted") // a click: neither a time nor a reason
	d.want(d.do("ben", OpMute{Detector: "drain"}), "")      // a second click changes nothing
	if m := d.state.Muted[0]; !m.Until.Equal(start.Add(3*time.Hour)) || m.Why != "Maintenance" {
		t.Errorf("muted %+v", m)
	}
	d.plan.CoreTeam = append(d.plan.CoreTeam, plan.Person{ID: "dan", Name: "Dan"})
	d.refused("dan", OpMute{Detector: "drain"}, fault.Conflict, "already")
	d = open(t)
	d.do("ada", d.mutes("drain", 3*time.Hour))
	d.do("ben", OpMute{Detector: "drain", Until: start.Add(time.Hour), Why: "Only as long as the upgrade"})
	if m := d.state.Muted[0]; !m.Until.Equal(start.Add(time.Hour)) || m.Why != "Maintenance; Only as long as the upgrade" {
		t.Errorf("muted %+v", m)
	}
}

func TestAskingLapses(t *testing.T) {
	d := open(t)
	d.do("ada", d.mutes("drain", 2*time.Hour))
	d.now = start.Add(AskFor)
	if due := NextDue(d.state); !due.Equal(d.now) {
		t.Errorf("due at %s", due)
	}
	// Nobody has looked at it yet, and still it counts no more.
	d.want(d.do("ben", d.mutes("drain", 2*time.Hour)), "mute-ended lapsed, mute-asked")
	d.now = d.now.Add(AskFor)
	d.want(d.do("", OpTick{}), "mute-ended lapsed")
	d.do("ada", d.mutes("drain", 10*time.Minute))
	d.now = d.now.Add(10 * time.Minute) // what was asked for is over before the hour is
	d.want(d.do("", OpTick{}), "mute-ended lapsed")
}

func TestOnePersonSuffices(t *testing.T) {
	d := open(t)
	d.want(d.do("ada", OpMute{Detector: "slow", Why: "Known", Findings: 7}), "muted")
	m := d.state.Muted[0]
	if !m.Until.Equal(start.Add(Default)) || m.After != 7 {
		t.Errorf("muted %+v", m)
	}
	d.refused("ben", OpMute{Detector: "slow", Why: "Known"}, fault.Conflict, "already")
	d.now = d.now.Add(time.Hour)
	d.want(d.do("ben", OpMute{Detector: "slow", Why: "Longer", Findings: 9}), "muted")
	if n := d.state.Muted[0]; len(d.state.Muted) != 1 || n.Number != m.Number || n.After != 7 || !n.Since.Equal(start) || !n.Until.Equal(d.now.Add(Default)) {
		t.Errorf("prolonged %+v", n)
	}
	d.want(d.do("ada", OpUnmute{Detector: "slow"}), "mute-ended unmuted")
	d.refused("ada", OpUnmute{Detector: "slow"}, fault.Conflict, "not muted")
}

// To prolong takes as many as to begin, to shorten and to end takes one.
func TestLessAlertIsHard(t *testing.T) {
	d := open(t)
	d.do("ada", d.mutes("drain", 2*time.Hour))
	d.do("ben", d.mutes("drain", 2*time.Hour))
	d.want(d.do("ada", d.mutes("drain", 5*time.Hour)), "mute-asked")
	if m, _ := d.state.Quiet(d.plan, "drain", d.now); !m.Until.Equal(start.Add(2 * time.Hour)) {
		t.Errorf("one person prolonged it until %s", m.Until)
	}
	d.want(d.do("ben", d.mutes("drain", 5*time.Hour)), "muted")
	d.want(d.do("ada", d.mutes("drain", time.Hour)), "muted")
	if m, ok := d.state.Quiet(d.plan, "drain", d.now); !ok || !m.Until.Equal(start.Add(time.Hour)) || len(m.By) != 2 {
		t.Errorf("shortened: %t, %+v", ok, m)
	}
	d.do("ada", d.mutes("drain", 5*time.Hour))
	d.want(d.do("ben", OpUnmute{Detector: "drain"}), "mute-ended withdrawn, mute-ended unmuted")
	d.want(d.do("ada", d.mutes("drain", time.Hour)), "mute-asked")
	d.want(d.do("ada", OpUnmute{Detector: "drain"}), "mute-ended withdrawn")
	if due := NextDue(d.state); !due.IsZero() {
		t.Errorf("due at %s with nothing muted", due)
	}
}

func TestRefused(t *testing.T) {
	d := open(t)
	ok := d.mutes("drain", time.Hour)
	for _, c := range []struct {
		who   string
		op    Op
		code  fault.Code
		words string
	}{
		{"eve", ok, fault.Forbidden, "Eve is not of the core team"},
		{"firm", ok, fault.Forbidden, "organisation"},
		{"mallory", ok, fault.Forbidden, "not a person"},
		{"ada", d.mutes("drains", time.Hour), fault.NotFound, "Did you mean drain?"},
		{"ada", d.mutes("", time.Hour), fault.NotFound, "no detector"},
		{"ada", d.mutes("drain", 0), fault.Invalid, "over already"},
		{"ada", d.mutes("drain", Longest+time.Microsecond), fault.Invalid, "7 days at most"},
		{"ada", OpMute{Detector: "drain", Why: " \n"}, fault.Invalid, "reason is missing"},
		{"ada", OpMute{Detector: "drain", Why: strings.Repeat("x", maxWhy+1)}, fault.Invalid, "longer than 4 KiB"},
		{"eve", OpUnmute{Detector: "drain"}, fault.Forbidden, "core team"},
	} {
		d.refused(c.who, c.op, c.code, c.words)
	}
	if _, err := d.try(journal.Actor{Kind: journal.Detector, ID: "ada"}, ok); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a detector mutes: %v", err)
	}
	if _, err := d.try(person("ada"), nil); !fault.Is(err, fault.Invalid) {
		t.Errorf("no command: %v", err)
	}
	d.want(d.do("ada", d.mutes("drain", Longest)), "mute-asked")
}

// A clock that goes back shortens nothing and begins nothing before what was before.
func TestClockGoesBack(t *testing.T) {
	d := open(t)
	d.do("ada", d.mutes("slow", time.Hour))
	d.now = start.Add(-2 * time.Hour)
	d.want(d.do("ben", OpMute{Detector: "slow", Until: start.Add(Longest), Why: "More"}), "muted")
	d.refused("ben", OpMute{Detector: "slow", Until: start, Why: "Now"}, fault.Invalid, "over already")
}
