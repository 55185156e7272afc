package web

import (
	"context"

	"tocsin/exercise"
	"tocsin/fault"
	"tocsin/incident"
)

// unsaid refuses to let out what holds the plan's files, and with them the scripts of its exercises, while a scenario of one is to come or
// goes on: its moderator alone may have it then. Whatever is real comes first, so that nothing is kept back while an incident in earnest
// is open; and a surprise is not given away by a refusal.
func (c *Console) unsaid(ctx context.Context, s *session) error {
	list, err := c.Engine.Exercises(ctx, s.protocol)
	if err != nil {
		return err
	}
	for _, sum := range list {
		if sum.Phase.Over() || sum.Moderator == s.person.ID || sum.Surprise && sum.Phase == exercise.Planned {
			continue
		}
		v, err := c.Engine.Session(ctx, sum.ID)
		if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Unavailable) {
			continue // it cannot be played either
		}
		if err != nil {
			return err
		}
		if len(v.State.Runs) == 0 {
			continue
		}
		earnest, err := c.inEarnest(ctx, s)
		if err != nil || earnest {
			return err
		}
		return fault.New(fault.Conflict, "This holds the plan with the scripts of an exercise that is not over.").
			Instead("Take it afterwards, or ask %s.", s.plan.NameOf(sum.Moderator))
	}
	return nil
}

// inEarnest reports whether an incident of the protocol is open that is no exercise, and in which something has to be done yet.
func (c *Console) inEarnest(ctx context.Context, s *session) (bool, error) {
	list, err := c.Engine.List(ctx, true)
	for _, x := range list {
		if x.Protocol == s.protocol && !x.Exercise && !x.Phase.AtLeast(incident.Resolved) {
			return true, err
		}
	}
	return false, err
}
