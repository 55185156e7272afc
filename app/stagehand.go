package app

import (
	"context"
	"time"

	"tocsin/engine"
	"tocsin/exercise"
	"tocsin/fault"
)

// stagehand parts what is decided in exercises with chains of their own from all else: the one is carried out by the executor of its world,
// which knows no other chain, the other by the server's, which never hears of those.
type stagehand struct {
	house *playhouse
	other engine.Carrier
}

// Carry carries one parcel.
func (x stagehand) Carry(ctx context.Context, p engine.Parcel) engine.Outcome {
	v, err := p.View(ctx)
	if err != nil {
		return engine.Outcome{State: engine.Again, Say: fault.Sentence(err), After: time.Second}
	}
	part := v.State.Exercise
	if !part.Staged() {
		return x.other.Carry(ctx, p)
	}
	if w := x.house.find(engine.RunWorld(part.Session, part.Run)); w != nil {
		if c := w.carrier(); c != nil {
			return c.Carry(ctx, p)
		}
	}
	s, err := x.house.s.desk.Engine.Session(ctx, part.Session)
	if err != nil {
		return engine.Outcome{State: engine.Again, Say: fault.Sentence(err), After: time.Second}
	}
	if r := s.State.Run(part.Run); r == nil || r.Outcome != "" || s.State.Phase != exercise.Running {
		return engine.Outcome{State: engine.Failed, Say: "The scenario is over, and its chain with it."}
	}
	return engine.Outcome{State: engine.Again, Say: "The chain of the exercise is not here just now.", After: time.Second}
}
