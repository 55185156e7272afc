package engine

import (
	"context"
	"fmt"
	"slices"

	"tocsin/fault"
	"tocsin/journal"
)

// Roll lists where every stream of the database ends: incidents, the record of each plan, of its findings and of its mutes.
func (e *Engine) Roll(ctx context.Context) (journal.Roll, error) {
	r := journal.Roll{At: e.now(), Streams: []journal.Mark{}}
	heads, err := e.store.Heads(ctx, "", false)
	if err != nil {
		return r, fmt.Errorf("list streams: %w", err)
	}
	for _, h := range heads {
		if h.Kind == kindPlan {
			r.Protocols = append(r.Protocols, h.Protocol)
		}
		last, err := e.store.Before(ctx, h.Stream, 0, 1)
		if err != nil {
			return r, fmt.Errorf("load %s: %w", h.Stream, err)
		}
		if len(last) > 0 {
			r.Streams = append(r.Streams, journal.Mark{Stream: h.Stream, Seq: last[0].Seq, Hash: hexOf(last[0].Hash)})
		}
	}
	slices.Sort(r.Protocols)
	return r, nil
}

// CheckRoll says what of a roll the database does not hold any more, in a sentence for each stream; none if nothing was rewritten.
// It reads every record that the roll covers.
func (e *Engine) CheckRoll(ctx context.Context, r journal.Roll) ([]string, error) {
	failures := []string{}
	for _, m := range r.Streams {
		var records []journal.Record
		for uint64(len(records)) < m.Seq {
			more, err := e.store.Window(ctx, m.Stream, uint64(len(records)), int(min(m.Seq-uint64(len(records)), eventWindow)))
			if err != nil {
				return nil, fmt.Errorf("load %s: %w", m.Stream, err)
			}
			if len(more) == 0 {
				break
			}
			records = append(records, more...)
		}
		err := journal.Verify(records)
		switch {
		case len(records) == 0:
			failures = append(failures, fmt.Sprintf("The stream %s is gone.", m.Stream))
		case uint64(len(records)) < m.Seq:
			failures = append(failures, fmt.Sprintf("The stream %s has %d records where there were %d.", m.Stream, len(records), m.Seq))
		case err != nil:
			failures = append(failures, fmt.Sprintf("The stream %s does not hold: %s", m.Stream, fault.Sentence(err)))
		case hexOf(records[m.Seq-1].Hash) != m.Hash:
			failures = append(failures, fmt.Sprintf("The stream %s was rewritten: its record %d has the hash %x where it was %s.", m.Stream, m.Seq, records[m.Seq-1].Hash, m.Hash))
		}
	}
	return failures, nil
}
