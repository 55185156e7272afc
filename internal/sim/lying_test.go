package sim

import (
	"context"
	"time"

	"tocsin/incident"
	"tocsin/journal"
	"tocsin/store"
)

// lying is a store that does not do what it is told; what it leaves alone is the store's.
type lying struct {
	store.Store
	commit func(ctx context.Context, s store.Store, c *store.Commit)
	after  func(ctx context.Context, s store.Store, c store.Commit)
	load   func(stream string, records []journal.Record) []journal.Record
	seen   func(map[string]string) map[string]string
	finish func(state string) string
	claim  func(d *store.Delivery)
}

func (l *lying) Commit(ctx context.Context, c store.Commit) error {
	if l.commit != nil {
		l.commit(ctx, l.Store, &c)
	}
	if err := l.Store.Commit(ctx, c); err != nil {
		return err
	}
	if l.after != nil {
		l.after(ctx, l.Store, c)
	}
	return nil
}

func (l *lying) Load(ctx context.Context, stream string, after uint64) ([]journal.Record, error) {
	records, err := l.Store.Load(ctx, stream, after)
	if l.load != nil {
		records = l.load(stream, records)
	}
	return records, err
}

func (l *lying) Window(ctx context.Context, stream string, after uint64, limit int) ([]journal.Record, error) {
	records, err := l.Store.Window(ctx, stream, after, limit)
	if l.load != nil {
		records = l.load(stream, records)
	}
	return records, err
}

func (l *lying) Seen(ctx context.Context, marks []string) (map[string]string, error) {
	seen, err := l.Store.Seen(ctx, marks)
	if l.seen != nil {
		seen = l.seen(seen)
	}
	return seen, err
}

func (l *lying) Finish(ctx context.Context, id string, epoch uint64, state string, notBefore time.Time, outcome []byte) error {
	if l.finish != nil {
		state = l.finish(state)
	}
	return l.Store.Finish(ctx, id, epoch, state, notBefore, outcome)
}

func doubled(l lying) func(*Ground) {
	return func(g *Ground) {
		g.double = func(s store.Store) store.Store {
			mine := l
			mine.Store = s
			return &mine
		}
	}
}

// deaf lets nodes read a kind of event as a note that says nothing.
func deaf(kind string) func(string, []journal.Record) []journal.Record {
	return func(_ string, records []journal.Record) []journal.Record {
		for i, r := range records {
			if r.Kind != kind {
				continue
			}
			env, err := r.Open(nil)
			if err != nil {
				panic(err)
			}
			ev := incident.EventNoted{By: "ada"}
			env.Kind = ev.Kind()
			silent, err := journal.Seal([32]byte{1}, env, ev, func() [16]byte { return [16]byte{} })
			if err != nil {
				panic(err)
			}
			silent.Hash = r.Hash
			records[i] = silent
		}
		return records
	}
}

func without(list []store.Delivery, drop func(store.Delivery) bool) []store.Delivery {
	var left []store.Delivery
	for _, d := range list {
		if !drop(d) {
			left = append(left, d)
		}
	}
	return left
}

func (l *lying) Claim(ctx context.Context, id, owner string, now, until time.Time) (store.Delivery, bool, error) {
	d, ok, err := l.Store.Claim(ctx, id, owner, now, until)
	if l.claim != nil {
		l.claim(&d)
	}
	return d, ok, err
}

// forge appends an event of its own behind each of a kind, sealed as the engine seals.
func forge(kind string, event func(journal.Record) incident.Event) func(context.Context, store.Store, store.Commit) {
	return forgeAs(kind, event, func(journal.Envelope, *journal.Envelope) {})
}

// forgeAs is forge for an event whose envelope is changed besides, knowing that of the stream's first.
func forgeAs(kind string, event func(journal.Record) incident.Event, change func(first journal.Envelope, env *journal.Envelope)) func(context.Context, store.Store, store.Commit) {
	return func(ctx context.Context, s store.Store, c store.Commit) {
		for _, a := range c.Appends {
			if a.Kind != "incident" {
				continue
			}
			for _, r := range a.Records {
				if r.Kind != kind {
					continue
				}
				last := a.Records[len(a.Records)-1]
				env, err := r.Open(nil)
				if err != nil {
					panic(err)
				}
				ev := event(r)
				env.Seq, env.Kind, env.At = last.Seq+1, ev.Kind(), last.At
				all, err := s.Load(ctx, a.Stream, 0)
				if err != nil {
					panic(err)
				}
				first, err := all[0].Open(nil)
				if err != nil {
					panic(err)
				}
				change(first, &env)
				forged, err := journal.Seal(last.Hash, env, ev, func() [16]byte { return [16]byte{} })
				if err != nil {
					panic(err)
				}
				a.Expect, a.Records = last.Seq, []journal.Record{forged}
				if err := s.Commit(ctx, store.Commit{Appends: []store.Append{a}}); err != nil {
					panic(err)
				}
				break
			}
		}
	}
}
