package engine

import (
	"context"
	"slices"

	"tocsin/evm"
	"tocsin/exercise"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/plan"
	"tocsin/store"
)

// scene is the exercise that what is found, or said by hand, belongs to.
type scene struct {
	exercise *incident.Exercise // nil: it is in earnest
	over     bool               // its run is, or stands still: no incident is opened for it
	plan     evm.Hash           // by which its incidents go; zero: the one in force
}

// same reports whether an incident belongs to it.
func (x scene) same(s incident.Summary) bool {
	if s.Exercise != (x.exercise != nil) {
		return false
	}
	return x.exercise == nil || s.Session == x.exercise.Session && s.Run == x.exercise.Run
}

// scene finds the run of an exercise that something belongs to which came from its outside world: the one that was described last,
// of the session that it names or of the one that goes on. Without any it belongs to none, as in a demo.
func (e *Engine) scene(ctx context.Context, protocol string, x *incident.Exercise) (scene, error) {
	if x == nil {
		return scene{}, nil
	}
	list, err := e.running(ctx, protocol)
	if err != nil {
		return scene{}, err
	}
	if x.Session != "" {
		list = slices.DeleteFunc(list, func(v *ExerciseView) bool { return v.State.ID != x.Session })
		if len(list) == 0 {
			return scene{}, fault.New(fault.Conflict, "The exercise %s does not go on.", x.Session).Instead("Begin it first.")
		}
	}
	for _, v := range list {
		if r := described(v.State, x); r != nil {
			clock := v.State.Clock
			at := scene{
				exercise: &incident.Exercise{Chain: x.Chain, Session: v.State.ID, Run: r.Number, Clock: &clock, Halt: halt(v.State), Spared: spared(v.Plan, v.State)},
				over:     !r.UnderWay() || v.State.Frozen != nil,
				plan:     r.Plan,
			}
			if r.Chain != 0 {
				at.exercise.Chain, at.exercise.Follower = r.Chain, RunFollower(v.State.ID, r.Number)
			}
			return at, nil
		}
	}
	if x.Session != "" {
		return scene{}, fault.New(fault.Conflict, "No scenario of the exercise %s has been described.", x.Session).Instead("Wait for the moderator.")
	}
	return scene{exercise: x}, nil
}

// spared lists the persons whom the incidents of an exercise must not call, as things stand when they are opened.
func spared(p *plan.Plan, s *exercise.State) []string {
	var list []string
	for _, team := range [][]plan.Person{p.CoreTeam, p.ExtendedTeam} {
		for i := range team {
			if !s.MayCall(p, team[i].ID) {
				list = append(list, team[i].ID)
			}
		}
	}
	return list
}

// described is the run that something belongs to: the one that was described last; of what was seen on a chain, the one whose chain that
// is. It is nil if there is none.
func described(s *exercise.State, x *incident.Exercise) *exercise.Run {
	for i := range slices.Backward(s.Runs) {
		r := &s.Runs[i]
		switch {
		case r.Described.IsZero():
		case x.Run != 0 && r.Number != x.Run, x.Chain != 0 && r.Chain != x.Chain && (r.Chain != 0 || r.World == ""):
		default:
			return r
		}
	}
	return nil
}

// unled records findings that lead to no incident.
func (d *draft) unled(ctx context.Context, o Observation, findings []incident.Finding) error {
	for _, f := range findings {
		if err := d.note(ctx, o, eventFound{Finding: f}); err != nil {
			return err
		}
	}
	return nil
}

// openedFor completes a draft that opens an incident: its exercise learns of it, or every exercise of its protocol is frozen if it is in
// earnest.
func (d *draft) openedFor(ctx context.Context, s *incident.State) error {
	machine := journal.Actor{Kind: journal.System}
	if x := s.Exercise; x != nil {
		if x.Session == "" {
			return nil
		}
		v, err := d.session(ctx, x.Session)
		if err != nil {
			return err
		}
		return d.inSession(ctx, v, x.Session, exercise.Command{ID: d.engine.id("join"), Actor: machine, Op: exercise.OpJoin{Incident: s.ID}})
	}
	return d.freeze(ctx, s.Protocol, s.ID)
}

// freeze freezes every exercise of a protocol that goes on.
func (d *draft) freeze(ctx context.Context, protocol, incident string) error {
	list, err := d.engine.running(ctx, protocol)
	if err != nil {
		return err
	}
	for _, v := range list {
		id := v.State.ID
		if v, err = d.session(ctx, id); err != nil {
			return err
		}
		cmd := exercise.Command{ID: d.engine.id("freeze"), Actor: journal.Actor{Kind: journal.System}, Op: exercise.OpFreeze{Incident: incident}}
		if err := d.inSession(ctx, v, id, cmd); err != nil {
			return err
		}
	}
	return nil
}

// stopped lists the exercises that an incident in earnest stops by being opened.
func (e *Engine) stopped(ctx context.Context, op incident.OpOpen) ([]string, error) {
	if op.Exercise != nil {
		return nil, nil
	}
	list, err := e.running(ctx, op.Protocol)
	var ids []string
	for _, v := range list {
		ids = append(ids, v.State.ID)
	}
	return ids, err
}

// openTogether stores what opens an incident by hand, together with what that means for exercises.
func (e *Engine) openTogether(ctx context.Context, c store.Commit, s *incident.State) error {
	e.observing.Lock()
	defer e.observing.Unlock()
	d := &draft{engine: e, commit: c}
	defer d.release()
	if err := d.openedFor(ctx, s); err != nil {
		return err
	}
	if err := e.commit(ctx, d.commit); err != nil {
		return err
	}
	d.done()
	return nil
}
