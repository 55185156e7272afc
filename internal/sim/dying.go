package sim

import (
	"context"
	"time"

	"tocsin/journal"
	"tocsin/store"
)

// dying is a store whose process dies at one of its calls: before it, so that nothing happened, or after it, so that it
// happened and nobody was told. Dead, it answers nothing more.
type dying struct {
	store.Store
	world  *World
	left   int // calls until it dies; negative: it does not
	dead   bool
	during string
}

func (d *dying) in(calls int) { d.left = calls }
func (d *dying) never()       { d.left = -1 }

// call passes a call on while there is power.
func (d *dying) call(name string, do func() error) error {
	if d.dead {
		return errPower
	}
	if d.left == 0 {
		d.dead = true
		if d.world.chance(2) {
			d.during = "before " + name
			return errPower
		}
		d.during = "after " + name
		_ = do()
		return errPower
	}
	if d.left > 0 {
		d.left--
	}
	return do()
}

func (d *dying) Commit(ctx context.Context, c store.Commit) error {
	return d.call("commit", func() error { return d.Store.Commit(ctx, c) })
}

func (d *dying) Load(ctx context.Context, stream string, after uint64) (records []journal.Record, err error) {
	err = d.call("load", func() (err error) { records, err = d.Store.Load(ctx, stream, after); return err })
	return records, err
}

func (d *dying) Head(ctx context.Context, stream string) (h store.Head, err error) {
	err = d.call("head", func() (err error) { h, err = d.Store.Head(ctx, stream); return err })
	return h, err
}

func (d *dying) Due(ctx context.Context, now time.Time, limit int) (heads []store.Head, err error) {
	err = d.call("due", func() (err error) { heads, err = d.Store.Due(ctx, now, limit); return err })
	return heads, err
}

func (d *dying) Stale(ctx context.Context, now time.Time, limit int) (ids []string, err error) {
	err = d.call("stale", func() (err error) { ids, err = d.Store.Stale(ctx, now, limit); return err })
	return ids, err
}

func (d *dying) Claim(ctx context.Context, id, owner string, now, until time.Time) (dl store.Delivery, ok bool, err error) {
	err = d.call("claim", func() (err error) { dl, ok, err = d.Store.Claim(ctx, id, owner, now, until); return err })
	return dl, ok && err == nil, err
}

func (d *dying) Finish(ctx context.Context, id string, epoch uint64, state string, notBefore time.Time, outcome []byte) error {
	return d.call("finish", func() error { return d.Store.Finish(ctx, id, epoch, state, notBefore, outcome) })
}

func (d *dying) Seen(ctx context.Context, marks []string) (seen map[string]string, err error) {
	err = d.call("seen", func() (err error) { seen, err = d.Store.Seen(ctx, marks); return err })
	return seen, err
}

func (d *dying) Lease(ctx context.Context, name, owner string, now, until time.Time) (epoch uint64, ok bool, err error) {
	err = d.call("lease", func() (err error) { epoch, ok, err = d.Store.Lease(ctx, name, owner, now, until); return err })
	return epoch, ok && err == nil, err
}
