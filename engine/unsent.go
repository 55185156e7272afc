package engine

import (
	"context"
	"slices"
	"time"

	"tocsin/store"
)

// unsent lists deliveries that nobody works on, though they have been due for a while. A clock that is wrong neither hides one that
// a dead node had nor accuses one that lives.
func (e *Engine) unsent(ctx context.Context, now time.Time) ([]string, error) {
	due, err := e.store.Stale(ctx, now.Add(-auditGrace), maxWrong)
	if err != nil {
		return nil, err
	}
	var unsent []string
	for _, id := range due {
		d, err := e.store.Delivery(ctx, id)
		if err != nil {
			return nil, err
		}
		held, seen := e.pending.since(id, e.clock.read())
		switch {
		case d.Created.After(now.Add(-auditGrace)): // it is due since then
		case d.State == store.Sending && seen && held < auditGrace: // its node renews it, whatever its clock says
		default:
			unsent = append(unsent, id)
		}
	}
	holds, err := e.store.Pending(ctx, pendingBatch)
	if err != nil {
		return nil, err
	}
	for _, h := range holds {
		if held, seen := e.pending.since(h.Name, e.clock.read()); seen && h.Owner != "" && held > auditGrace && !slices.Contains(unsent, h.Name) {
			unsent = append(unsent, h.Name)
		}
	}
	return unsent, nil
}
