package engine

import (
	"context"
	"time"

	"tocsin/plan"
)

// Joined says since when each person has been in the plan in force of a protocol without a break: what the cadence of exercises counts new
// members from.
func (e *Engine) Joined(ctx context.Context, protocol string) (map[string]time.Time, error) {
	h, err := e.History(ctx, protocol)
	if err != nil {
		return nil, err
	}
	since := map[string]time.Time{}
	for _, reign := range h.Reigns {
		p, err := e.planByHash(ctx, reign.Hash.Hex())
		if err != nil {
			return nil, err
		}
		now := map[string]time.Time{}
		for _, team := range [][]plan.Person{p.CoreTeam, p.ExtendedTeam} {
			for i := range team {
				at, before := since[team[i].ID]
				if !before {
					at = reign.Since
				}
				now[team[i].ID] = at
			}
		}
		since = now
	}
	return since, nil
}
