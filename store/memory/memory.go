// Package memory owns the store that lives in memory: for tests, and for the simulated world, where it stands in for a
// database that survives the crashes of everything around it. It keeps to the contract as the databases do, to the
// microsecond.
package memory

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"tocsin/journal"
	"tocsin/store"
)

// Store keeps everything in maps. The zero value is not usable; call New.
type Store struct {
	log *slog.Logger

	mu         sync.Mutex
	position   uint64
	streams    map[string]*stream
	order      []string // of streams, as created
	deliveries map[string]*store.Delivery
	queue      []string // deliveries, as created
	leases     map[string]*lease
	watches    map[string][]byte
	marks      map[string]string
	plans      map[string]store.Plan
	links      map[string]store.Link
	sessions   map[string]session
	snapshots  map[string]store.Snapshot // without bytes where records were redacted since
	files      map[store.FileRef][]byte

	ready []string      // deliveries that a worker shall have
	wake  chan struct{} // closed and replaced when ready grows
	news  chan struct{} // closed and replaced when records are stored
}

type stream struct {
	head    store.Head
	records []journal.Record
	taken   time.Time
}

type lease struct {
	owner string // empty if nobody holds it
	until time.Time
	epoch uint64
}

type session struct {
	data    []byte
	expires time.Time
}

var _ store.Store = (*Store)(nil)

// New returns an empty store. What handlers fail with goes to log, unless that is nil.
func New(log *slog.Logger) *Store {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Store{
		log:        log,
		streams:    map[string]*stream{},
		deliveries: map[string]*store.Delivery{},
		leases:     map[string]*lease{},
		watches:    map[string][]byte{},
		marks:      map[string]string{},
		plans:      map[string]store.Plan{},
		links:      map[string]store.Link{},
		sessions:   map[string]session{},
		snapshots:  map[string]store.Snapshot{},
		files:      map[store.FileRef][]byte{},
		wake:       make(chan struct{}),
		news:       make(chan struct{}),
	}
}

// Close does nothing: what is in memory stays until nobody refers to it.
func (s *Store) Close() error { return nil }

// Commit does everything in c, or nothing.
func (s *Store) Commit(ctx context.Context, c store.Commit) error {
	if err := c.Check(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.check(c); err != nil {
		return err
	}
	for _, w := range c.Watch {
		s.watches[w.Key] = slices.Clone(w.State)
	}
	maps.Copy(s.marks, c.Marks)
	for _, a := range c.Appends {
		s.append(a)
	}
	if len(c.Appends) > 0 {
		close(s.news)
		s.news = make(chan struct{})
	}
	for _, l := range c.Links {
		s.links[l.Hash] = cutLink(l)
	}
	for _, d := range c.Deliveries {
		s.deliveries[d.ID] = &store.Delivery{
			ID: d.ID, Stream: d.Stream, Kind: d.Kind, Payload: slices.Clone(d.Payload), State: store.Queued,
			NotBefore: cut(d.NotBefore), Created: cut(d.Created),
		}
		s.queue = append(s.queue, d.ID)
	}
	for _, f := range c.Files {
		s.files[store.FileRef{Stream: f.Stream, ID: f.ID}] = append([]byte{}, f.Bytes...)
	}
	s.redact(c)
	if due := c.DueNow(); len(due) > 0 {
		for _, d := range due {
			s.ready = append(s.ready, d.ID)
		}
		s.wakeWorkers()
	}
	return nil
}

// check finds every reason not to commit before anything is changed.
func (s *Store) check(c store.Commit) error {
	for _, w := range c.Watch {
		if l := s.leases[w.Key]; l == nil || l.epoch != w.Epoch {
			return store.ErrLost
		}
	}
	for mark := range c.Marks {
		if _, ok := s.marks[mark]; ok {
			return store.ErrConflict
		}
	}
	for _, a := range c.Appends {
		var version uint64
		if st := s.streams[a.Stream]; st != nil {
			version = st.head.Version
		}
		if version != a.Expect {
			return store.ErrConflict
		}
	}
	for _, r := range c.Redactions {
		have := 0
		if st := s.streams[r.Stream]; st != nil {
			have = len(st.records)
		}
		for _, a := range c.Appends {
			if a.Stream == r.Stream {
				have += len(a.Records)
			}
		}
		if r.Seq > uint64(have) {
			return store.ErrNotFound
		}
	}
	taken := map[string]bool{}
	for _, l := range c.Links {
		if _, ok := s.links[l.Hash]; ok || taken[l.Hash] {
			return store.ErrConflict
		}
		taken[l.Hash] = true
	}
	if err := s.checkFiles(c); err != nil {
		return err
	}
	taken = map[string]bool{}
	for _, d := range c.Deliveries {
		if s.deliveries[d.ID] != nil || taken[d.ID] {
			return store.ErrConflict
		}
		taken[d.ID] = true
	}
	return nil
}

func (s *Store) append(a store.Append) {
	st := s.streams[a.Stream]
	if st == nil {
		st = &stream{}
		s.streams[a.Stream] = st
		s.order = append(s.order, a.Stream)
	}
	for _, r := range a.Records {
		st.records = append(st.records, cloneRecord(r))
		s.position++
	}
	st.taken = time.Time{}
	updated := st.head.Updated
	if n := len(a.Records); n > 0 {
		updated = cut(a.Records[n-1].At)
	}
	st.head = store.Head{
		Stream: a.Stream, Kind: a.Kind, Protocol: a.Protocol, Version: uint64(len(st.records)), DueAt: cut(a.DueAt),
		Open: a.Open, Summary: slices.Clone(a.Summary), Updated: updated,
	}
}

// cut keeps of a time what a database keeps.
func cut(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

func cutLink(l store.Link) store.Link {
	l.Expires, l.Used = cut(l.Expires), cut(l.Used)
	return l
}

func cloneRecord(r journal.Record) journal.Record {
	r.At, r.Bytes, r.Openings = cut(r.At), slices.Clone(r.Bytes), slices.Clone(r.Openings)
	return r
}
