package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/plan"
	"tocsin/store"
)

// View is an incident at one moment. It does not change; a later look gives another View.
type View struct {
	State    *incident.State
	Plan     *plan.Plan        // under which the incident runs
	Events   uint64            // how many there are, also those that this release does not know
	Head     [32]byte          // hash of the last one
	Kinds    map[string]uint64 // how many there are of each kind; not to be changed
	ReadOnly error             // an event that this release does not know; the incident can be shown but not decided upon

	engine  *Engine // to read events with
	id      string
	snapped uint64 // event at which the last snapshot stands that is known of
}

// Now is the time of the incident: the engine's, or what the clock of its exercise shows.
func (v *View) Now() time.Time { return v.engine.timeOf(v.State) }

// entry is an incident lately used.
type entry struct {
	id    string
	turns turns
	mu    sync.Mutex // held while it is read or changed
	view  *View
	used  time.Time
}

// keptEntries is how many incidents stay in memory.
const keptEntries = 64

func (e *Engine) entry(id string) *entry {
	e.mu.Lock()
	defer e.mu.Unlock()
	ent, ok := e.entries[id]
	if !ok {
		if len(e.entries) >= keptEntries {
			e.forget()
		}
		ent = &entry{id: id, turns: newTurns()}
		e.entries[id] = ent
	}
	ent.used = e.now()
	return ent
}

// forget drops the incident used longest ago that nobody is using.
func (e *Engine) forget() {
	var oldest *entry
	for _, ent := range e.entries {
		if (oldest == nil || ent.used.Before(oldest.used)) && ent.turns.idle() && ent.mu.TryLock() {
			ent.mu.Unlock()
			oldest = ent
		}
	}
	if oldest != nil {
		delete(e.entries, oldest.id)
	}
}

// View returns an incident as it stands.
func (e *Engine) View(ctx context.Context, id string) (*View, error) {
	ent := e.entry(id)
	ent.mu.Lock()
	defer ent.mu.Unlock()
	return e.refresh(ctx, ent)
}

// refresh brings an entry up to what the store holds. The caller holds the entry's lock.
func (e *Engine) refresh(ctx context.Context, ent *entry) (*View, error) {
	v := ent.view
	if v == nil {
		var err error
		if v, err = e.remembered(ctx, ent.id); err != nil {
			return nil, err
		}
	}
	for anew := false; ; {
		records, err := e.store.Window(ctx, stream(ent.id), v.Events, eventWindow)
		if err != nil {
			return nil, fmt.Errorf("load incident %s: %w", ent.id, err)
		}
		if len(records) == 0 && v.Events == 0 {
			e.mu.Lock()
			delete(e.entries, ent.id)
			e.mu.Unlock()
			return nil, fault.New(fault.NotFound, "There is no incident %q.", ent.id)
		}
		if v.Events > 0 && slices.ContainsFunc(records, func(r journal.Record) bool { return r.Kind == incident.KindRedacted }) && !anew {
			v, anew = &View{State: &incident.State{}, engine: e, id: ent.id}, true // what it holds has been removed from the record
			continue
		}
		if len(records) > 0 {
			if v, err = v.after(records); err != nil {
				return nil, err
			}
		}
		if len(records) < eventWindow {
			break
		}
	}
	if v.Plan == nil {
		p, err := e.planByHash(ctx, v.State.Plan.Hex())
		if err != nil {
			return nil, err
		}
		next := *v
		next.Plan = p
		v = &next
	}
	ent.view = v
	e.wantSnapshot(v)
	return v, nil
}

// after is the view that results when records follow.
func (v *View) after(records []journal.Record) (*View, error) {
	next := *v
	next.State, next.Kinds = v.State.Next(), tallied(v.Kinds, records)
	for i, d := range decode(records) {
		var unknown *incident.UnknownKind
		switch {
		case errors.As(d.err, &unknown):
			next.ReadOnly = d.err
		case d.err != nil:
			return nil, d.err
		default:
			next.State.Apply(d.happened)
		}
		next.Events, next.Head = next.Events+1, records[i].Hash
	}
	if next.State.Plan != v.State.Plan { // a newer one was taken up
		next.Plan = nil
	}
	return &next, nil
}

// decoded is a record as it was read, or why it could not be.
type decoded struct {
	happened incident.Happened
	err      error
}

// decodeTogether is how many records one processor reads at a time.
const decodeTogether = 2000

// decode reads records, on several processors if there are many.
func decode(records []journal.Record) []decoded {
	list := make([]decoded, len(records))
	var wg sync.WaitGroup
	for from := 0; from < len(records); from += decodeTogether {
		read := func() {
			for i := from; i < min(from+decodeTogether, len(records)); i++ {
				list[i].happened, list[i].err = incident.Decode(records[i])
			}
		}
		if len(records) <= decodeTogether {
			read()
			break
		}
		wg.Go(read)
	}
	wg.Wait()
	return list
}

// List returns the incidents, real ones before exercises, newest first; only those going on if open is true.
func (e *Engine) List(ctx context.Context, open bool) ([]incident.Summary, error) {
	heads, err := e.store.Heads(ctx, kindIncident, open)
	if err != nil {
		return nil, fmt.Errorf("list incidents: %w", err)
	}
	list := make([]incident.Summary, 0, len(heads))
	for _, h := range heads {
		var s incident.Summary
		if err := json.Unmarshal(h.Summary, &s); err != nil {
			return nil, fmt.Errorf("read summary of %s: %w", h.Stream, err)
		}
		list = append(list, s)
	}
	slices.SortStableFunc(list, func(a, b incident.Summary) int {
		switch {
		case a.Exercise != b.Exercise && b.Exercise:
			return -1
		case a.Exercise != b.Exercise:
			return 1
		}
		return b.Opened.Compare(a.Opened)
	})
	return list, nil
}

func marshal(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode %T: %w", v, err)
	}
	return b, nil
}

func isConflict(err error) bool { return errors.Is(err, store.ErrConflict) }
func isNotFound(err error) bool { return errors.Is(err, store.ErrNotFound) }
func isLost(err error) bool     { return errors.Is(err, store.ErrLost) }
