package watch

import (
	"context"

	"tocsin/chain"
	"tocsin/incident"
)

// item is one thing for the committer.
type item struct {
	step    *chain.Step       // of the chain, in order
	ahead   *chain.Step       // at the head, before the gap below it is filled
	blind   *incident.Finding // about an endpoint
	look    *look             // at the head
	answers *answers          // to what detectors want to know
	behind  *behind           // what was seen behind a proxy
	final   *depth            // what the chain calls safe and finalized
	turn    *turn             // to be taken once what came in order before is committed
}

// turn is something that needs the state for itself.
type turn struct {
	f    func(ctx context.Context) error
	done chan error // gets one answer
}

// put hands an item over. What is seen at the head overtakes what fills the gap below it.
func (c *committer) put(ctx context.Context, it item) error {
	to := c.items
	if it.step == nil && it.turn == nil && c.urgent != nil {
		to = c.urgent
	}
	select {
	case to <- it:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// within runs f where it has the state for itself, once what was put in order before is committed, and commits what f did
// if it counts that among what was taken.
func (c *committer) within(ctx context.Context, f func(ctx context.Context) error) error {
	t := &turn{f: f, done: make(chan error, 1)}
	if err := c.put(ctx, item{turn: t}); err != nil {
		return err
	}
	select {
	case err := <-t.done:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// next waits for an item; false once ctx has ended.
func (c *committer) next(ctx context.Context) (it item, ok bool) {
	select {
	case it = <-c.urgent:
		return it, true
	default:
	}
	select {
	case <-ctx.Done():
		return it, false
	case it = <-c.urgent:
	case it = <-c.items:
	}
	return it, true
}

// ready is an item that is there already, if any is.
func (c *committer) ready() (it item, ok bool) {
	select {
	case it = <-c.urgent:
		return it, true
	default:
	}
	select {
	case it = <-c.items:
		return it, true
	default:
		return it, false
	}
}
