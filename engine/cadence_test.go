package engine_test

import (
	"strings"
	"testing"
	"time"

	"tocsin/engine"
	"tocsin/exercise"
	"tocsin/incident"
	"tocsin/plan"
	"tocsin/store"
)

// practising is a team whose plan says how often it practises.
func practising(t *testing.T, st store.Store, clock *watchmaker) *engine.Engine {
	t.Helper()
	p, files := small(t)
	p.Exercises.Every = plan.Duration(30 * 24 * time.Hour)
	e := engine.New(engine.Options{Store: st, Node: "a", Now: clock.now})
	if _, err := e.Pin(t.Context(), p, files); err != nil {
		t.Fatal(err)
	}
	return e
}

// Those who may moderate are told in time that an exercise is due, and again once it is overdue; not while one is planned that they know of.
func TestPeopleAreRemindedToPractise(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		clock := newClock()
		e := practising(t, st, clock)
		other := engine.New(engine.Options{Store: st, Node: "b", Now: clock.now}) // whichever node looks first tells
		var out carried
		e.Carry(incident.DispatchWord, &out)
		told := func(want int, words string) {
			t.Helper()
			for _, n := range []*engine.Engine{e, other, e} {
				if err := n.Tick(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			step(t, e)
			var said []incident.Dispatch
			for _, d := range out.list {
				if d.Person == "ada" {
					said = append(said, d)
				}
			}
			out.list = nil
			if len(said) != want {
				t.Fatalf("ada was told %d times, want %d: %+v", len(said), want, said)
			}
			for _, d := range said {
				if !strings.HasPrefix(d.Subject, "EXERCISE: ") || !strings.Contains(d.Subject+d.Text, words) || d.Urgent {
					t.Errorf("told %+v, want %q", d, words)
				}
			}
		}
		day := 24 * time.Hour
		told(0, "")
		clock.pass(15 * day)
		told(0, "")
		clock.pass(2 * day)
		told(1, "due by 21 December 2026")
		clock.pass(12 * day)
		told(0, "")
		clock.pass(2 * day)
		told(1, "was due on 21 December 2026 and is not planned")
		clock.pass(13 * day)
		told(0, "")
		v, err := e.OpenSession(t.Context(), exercise.Command{Actor: as("ada"), Op: exercise.OpPlan{Moderator: "ada", Watch: []string{"ben"}, Scheduled: clock.now().Add(3 * day)}})
		if err != nil {
			t.Fatal(err)
		}
		clock.pass(2 * day)
		told(0, "")
		d, err := e.Cadence(t.Context(), "small")
		if err != nil || !d.Overdue || !d.Met(clock.now()) || !d.Planned.Equal(v.State.Scheduled) {
			t.Errorf("%+v, %v", d, err)
		}
		if _, err := e.Exercise(t.Context(), v.State.ID, exercise.Command{Actor: as("ada"), Op: exercise.OpCancel{Why: "Nobody can."}}); err != nil {
			t.Fatal(err)
		}
		clock.pass(time.Hour)
		told(1, "overdue since 21 December 2026")
		// Nobody is to guess at a surprise.
		if _, err := e.OpenSession(t.Context(), exercise.Command{Actor: as("ada"), Op: exercise.OpPlan{Moderator: "ada", Watch: []string{"ben"}, Surprise: true, Scheduled: clock.now().Add(20 * day)}}); err != nil {
			t.Fatal(err)
		}
		out.list = nil
		clock.pass(14 * day)
		told(1, "overdue since 21 December 2026")
	})
}

// A plan that does not say how often the team practises is no reason to write to anybody.
func TestNobodyIsRemindedWithoutACadence(t *testing.T) {
	clock := newClock()
	e := start(t, open(t), "a", clock.now)
	var out carried
	e.Carry(incident.DispatchWord, &out)
	clock.pass(400 * 24 * time.Hour)
	step(t, e)
	if len(out.list) != 0 {
		t.Errorf("told %+v", out.list)
	}
}

// What an exercise leaves somebody stands on the list of what they owe, after all that is real.
func TestExercisesLeaveDuties(t *testing.T) {
	clock := newClock()
	e := start(t, open(t), "a", clock.now)
	owed := func(person string) string {
		t.Helper()
		list, err := e.Duties(t.Context(), engine.Member{Protocol: "small", Person: person})
		if err != nil {
			t.Fatal(err)
		}
		var kinds []string
		for _, d := range list {
			if d.Session != "" {
				if !d.Exercise || d.Name != "Autumn" || d.Incident != "" || d.Person != person || d.Due.IsZero() {
					t.Errorf("%+v", d)
				}
				kinds = append(kinds, strings.TrimSpace(d.Kind+" "+d.Ref))
			}
		}
		return strings.Join(kinds, ", ")
	}
	v, err := e.OpenSession(t.Context(), exercise.Command{Actor: as("ada"), Op: exercise.OpPlan{Moderator: "ada", Watch: []string{"ben"}, Title: "Autumn", Scheduled: clock.now().Add(48 * time.Hour)}})
	if err != nil {
		t.Fatal(err)
	}
	do := func(person string, op exercise.Op) {
		t.Helper()
		if _, err := e.Exercise(t.Context(), v.State.ID, exercise.Command{Actor: as(person), Op: op}); err != nil {
			t.Fatalf("%s %T: %v", person, op, err)
		}
	}
	do("ada", exercise.OpInvite{People: []string{"cyd"}})
	if got := owed("cyd"); got != "reply" {
		t.Errorf("invited, cyd owes %q", got)
	}
	do("cyd", exercise.OpReply{Answer: exercise.Coming})
	if got := owed("cyd") + owed("ada") + owed("ben"); got != "" {
		t.Errorf("when all is said they owe %q", got)
	}
	clock.pass(48 * time.Hour)
	do("ada", exercise.OpChoose{Scenario: drill})
	do("ada", exercise.OpBegin{})
	do("ada", exercise.OpDescribe{})
	do("ada", exercise.OpFollowUp{Text: "Buy a second key", Owner: "cyd", By: clock.now().Add(240 * time.Hour)})
	do("ada", exercise.OpAbort{Why: "enough"})
	do("ada", exercise.OpEnd{})
	if got := owed("cyd"); got != "follow-up 1, report" {
		t.Errorf("afterwards cyd owes %q", got)
	}
	do("cyd", exercise.OpSeen{})
	do("cyd", exercise.OpFollowUpEnd{Number: 1, Declined: true, Why: "There is one."})
	if got := owed("cyd") + owed("ada"); got != "" {
		t.Errorf("when all is done they owe %q", got)
	}
}
