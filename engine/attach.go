package engine

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"

	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/store"
)

// Attach puts a file into the record of an incident: cmd.Op is an OpAttach whose File names the media type; its size and hash are
// those of b. The bytes are kept in the same moment. A command whose ID was carried out before changes nothing.
func (e *Engine) Attach(ctx context.Context, id string, cmd incident.Command, b []byte) (*View, error) {
	op, ok := cmd.Op.(incident.OpAttach)
	if !ok || op.File == nil {
		return nil, fault.New(fault.Internal, "Attach takes an OpAttach with a file.")
	}
	op.File = &journal.File{Media: op.File.Media, Size: int64(len(b)), SHA256: hexOf(sha256.Sum256(b))}
	cmd.Op = op
	e.name(&cmd)
	ent := e.entry(id)
	ent.mu.Lock()
	defer ent.mu.Unlock()
	var view *View
	err := e.persist(ctx, func() error {
		v, err := e.refresh(ctx, ent)
		if err != nil {
			return err
		}
		c, next, err := e.decide(v, cmd)
		if err != nil {
			return err
		}
		if next == nil {
			view = v
			return nil
		}
		added := next.State.Evidence[len(next.State.Evidence)-1]
		c.Files = []store.File{{Stream: stream(id), ID: added.File.ID, Bytes: b}}
		if err := e.commit(ctx, c); err != nil {
			return err
		}
		next.State.Carried(cmd.ID)
		ent.view, view = next, next
		return nil
	})
	return view, err
}

// File returns the bytes of a file that stands in the record of an incident, by the id of the evidence. Faults: not_found; expired
// if it was removed; invalid if it is not the file that was handed in.
func (v *View) File(ctx context.Context, evidence string) (incident.Evidence, []byte, error) {
	i := slices.IndexFunc(v.State.Evidence, func(e incident.Evidence) bool { return e.ID == evidence && e.File != nil })
	if i < 0 {
		return incident.Evidence{}, nil, fault.New(fault.NotFound, "The incident has no file %q.", evidence)
	}
	ev := v.State.Evidence[i]
	if ev.Gone {
		return ev, nil, fault.New(fault.Expired, "This file was removed from the record.")
	}
	f, err := v.engine.store.File(ctx, stream(v.id), ev.File.ID)
	if isNotFound(err) {
		return ev, nil, lostFile(ev)
	}
	if err != nil {
		return ev, nil, fmt.Errorf("load file %s of incident %s: %w", evidence, v.id, err)
	}
	if hexOf(sha256.Sum256(f.Bytes)) != ev.File.SHA256 {
		return ev, nil, lostFile(ev)
	}
	return ev, f.Bytes, nil
}

func lostFile(ev incident.Evidence) error {
	return fault.New(fault.Invalid, "The database does not hold the file %s as it was handed in.", ev.ID).
		Instead("Somebody may have tampered with the database; restore it from a backup that you trust.")
}

// evidence gets the files of an incident for its export, by their place in it. What is missing there, or is not what the record
// says, is for whoever verifies the export to tell.
func (v *View) evidence(ctx context.Context) map[string]func() ([]byte, bool, error) {
	files := map[string]func() ([]byte, bool, error){}
	for _, ev := range v.State.Evidence {
		if ev.File == nil || ev.Gone {
			continue
		}
		files[ev.File.Path()] = func() ([]byte, bool, error) {
			f, err := v.engine.store.File(ctx, stream(v.id), ev.File.ID)
			switch {
			case isNotFound(err):
				return nil, false, nil
			case err != nil:
				return nil, false, fmt.Errorf("load file %s of incident %s: %w", ev.ID, v.id, err)
			}
			return f.Bytes, true, nil
		}
	}
	return files
}
