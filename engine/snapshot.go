package engine

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"runtime/debug"
	"sync"

	"tocsin/incident"
	"tocsin/journal"
	"tocsin/store"
)

// snapshotFirst is how many events an incident has at least before a snapshot is kept of it, and how many follow until the next
// one. A long incident has larger ones, so they come more rarely: after a snapshotShare of its events.
const (
	snapshotFirst = 500
	snapshotShare = 32
)

// snapshotHead is the first line of a snapshot; the incident's state follows, packed.
type snapshotHead struct {
	Release string            `json:"release"` // that made it: another one may make another state of the same events
	Record  string            `json:"record"`  // hexadecimal hash of the record that it stands at
	Sum     string            `json:"sum"`     // hexadecimal SHA-256 of what follows
	Kinds   map[string]uint64 `json:"kinds"`   // how many events there are of each kind
}

// release names what this program was built from, as far as it knows.
var release = sync.OnceValue(func() string {
	b, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	name := b.Main.Version
	for _, s := range b.Settings {
		if s.Key == "vcs.revision" || s.Key == "vcs.modified" {
			name += " " + s.Value
		}
	}
	return name
})

// remembered returns an incident as its snapshot has it, and otherwise one of which nothing has been read. A snapshot counts only
// if it names the record that stands in the stream where it says; one that does not is replaced by the next.
func (e *Engine) remembered(ctx context.Context, id string) (*View, error) {
	empty := &View{State: &incident.State{}, engine: e, id: id}
	s, err := e.store.Snapshot(ctx, stream(id))
	if isNotFound(err) {
		return empty, nil
	}
	if err != nil {
		return nil, fmt.Errorf("load snapshot of incident %s: %w", id, err)
	}
	v, h, err := readSnapshot(s)
	if err != nil {
		e.log.Info("a snapshot is not used", "incident", id, "err", err)
		return empty, nil
	}
	at, err := e.store.Window(ctx, s.Stream, s.Version-1, 1)
	if err != nil {
		return nil, fmt.Errorf("load incident %s: %w", id, err)
	}
	if len(at) == 0 || at[0].Seq != s.Version || hexOf(at[0].Hash) != h.Record || sha256.Sum256(at[0].Bytes) != at[0].Hash || v.State.ID != id {
		e.log.Warn("a snapshot is not of the record", "incident", id)
		return empty, nil
	}
	v.engine, v.id, v.Head, v.snapped = e, id, at[0].Hash, s.Version
	return v, nil
}

// readSnapshot reads a snapshot; whether it is of the record is for the caller to find out.
func readSnapshot(s store.Snapshot) (*View, snapshotHead, error) {
	line, packed, _ := bytes.Cut(s.Bytes, []byte("\n"))
	var h snapshotHead
	if err := json.Unmarshal(line, &h); err != nil {
		return nil, h, fmt.Errorf("read snapshot: %w", err)
	}
	if h.Release != release() {
		return nil, h, fmt.Errorf("read snapshot: the release %q made it", h.Release)
	}
	if h.Sum != hexOf(sha256.Sum256(packed)) {
		return nil, h, fmt.Errorf("read snapshot: it is damaged")
	}
	state, err := incident.Unpack(packed)
	if err != nil {
		return nil, h, err
	}
	if state.Version != s.Version || s.Version == 0 {
		return nil, h, fmt.Errorf("read snapshot: its state has %d events, not %d", state.Version, s.Version)
	}
	return &View{State: state, Events: s.Version, Kinds: h.Kinds}, h, nil
}

// writeSnapshot makes a snapshot of an incident as it stands.
func (v *View) writeSnapshot() (store.Snapshot, error) {
	packed, err := v.State.Pack()
	if err != nil {
		return store.Snapshot{}, err
	}
	head, err := marshal(snapshotHead{Release: release(), Record: hexOf(v.Head), Sum: hexOf(sha256.Sum256(packed)), Kinds: v.Kinds})
	if err != nil {
		return store.Snapshot{}, err
	}
	return store.Snapshot{Stream: stream(v.id), Version: v.Events, Bytes: append(append(head, '\n'), packed...)}, nil
}

// long reports whether so much has happened since the last snapshot that another is wanted.
func (v *View) long() bool {
	return v.ReadOnly == nil && v.Events-v.snapped >= max(snapshotFirst, v.Events/snapshotShare)
}

// KeepSnapshot keeps a snapshot of an incident if enough has happened since the last. Run does it by itself, beside commands.
func (e *Engine) KeepSnapshot(ctx context.Context, id string) error {
	v, err := e.View(ctx, id)
	if err != nil || !v.long() {
		return err
	}
	// The commands that were carried out are shared with the views that come after v, and grow with them.
	ent := e.entry(id)
	ent.mu.Lock()
	still := *v
	still.State = v.State.Still()
	ent.mu.Unlock()
	s, err := still.writeSnapshot()
	if err == nil {
		err = e.store.PutSnapshot(ctx, s)
	}
	if err != nil {
		return fmt.Errorf("keep snapshot of incident %s: %w", id, err)
	}
	ent.mu.Lock()
	defer ent.mu.Unlock()
	if ent.view != nil && ent.view.snapped < s.Version {
		next := *ent.view
		next.snapped = s.Version
		ent.view = &next
	}
	return nil
}

// snapshots keeps snapshots of incidents that have become long, one after the other, until ctx ends.
func (e *Engine) snapshots(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case id := <-e.grown:
			if err := e.KeepSnapshot(ctx, id); err != nil && ctx.Err() == nil {
				e.log.Error("keep snapshot", "incident", id, "err", err)
			}
		}
	}
}

// wantSnapshot says that an incident has become long, to whoever keeps snapshots here, if anybody does.
func (e *Engine) wantSnapshot(v *View) {
	if !v.long() {
		return
	}
	select {
	case e.grown <- v.id:
	default: // it is said again with the next event
	}
}

// tallied adds events to how many there are of each kind; a view's own count never changes.
func tallied(kinds map[string]uint64, records []journal.Record) map[string]uint64 {
	next := maps.Clone(kinds)
	if next == nil {
		next = map[string]uint64{}
	}
	for _, r := range records {
		next[r.Kind]++
	}
	return next
}

func hexOf(h [32]byte) string { return fmt.Sprintf("%x", h) }
