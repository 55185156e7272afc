package app

import (
	"context"
	"slices"
	"time"

	"tocsin/engine"
	"tocsin/exercise"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/plan"
)

// How long is waited in an exercise without people, in exercise time.
const (
	unseenFor = 15 * time.Minute // until somebody says that something is wrong, where no detector has seen it
	stuckFor  = time.Hour        // that nothing has got on, until it counts as not contained; besides the quiet that the plan wants
	idleFor   = 2 * time.Minute  // that nobody had anything to do, until the clock is moved on
	moveOn    = 5 * time.Minute  // so far at a time
	restFor   = 3 * time.Minute  // that nobody had anything to do since containment, until it is complete
	longest   = 24 * time.Hour   // that it lasts
)

// moveAgain is the least time, real, from one move of the clock to the next: what it makes due has to be done first.
const moveAgain = 300 * time.Millisecond

// lookAgain is how often it is looked whether there is something to do, if nothing changes.
const lookAgain = 100 * time.Millisecond

// run plays the moderator and the responders until the exercise is over.
func (t *theatre) run(ctx context.Context, r Ready) (*Verdict, error) {
	c := &cast{engine: t.desk.Engine, stage: t.stage, mail: t.mail, url: r.URL, say: t.say, patience: time.Minute, via: "exercise", script: &t.script.scenario, expected: t.script.scenario.Steps}
	p := &play{theatre: t, cast: c}
	if err := p.toEnd(ctx); err != nil {
		return nil, err
	}
	v, err := t.verdict(ctx)
	if err != nil {
		return nil, err
	}
	if v.Contained {
		t.say("Contained. %s took %s of the exercise.", v.Name, v.Took)
	} else {
		t.say("NOT contained. %s", v.Why)
	}
	return v, nil
}

// play is the course of the exercise.
type play struct {
	*theatre
	cast    *cast
	moved   time.Time // exercise time when something got on last
	acted   time.Time // exercise time when somebody did something last
	version uint64    // of what is looked at for that
	jumped  time.Time // real time when the clock was moved on last
}

func (p *play) toEnd(ctx context.Context) error {
	changed, stop := p.desk.Engine.Subscribe()
	defer stop()
	tick := time.NewTicker(lookAgain)
	defer tick.Stop()
	for {
		over, acted, err := p.turn(ctx)
		if err != nil || over {
			return err
		}
		if acted {
			continue
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-changed:
		case <-tick.C:
		}
	}
}

// turn does the next thing; over once there is nothing more.
func (p *play) turn(ctx context.Context) (over, acted bool, err error) {
	v, err := p.desk.Engine.Session(ctx, p.session)
	if err != nil {
		return false, false, err
	}
	if v.State.Phase.Over() {
		return true, false, nil
	}
	r := &v.State.Runs[0]
	switch {
	case r.Outcome != "":
		_, err = p.lead(ctx, exercise.OpEnd{Came: p.came(ctx, v)})
		return false, true, err
	case r.Described.IsZero():
		p.say("%s", r.Scenario.Opening)
		_, err = p.lead(ctx, exercise.OpDescribe{})
		return false, true, err
	}
	if err := p.live(ctx, r); err != nil {
		return false, false, err
	}
	list, err := v.Incidents(ctx, 1)
	if err != nil {
		return false, false, err
	}
	p.cast.waits = pending(r)
	if acted, err = p.give(ctx, v, r, list); acted || err != nil {
		return false, acted, err
	}
	for _, x := range list {
		if x.State.Phase.Over() {
			continue
		}
		if acted, err = p.cast.turn(ctx, x); acted || err != nil {
			p.acted = v.Now()
			return false, acted, err
		}
	}
	return p.judge(ctx, v, r, list)
}

// live does what the injects that were given name for the stage, once the watch follows its chain.
func (p *play) live(ctx context.Context, r *exercise.Run) error {
	var wanted []string
	for _, in := range r.Scenario.Injects {
		if in.Live != "" && slices.ContainsFunc(r.Injected, func(x exercise.Injected) bool { return x.ID == in.ID }) {
			wanted = append(wanted, in.Live)
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	w, err := p.desk.Engine.Watched(ctx, p.plan.Protocol, p.stage.ChainID())
	if err != nil || w.Block == 0 {
		return err
	}
	for _, name := range wanted {
		if name == "attack" {
			if begun, err := p.stage.AttackBegun(ctx); err != nil || begun {
				return err
			}
			p.say("The attack begins.")
		}
		if err := p.stage.Do(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// give lets somebody ask for what the moderator holds back, one fact at a time: once the step that earns it has been begun, or, of one
// that a question earns, once the incident is real.
func (p *play) give(ctx context.Context, v *engine.ExerciseView, r *exercise.Run, list []*engine.View) (bool, error) {
	for _, f := range r.Scenario.Held {
		if slices.ContainsFunc(r.Released, func(x exercise.Released) bool { return x.ID == f.ID }) || !earned(f, list) {
			continue
		}
		op := exercise.OpRelease{ID: f.ID, Question: f.AskedBy}
		if step := exercise.StepName(v.Plan, f.AskedBy); step != f.AskedBy { // the step earns it: nobody has to ask
			op.Question = ""
			p.say("It comes out by: %s", step)
		} else {
			p.say("Somebody asks: %s", f.AskedBy)
		}
		_, err := p.lead(ctx, op)
		if err == nil {
			p.say("They are told: %s", f.Text)
		}
		return true, err
	}
	return false, nil
}

func earned(f plan.HeldFact, list []*engine.View) bool {
	procedure, step, isStep := plan.SplitStep(f.AskedBy)
	return slices.ContainsFunc(list, func(v *engine.View) bool {
		s := v.State
		if _, known := v.Plan.Step(procedure, step); isStep && known {
			if s.Procedure == procedure {
				st := s.Step(step)
				return st.State != ""
			}
			return s.Phase.AtLeast(incident.Contained)
		}
		return s.Phase.AtLeast(incident.Validated)
	})
}

// judge ends the run once it is contained and nobody has anything to do, or once it gets nowhere. Where no detector sees what happens,
// somebody says so.
func (p *play) judge(ctx context.Context, v *engine.ExerciseView, r *exercise.Run, list []*engine.View) (over, acted bool, err error) {
	now := v.Now()
	var version uint64
	contained := len(list) > 0
	for _, x := range list {
		version += progress(x)
		contained = contained && x.State.Phase.AtLeast(incident.Contained) && x.State.Phase != incident.Dismissed
	}
	if p.version != version || p.moved.IsZero() {
		p.version, p.moved = version, now
	}
	still, idle := now.Sub(p.moved), now.Sub(later(p.acted, p.moved))
	switch {
	case len(list) == 0 && (r.Scenario.Live == "" || now.Sub(r.From) > unseenFor):
		return false, true, p.raise(ctx, r)
	case contained && !p.cast.waits && (idle > restFor || !slices.ContainsFunc(list, func(x *engine.View) bool { return !x.State.Phase.Over() })):
		_, err = p.lead(ctx, exercise.OpComplete{Conclusion: conclusion(list)})
		return false, true, err
	case still > stuckFor+p.quiet() || now.Sub(r.From) > longest:
		_, err = p.lead(ctx, exercise.OpAbort{Why: p.why(ctx, list, r)})
		return false, true, err
	case idle > idleFor && len(list) > 0 && !slices.ContainsFunc(list, underWay) && time.Since(p.jumped) > moveAgain:
		p.jumped = time.Now()
		_, err = p.lead(ctx, exercise.OpClock{On: moveOn})
		return false, true, err
	}
	return false, false, nil
}

// pending reports whether an inject of the run comes by itself yet.
func pending(r *exercise.Run) bool {
	return slices.ContainsFunc(r.Scenario.Injects, func(in plan.Inject) bool {
		given := slices.ContainsFunc(r.Injected, func(x exercise.Injected) bool { return x.ID == in.ID })
		reached := in.After == "" || slices.ContainsFunc(r.Reached, func(x exercise.Reached) bool { return x.Step == in.After })
		return !in.Hand && !given && reached
	})
}

// underWay reports whether a transaction of the incident is on its way: the clock is not moved on over that.
func underWay(v *engine.View) bool {
	return slices.ContainsFunc(v.State.Actions, func(a incident.Action) bool {
		return slices.Contains([]string{incident.Ordered, incident.Signed, incident.Sent, incident.LandedOnce}, a.State)
	})
}

// quiet is the longest that an issue of the plan has to be quiet until it counts as contained.
func (p *play) quiet() (d time.Duration) {
	for _, x := range p.plan.Issues {
		d = max(d, time.Duration(x.QuietFor))
	}
	return d
}

// progress counts what shows that an incident gets on: not that people are called again, or that something is tried once more.
func progress(v *engine.View) (n uint64) {
	for _, kind := range []string{"opened", "validated", "mustered", "step-begun", "step-ended", "step-answered", "contained", "resolved", "closed"} {
		n += v.Kinds[kind]
	}
	return n
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

func conclusion(list []*engine.View) string {
	s := list[0].State
	return "Contained " + exercise.Stopwatch(s.Moments.Contained.Sub(s.Moments.Detected)) + " after it was detected. " + incident.Situation(list[0].Plan, s)
}

// raise lets somebody of the core team say that something is wrong.
func (p *play) raise(ctx context.Context, r *exercise.Run) error {
	op := incident.OpOpen{Protocol: p.plan.Protocol, Exercise: &incident.Exercise{Session: p.session}, Text: r.Scenario.Opening}
	if len(r.Scenario.Issues) > 0 {
		op.Issue = r.Scenario.Issues[0]
	}
	if r.World != "" {
		op.Exercise.Chain = p.stage.ChainID()
	}
	who := p.plan.CoreTeam[0]
	_, err := p.desk.Engine.Open(ctx, incident.Command{ID: "raised", Actor: journal.Actor{Kind: journal.Person, ID: who.ID, Via: "exercise"}, Op: op})
	if err == nil {
		p.say("%s says that something is wrong.", who.Name)
	}
	if fault.Is(err, fault.Conflict) { // it has just been detected
		return nil
	}
	return err
}

// came lists who took part, by the record of the incidents.
func (p *play) came(ctx context.Context, v *engine.ExerciseView) []string {
	list, err := v.Incidents(ctx, 0)
	if err != nil {
		return nil
	}
	var people []string
	for _, x := range list {
		for _, a := range x.State.Answers {
			if a.Comes() && !slices.Contains(people, a.Person) {
				people = append(people, a.Person)
			}
		}
	}
	return people
}
