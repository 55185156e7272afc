package sim

import (
	"context"
	"errors"
	"time"

	"tocsin/journal"
	"tocsin/store"
)

// errPower is what a node without power is told.
var errPower = errors.New("the power has failed")

// power is a store as one node sees it. At one of its calls the node may lose its power, before it, so that nothing
// happened, or after it, so that it happened and nobody was told; and before one of them others may be quicker.
type power struct {
	store.Store
	calls     int // since the step began
	death     *Death
	stall     int // the call before which others come first; 0 for none
	meanwhile func()

	dead   bool
	during string // the call at which it died
}

// arm begins to count a step's calls.
func (p *power) arm(death *Death, stall int, meanwhile func()) {
	p.calls, p.death, p.stall, p.meanwhile = 0, death, stall, meanwhile
}

// call passes a call on while there is power.
func (p *power) call(name string, do func() error) error {
	if p.dead {
		return errPower
	}
	p.calls++
	if p.meanwhile != nil && p.calls == p.stall {
		others := p.meanwhile
		p.meanwhile = nil
		others()
	}
	if p.death == nil || p.death.Call != p.calls {
		return do()
	}
	p.dead, p.during = true, p.death.when()+" "+name
	if p.death.After {
		_ = do()
	}
	return errPower
}

// ask is call for what answers something.
func ask[T any](p *power, name string, do func() (T, error)) (answer T, err error) {
	var got T
	err = p.call(name, func() (err error) { got, err = do(); return err })
	if p.dead {
		return answer, err // what came too late is not known
	}
	return got, err
}

func (p *power) Commit(ctx context.Context, c store.Commit) error {
	return p.call("commit", func() error { return p.Store.Commit(ctx, c) })
}

func (p *power) Load(ctx context.Context, stream string, after uint64) ([]journal.Record, error) {
	return ask(p, "load", func() ([]journal.Record, error) { return p.Store.Load(ctx, stream, after) })
}

func (p *power) Window(ctx context.Context, stream string, after uint64, limit int) ([]journal.Record, error) {
	return ask(p, "window", func() ([]journal.Record, error) { return p.Store.Window(ctx, stream, after, limit) })
}

func (p *power) Head(ctx context.Context, stream string) (store.Head, error) {
	return ask(p, "head", func() (store.Head, error) { return p.Store.Head(ctx, stream) })
}

func (p *power) Heads(ctx context.Context, kind string, open bool) ([]store.Head, error) {
	return ask(p, "heads", func() ([]store.Head, error) { return p.Store.Heads(ctx, kind, open) })
}

func (p *power) Due(ctx context.Context, now time.Time, limit int) ([]store.Head, error) {
	return ask(p, "due", func() ([]store.Head, error) { return p.Store.Due(ctx, now, limit) })
}

func (p *power) Take(ctx context.Context, now, until time.Time, limit int) ([]store.Head, error) {
	return ask(p, "take", func() ([]store.Head, error) { return p.Store.Take(ctx, now, until, limit) })
}

func (p *power) Before(ctx context.Context, stream string, before uint64, limit int, kinds ...string) ([]journal.Record, error) {
	return ask(p, "before", func() ([]journal.Record, error) { return p.Store.Before(ctx, stream, before, limit, kinds...) })
}

func (p *power) Delivery(ctx context.Context, id string) (store.Delivery, error) {
	return ask(p, "delivery", func() (store.Delivery, error) { return p.Store.Delivery(ctx, id) })
}

func (p *power) Claim(ctx context.Context, id, owner string, now, until time.Time) (store.Delivery, bool, error) {
	type claimed struct {
		d  store.Delivery
		ok bool
	}
	c, err := ask(p, "claim", func() (c claimed, err error) {
		c.d, c.ok, err = p.Store.Claim(ctx, id, owner, now, until)
		return c, err
	})
	return c.d, c.ok, err
}

func (p *power) Renew(ctx context.Context, id string, epoch uint64, until time.Time) error {
	return p.call("renew", func() error { return p.Store.Renew(ctx, id, epoch, until) })
}

func (p *power) Finish(ctx context.Context, id string, epoch uint64, state string, notBefore time.Time, outcome []byte) error {
	return p.call("finish", func() error { return p.Store.Finish(ctx, id, epoch, state, notBefore, outcome) })
}

func (p *power) Stale(ctx context.Context, now time.Time, limit int) ([]string, error) {
	return ask(p, "stale", func() ([]string, error) { return p.Store.Stale(ctx, now, limit) })
}

func (p *power) Lease(ctx context.Context, name, owner string, now, until time.Time) (uint64, bool, error) {
	type leased struct {
		epoch uint64
		ok    bool
	}
	l, err := ask(p, "lease", func() (l leased, err error) {
		l.epoch, l.ok, err = p.Store.Lease(ctx, name, owner, now, until)
		return l, err
	})
	return l.epoch, l.ok, err
}

func (p *power) Watch(ctx context.Context, key string) ([]byte, error) {
	return ask(p, "watch", func() ([]byte, error) { return p.Store.Watch(ctx, key) })
}

func (p *power) Seen(ctx context.Context, marks []string) (map[string]string, error) {
	return ask(p, "seen", func() (map[string]string, error) { return p.Store.Seen(ctx, marks) })
}

func (p *power) PutPlan(ctx context.Context, x store.Plan) error {
	return p.call("put plan", func() error { return p.Store.PutPlan(ctx, x) })
}

func (p *power) Plan(ctx context.Context, hash string) (store.Plan, error) {
	return ask(p, "plan", func() (store.Plan, error) { return p.Store.Plan(ctx, hash) })
}

func (p *power) Snapshot(ctx context.Context, stream string) (store.Snapshot, error) {
	return ask(p, "snapshot", func() (store.Snapshot, error) { return p.Store.Snapshot(ctx, stream) })
}

func (p *power) PutSnapshot(ctx context.Context, s store.Snapshot) error {
	return p.call("put snapshot", func() error { return p.Store.PutSnapshot(ctx, s) })
}
