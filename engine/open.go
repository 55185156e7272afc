package engine

import (
	"context"
	"fmt"
	"time"

	"tocsin/evm"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/store"
)

// Open opens an incident by hand: cmd.Op is an OpOpen; the engine gives it its id, plan and protocol if they are empty.
func (e *Engine) Open(ctx context.Context, cmd incident.Command) (*View, error) {
	op, ok := cmd.Op.(incident.OpOpen)
	if !ok {
		return nil, fault.New(fault.Internal, "Open takes an OpOpen.")
	}
	e.name(&cmd)
	var id string
	err := e.persist(ctx, func() (err error) {
		id, err = e.open(ctx, cmd, op)
		return err
	})
	if err != nil {
		return nil, err
	}
	return e.View(ctx, id)
}

// open tries once to open an incident by hand, while nobody else does in this process. It returns the incident's id.
func (e *Engine) open(ctx context.Context, cmd incident.Command, op incident.OpOpen) (string, error) {
	select {
	case e.openingNow <- struct{}{}:
		defer func() { <-e.openingNow }()
	case <-ctx.Done():
		return "", fmt.Errorf("wait for others who open incidents: %w", ctx.Err())
	}
	mark := "command/" + cmd.ID
	seen, err := e.store.Seen(ctx, []string{mark})
	if err != nil {
		return "", fmt.Errorf("look up command: %w", err)
	}
	if id := seen[mark]; id != "" { // the same form sent twice
		return id, nil
	}
	if err := e.onlyProtocol(ctx, &op.Protocol); err != nil {
		return "", err
	}
	at, err := e.scene(ctx, op.Protocol, op.Exercise)
	if err != nil {
		return "", err
	}
	op.Exercise = at.exercise
	c, next, err := e.opening(ctx, cmd, op, at.plan, nil)
	if err != nil {
		return "", err
	}
	c.Marks = map[string]string{mark: next.State.ID}
	return next.State.ID, e.openTogether(ctx, c, next.State)
}

// opening prepares the commit that opens an incident, which goes by the plan of a hash, the one in force if it is zero. taken counts
// incidents that the same commit opens besides.
func (e *Engine) opening(ctx context.Context, cmd incident.Command, op incident.OpOpen, by evm.Hash, taken map[string]bool) (store.Commit, *View, error) {
	if err := e.onlyProtocol(ctx, &op.Protocol); err != nil {
		return store.Commit{}, nil, err
	}
	var err error
	if op.Stopped, err = e.stopped(ctx, op); err != nil {
		return store.Commit{}, nil, err
	}
	p, err := e.planFor(ctx, op.Protocol, by)
	if err != nil {
		return store.Commit{}, nil, err
	}
	op.Plan = p.Hash()
	if op.ID, err = e.number(ctx, taken); err != nil {
		return store.Commit{}, nil, err
	}
	cmd.Op = op
	return e.decide(&View{State: &incident.State{}, Plan: p, engine: e, id: op.ID}, cmd)
}

// onlyProtocol names the protocol, if there is one only.
func (e *Engine) onlyProtocol(ctx context.Context, protocol *string) error {
	if *protocol != "" {
		return nil
	}
	ids, err := e.Protocols(ctx)
	if err != nil {
		return err
	}
	if len(ids) != 1 {
		return fault.New(fault.Invalid, "This server holds %d plans.", len(ids)).Instead("Name the protocol.")
	}
	*protocol = ids[0]
	return nil
}

// number finds the next free incident id: the day and a number. A day's numbers have no gaps, so it need not ask for each.
func (e *Engine) number(ctx context.Context, taken map[string]bool) (string, error) {
	day := e.now().Format(time.DateOnly)
	id := func(n int) string { return fmt.Sprintf("%s-%d", day, n) }
	used := func(n int) (bool, error) {
		if taken[id(n)] {
			return true, nil
		}
		_, err := e.store.Head(ctx, stream(id(n)))
		if isNotFound(err) {
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("number incident: %w", err)
		}
		return true, nil
	}
	last, free := 0, 1 // the one is used, the other not, once the first loop has ended
	for {
		is, err := used(free)
		if err != nil {
			return "", err
		}
		if !is {
			break
		}
		last, free = free, free*2
	}
	for free-last > 1 {
		middle := (last + free) / 2
		is, err := used(middle)
		if err != nil {
			return "", err
		}
		if is {
			last = middle
		} else {
			free = middle
		}
	}
	return id(free), nil
}
