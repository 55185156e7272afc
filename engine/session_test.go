package engine_test

import (
	"strings"
	"testing"
	"time"

	"tocsin/engine"
	"tocsin/exercise"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/plan"
	"tocsin/store"
)

// drill is a scenario of the small plan.
var drill = plan.Scenario{
	ID: "night", Name: "A theft by night", Opening: "It is four in the morning.", Issues: []string{"theft"}, Live: "harbour-vault",
	Injects: []plan.Inject{
		{ID: "tweet", At: plan.Duration(10 * time.Minute), Text: "Somebody writes about it."},
		{ID: "thanks", After: "stop-theft/trace", Text: "A user says thank you."},
	},
}

// lead carries out the system's command in an exercise, which nobody moderates, and fails the test if it is refused.
func lead(t testing.TB, e *engine.Engine, id string, op exercise.Op) *engine.ExerciseView {
	t.Helper()
	v, err := e.Exercise(t.Context(), id, exercise.Command{Actor: journal.Actor{Kind: journal.System}, Op: op})
	if err != nil {
		t.Fatalf("%T: %v", op, err)
	}
	return v
}

// begin plans an exercise that nobody moderates and describes its scenario.
func begin(t testing.TB, e *engine.Engine, speed uint32) *engine.ExerciseView {
	t.Helper()
	v, err := e.OpenSession(t.Context(), exercise.Command{Actor: journal.Actor{Kind: journal.System}, Op: exercise.OpPlan{Unattended: true}})
	if err != nil {
		t.Fatal(err)
	}
	id := v.State.ID
	lead(t, e, id, exercise.OpChoose{Scenario: drill, World: "harbour-vault"})
	lead(t, e, id, exercise.OpBegin{Speed: speed})
	return lead(t, e, id, exercise.OpDescribe{})
}

// attack lets the watch find something on the drill chain, and returns the incident that it leads to.
func attack(t testing.TB, f *follower, id string) *engine.View {
	t.Helper()
	o := f.observation(found(id))
	o.Exercise = &incident.Exercise{Scenario: "x", Chain: 31337}
	if err := f.e.Observe(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	for _, s := range list(t, f.e) {
		if v := view(t, f.e, s.ID); len(v.State.Findings) > 0 && v.State.Findings[len(v.State.Findings)-1].ID == id {
			return v
		}
	}
	t.Fatalf("%s led to nothing", id)
	return nil
}

// step does what is due; what it sends arrives.
func step(t testing.TB, e *engine.Engine) {
	t.Helper()
	for _, kind := range []string{incident.DispatchPage, incident.DispatchReminder, incident.DispatchUpdate, incident.DispatchLook, incident.DispatchOverdue, incident.DispatchAlarm} {
		e.Carry(kind, &post{})
	}
	if err := e.Step(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestAnExercisesIncidentGoesByItsClock(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		clock := newClock()
		e := start(t, st, "a", clock.now)
		x := begin(t, e, 60)
		f := follow(t, e, clock.now().Add(time.Hour))
		v := attack(t, f, "f1")
		id := v.State.ID
		want := incident.Exercise{Chain: 31337, Session: x.State.ID, Run: 1} // without the scenario's name, which stays unsaid
		if got := v.State.Exercise; got == nil || got.Clock == nil || got.Scenario != want.Scenario || got.Session != want.Session || got.Run != 1 || got.Chain != want.Chain {
			t.Fatalf("the incident belongs to %+v", got)
		}
		if x, err := e.Session(t.Context(), x.State.ID); err != nil || len(x.State.Runs[0].Incidents) != 1 || x.State.Runs[0].Incidents[0] != id {
			t.Fatalf("the exercise does not know of its incident: %v, %v", x, err)
		}

		rung := count(v, "page-rung")
		if rung == 0 {
			t.Fatal("nobody was called")
		}
		clock.pass(1900 * time.Millisecond) // 114 s of the exercise; the ladders go on after 120 s
		step(t, e)
		if got := count(view(t, e, id), "page-rung"); got != rung {
			t.Fatalf("%d calls after 114 seconds of the exercise, and %d at first", got, rung)
		}
		clock.pass(200 * time.Millisecond)
		step(t, e)
		again := count(view(t, e, id), "page-rung")
		if again <= rung {
			t.Fatal("nobody was called again after two minutes of the exercise")
		}

		// Standing still, nobody is called however long that is; also not by a node that starts meanwhile.
		clock.pass(900 * time.Millisecond) // 66 s until the next calls
		lead(t, e, x.State.ID, exercise.OpClock{Pause: true})
		clock.pass(5 * time.Hour)
		e = start(t, st, "b", clock.now)
		step(t, e)
		if got := count(view(t, e, id), "page-rung"); got != again {
			t.Fatalf("%d calls while the clock stood still", got-again)
		}
		if a, err := e.Audit(t.Context(), 0); err != nil || len(a.Wrong) > 0 {
			t.Fatalf("while the clock stands still: %v, %v", a.Wrong, err)
		}

		// Going on, what was left of the spacing is kept.
		lead(t, e, x.State.ID, exercise.OpClock{Resume: true})
		clock.pass(1000 * time.Millisecond)
		step(t, e)
		if got := count(view(t, e, id), "page-rung"); got != again {
			t.Fatal("somebody was called before their time, after the clock went on")
		}
		clock.pass(200 * time.Millisecond)
		step(t, e)
		if got := count(view(t, e, id), "page-rung"); got <= again {
			t.Fatal("nobody was called after the clock went on")
		}
	})
}

func TestAClockIsMovedOn(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		clock := newClock()
		e := start(t, st, "a", clock.now)
		x := begin(t, e, 1)
		v := attack(t, follow(t, e, clock.now().Add(time.Hour)), "f1")
		id := v.State.ID
		for _, who := range []string{"ada", "ben", "cyd"} {
			say(t, e, id, who, incident.OpAnswer{Answer: incident.Coming})
		}
		v = say(t, e, id, "ada", incident.OpValidate{})
		owed := func(v *engine.View, communication string) (due, posted int) {
			for _, u := range v.State.Updates {
				if u.Communication == communication && !u.Due.After(v.Now()) {
					due++
				}
			}
			return due, posted
		}
		before, _ := owed(v, "users")
		lead(t, e, x.State.ID, exercise.OpClock{On: 4 * time.Hour})
		step(t, e)
		step(t, e)
		v = view(t, e, id)
		if got := v.Now(); !got.Equal(clock.now().Add(4 * time.Hour)) {
			t.Fatalf("it shows %v", got)
		}
		if after, _ := owed(v, "users"); after != before+1 {
			t.Fatalf("%d updates for users are due after four hours, and %d were before: %+v", after, before, v.State.Updates)
		}
		if s, err := e.Session(t.Context(), x.State.ID); err != nil || len(s.State.Runs[0].Injected) != 1 || s.State.Runs[0].Injected[0].ID != "tweet" {
			t.Fatalf("injected: %+v, %v", s.State.Runs[0].Injected, err)
		}
		// Its deliveries go out now, and its clock is told to it alone.
		pending, err := st.Pending(t.Context(), 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range pending {
			if h.Until.After(clock.now().Add(time.Hour)) {
				t.Errorf("the delivery %s waits for %v", h.Name, h.Until)
			}
		}
		if _, err := e.Do(t.Context(), id, incident.Command{Actor: as("ada"), Op: incident.OpClock{}}); !fault.Is(err, fault.Invalid) {
			t.Errorf("somebody could change the clock of one incident: %v", err)
		}
	})
}

func TestARealIncidentFreezesExercises(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		clock := newClock()
		e := start(t, st, "a", clock.now)
		x := begin(t, e, 1)
		f := follow(t, e, clock.now().Add(time.Hour))
		drilled := attack(t, f, "f1")

		real := report(t, e)
		if got := real.State.Stopped; len(got) != 1 || got[0] != x.State.ID {
			t.Errorf("it stopped %v", got)
		}
		frozen, err := e.Session(t.Context(), x.State.ID)
		if err != nil || frozen.State.Frozen == nil || frozen.State.Frozen.Incident != real.State.ID {
			t.Fatalf("%+v, %v", frozen.State.Frozen, err)
		}
		if c := view(t, e, drilled.State.ID).State.Clock(); c == nil || c.Speed != 0 {
			t.Fatalf("the clock of the exercise's incident is %+v", c)
		}
		_, err = e.Do(t.Context(), drilled.State.ID, incident.Command{Actor: as("ada"), Op: incident.OpValidate{Note: "I see it too"}})
		want(t, err, fault.Conflict)
		calls := count(view(t, e, drilled.State.ID), "page-rung")
		clock.pass(time.Hour)
		step(t, e)
		if got := count(view(t, e, drilled.State.ID), "page-rung"); got != calls {
			t.Error("somebody was called for the exercise while a real emergency went on")
		}

		// It goes on only by a word of its moderator, and no other begins meanwhile.
		lead(t, e, x.State.ID, exercise.OpThaw{Why: "The real one was a typo."})
		step(t, e)
		if s, err := e.Session(t.Context(), x.State.ID); err != nil || s.State.Frozen != nil {
			t.Fatalf("frozen again: %+v, %v", s.State.Frozen, err)
		}
		say(t, e, drilled.State.ID, "ada", incident.OpValidate{Note: "I see it too"})
		other, err := e.OpenSession(t.Context(), exercise.Command{Actor: journal.Actor{Kind: journal.System}, Op: exercise.OpPlan{Unattended: true}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = e.Exercise(t.Context(), other.State.ID, exercise.Command{Actor: journal.Actor{Kind: journal.System}, Op: exercise.OpBegin{}})
		want(t, err, fault.Conflict)

		// One that comes back freezes it again.
		say(t, e, real.State.ID, "ada", incident.OpDismiss{Why: "A typo"})
		say(t, e, real.State.ID, "ben", incident.OpDismiss{Why: "A typo"})
		clock.pass(time.Second)
		say(t, e, real.State.ID, "ada", incident.OpReopen{Why: "It was none"})
		step(t, e)
		if s, err := e.Session(t.Context(), x.State.ID); err != nil || s.State.Frozen == nil {
			t.Fatalf("not frozen again: %v", err)
		}
	})
}

func TestAFindingBelongsToTheRunUnderWay(t *testing.T) {
	clock := newClock()
	e := start(t, open(t), "a", clock.now)
	x := begin(t, e, 1)
	f := follow(t, e, clock.now().Add(time.Hour))
	first := attack(t, f, "f1")
	if again := attack(t, f, "f2"); again.State.ID != first.State.ID {
		t.Errorf("a second finding of the run opened %s beside %s", again.State.ID, first.State.ID)
	}
	lead(t, e, x.State.ID, exercise.OpComplete{Conclusion: "The vault was paused."})

	// What the attacker does after the end opens nothing; the incident of the run still takes it.
	attack(t, f, "f3")
	o := f.observation(incident.Finding{ID: "other", Detector: "drain", Mode: "page", Asset: "token", Chain: 31337, Block: 3, Say: "Another asset"})
	o.Exercise = &incident.Exercise{Chain: 31337}
	if err := e.Observe(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	if n := len(list(t, e)); n != 1 {
		t.Fatalf("%d incidents after the run was over", n)
	}

	second := drill
	second.ID = "again"
	lead(t, e, x.State.ID, exercise.OpChoose{Scenario: second, World: "harbour-vault"})
	lead(t, e, x.State.ID, exercise.OpDescribe{})
	if v := attack(t, f, "f4"); v.State.ID == first.State.ID || v.State.Exercise.Run != 2 || v.State.Exercise.Scenario != "" {
		t.Errorf("the second run's finding led to %s, %+v", v.State.ID, v.State.Exercise)
	}
	if v := view(t, e, first.State.ID); v.State.Clock().Speed != 1 {
		t.Error("incidents of the first run do not go by the session's clock")
	}
}

func TestAnInjectFollowsUponAStep(t *testing.T) {
	clock := newClock()
	e := start(t, open(t), "a", clock.now)
	x := begin(t, e, 1)
	f := follow(t, e, clock.now().Add(time.Hour))
	id := attack(t, f, "f1").State.ID
	say(t, e, id, "ada", incident.OpAnswer{Answer: incident.Coming})
	say(t, e, id, "ada", incident.OpValidate{})
	step(t, e)
	if s, err := e.Session(t.Context(), x.State.ID); err != nil || len(s.State.Runs[0].Injected) != 0 {
		t.Fatalf("before the step is done: %+v, %v", s.State.Runs[0].Injected, err)
	}
	say(t, e, id, "ada", incident.OpEndStep{Step: "pause", State: incident.Skipped, Note: "By another way"})
	say(t, e, id, "ada", incident.OpBeginStep{Step: "trace"})
	say(t, e, id, "ada", incident.OpEndStep{Step: "trace", State: incident.Done, Note: "Two addresses"})
	step(t, e)
	s, err := e.Session(t.Context(), x.State.ID)
	if err != nil || len(s.State.Runs[0].Injected) != 1 || s.State.Runs[0].Injected[0].ID != "thanks" {
		t.Fatalf("%+v, %v", s.State.Runs[0].Injected, err)
	}
}

func TestAPlannedExerciseIsPlannedOnce(t *testing.T) {
	e := start(t, open(t), "a", newClock().now)
	cmd := exercise.Command{ID: "form-1", Actor: as("ada"), Op: exercise.OpPlan{Moderator: "ada", Watch: []string{"ben"}, Title: "Autumn"}}
	first, err := e.OpenSession(t.Context(), cmd)
	if err != nil {
		t.Fatal(err)
	}
	again, err := e.OpenSession(t.Context(), cmd)
	if err != nil || again.State.ID != first.State.ID || again.State.Version != first.State.Version {
		t.Fatalf("the same form planned %+v, %v", again, err)
	}
	all, err := e.Exercises(t.Context(), "")
	if err != nil || len(all) != 1 || all[0].Title != "Autumn" || all[0].Phase != exercise.Planned {
		t.Fatalf("%+v, %v", all, err)
	}
	if first.State.Plan != first.Plan.Hash() {
		t.Errorf("it is planned under %s", first.State.Plan)
	}
	over, err := e.Exercise(t.Context(), first.State.ID, exercise.Command{Actor: as("ada"), Op: exercise.OpCancel{Why: "A holiday"}})
	if err != nil || over.State.Phase != exercise.Cancelled || over.Plan.Hash() != first.State.Plan {
		t.Fatalf("%+v, %v", over, err)
	}
	_, err = e.Session(t.Context(), "exercise-x")
	want(t, err, fault.NotFound)
	_, err = e.Exercise(t.Context(), first.State.ID, exercise.Command{Actor: as("ada"), Op: exercise.OpTick{}})
	want(t, err, fault.Invalid)
}

// Whoever an exercise concerns is sent a word of it, once, and nobody else is.
func TestPeopleAreToldOfAnExercise(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		clock := newClock()
		e := start(t, st, "a", clock.now)
		var out carried
		e.Carry(incident.DispatchWord, &out)
		v, err := e.OpenSession(t.Context(), exercise.Command{Actor: as("ada"), Op: exercise.OpPlan{Moderator: "ada", Watch: []string{"ben"}, Title: "Autumn", Scheduled: clock.now().Add(48 * time.Hour)}})
		if err != nil {
			t.Fatal(err)
		}
		invite := exercise.Command{ID: "form-2", Actor: as("ada"), Op: exercise.OpInvite{People: []string{"cyd"}}}
		for range 2 {
			if _, err := e.Exercise(t.Context(), v.State.ID, invite); err != nil {
				t.Fatal(err)
			}
		}
		step(t, e)
		step(t, e)
		told := map[string][]string{}
		for _, d := range out.list {
			told[d.Person] = append(told[d.Person], d.Subject)
			if !strings.HasPrefix(d.Subject, "EXERCISE: ") || d.Text == "" || d.To == "" {
				t.Errorf("told %+v", d)
			}
		}
		// The invitation alone has a link of its own, and every copy goes with the calendar entry.
		for _, d := range out.list {
			if (d.Secret != "") != (d.Person == "cyd") || d.Entry == nil || d.Entry.Start != v.State.Scheduled || d.Entry.Cancelled {
				t.Errorf("told %+v", d)
			}
			if d.Secret == "" {
				continue
			}
			l, err := st.Link(t.Context(), engine.LinkHash(d.Secret))
			if err != nil || l.Kind != exercise.LinkReply || l.Person != "cyd" || l.Stream != v.State.ID || !l.Expires.After(v.State.Scheduled) {
				t.Errorf("its link is %+v, %v", l, err)
			}
		}
		if len(told["cyd"]) != 1 || len(told["ben"]) != 1 || len(told["dan"]) != 0 {
			t.Errorf("told %v", told)
		}
	})
}

// An exercise calls nobody but who takes part in it: neither its moderator, nor who keeps the real watch, nor anybody who was not asked.
func TestAnExerciseCallsWhoTakesPart(t *testing.T) {
	clock := newClock()
	e := start(t, open(t), "a", clock.now)
	v, err := e.OpenSession(t.Context(), exercise.Command{Actor: as("ada"), Op: exercise.OpPlan{Moderator: "ada", Watch: []string{"ben"}, Title: "Autumn"}})
	if err != nil {
		t.Fatal(err)
	}
	id := v.State.ID
	for _, op := range []exercise.Op{
		exercise.OpInvite{People: []string{"cyd"}}, exercise.OpChoose{Scenario: drill, World: "harbour-vault"}, exercise.OpBegin{Speed: 1}, exercise.OpDescribe{},
	} {
		if _, err := e.Exercise(t.Context(), id, exercise.Command{Actor: as("ada"), Op: op}); err != nil {
			t.Fatalf("%T: %v", op, err)
		}
	}
	drilled := attack(t, follow(t, e, clock.now().Add(time.Hour)), "f1")
	for range 6 {
		clock.pass(10 * time.Minute)
		step(t, e)
	}
	called := map[string]int{}
	for _, pg := range view(t, e, drilled.State.ID).State.Pages {
		called[pg.Person]++
	}
	if len(called) != 1 || called["cyd"] == 0 {
		t.Errorf("it called %v", called)
	}
}
