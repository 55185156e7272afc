package engine

import (
	"context"
	"slices"

	"tocsin/fault"
	"tocsin/incident"
)

// Past lists the incidents that are resolved or over, the oldest first, as a person may see them: of one protocol, of all if none is
// named, and of these the newest most, all if most is 0.
func (e *Engine) Past(ctx context.Context, protocol, person string, most int) ([]incident.Past, error) {
	list, err := e.List(ctx, false)
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(s incident.Summary) bool {
		return !s.Phase.AtLeast(incident.Resolved) || protocol != "" && s.Protocol != protocol || !s.Sees(person)
	})
	slices.SortStableFunc(list, func(a, b incident.Summary) int { return a.Opened.Compare(b.Opened) })
	if most > 0 && len(list) > most {
		list = list[len(list)-most:]
	}
	past := make([]incident.Past, 0, len(list))
	for _, s := range list {
		v, err := e.ViewFor(ctx, s.ID, person)
		if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
			continue // it was hidden just now
		}
		if err != nil {
			return nil, err
		}
		past = append(past, incident.Past{Plan: v.Plan, State: v.State})
	}
	return past, nil
}
