package engine

import (
	"context"
	"errors"
	"fmt"

	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
)

// eventWindow is how many records are read at once.
const eventWindow = 5000

// Entry is one event of an incident with its number, from 1.
type Entry struct {
	Seq uint64
	incident.Happened
}

// Records returns the records of the incident as they are stored, up to the last that the view has.
func (v *View) Records(ctx context.Context) ([]journal.Record, error) {
	return v.engine.stored(ctx, stream(v.id), v.Events)
}

// stored returns the first records of a stream, so many.
func (e *Engine) stored(ctx context.Context, name string, many uint64) ([]journal.Record, error) {
	var all []journal.Record
	for uint64(len(all)) < many {
		records, err := e.store.Window(ctx, name, uint64(len(all)), int(min(many-uint64(len(all)), eventWindow)))
		if err != nil {
			return nil, fmt.Errorf("load %s: %w", name, err)
		}
		if len(records) == 0 {
			return nil, fault.New(fault.Invalid, "The records of %s end at %d, where there were %d.", name, len(all), many).
				Instead("Restore the database from a backup that you trust.")
		}
		all = append(all, records...)
	}
	return all, nil
}

// Happened returns all that happened in the incident, oldest first, up to the last that the view has; what only a newer release
// understands is left out.
func (v *View) Happened(ctx context.Context) ([]incident.Happened, error) {
	records, err := v.Records(ctx)
	if err != nil {
		return nil, err
	}
	entries, err := entriesOf(records)
	if err != nil {
		return nil, err
	}
	all := make([]incident.Happened, len(entries))
	for i, x := range entries {
		all[i] = x.Happened
	}
	return all, nil
}

// Latest returns what happened last in the incident, the newest first: at most limit events, those with a number less than before
// if that is not 0, of some kinds only if any are named. What only a newer release understands is left out.
func (v *View) Latest(ctx context.Context, before uint64, limit int, kinds ...string) ([]Entry, error) {
	if before == 0 || before > v.Events {
		before = v.Events + 1
	}
	records, err := v.engine.store.Before(ctx, stream(v.id), before, limit, kinds...)
	if err != nil {
		return nil, fmt.Errorf("load incident %s: %w", v.id, err)
	}
	return entriesOf(records)
}

// entriesOf reads records, but for those of a newer release.
func entriesOf(records []journal.Record) ([]Entry, error) {
	entries := make([]Entry, 0, len(records))
	for i, d := range decode(records) {
		var unknown *incident.UnknownKind
		switch {
		case errors.As(d.err, &unknown):
		case d.err != nil:
			return nil, d.err
		default:
			entries = append(entries, Entry{Seq: records[i].Seq, Happened: d.happened})
		}
	}
	return entries, nil
}
