package sim

import (
	"context"
	"time"

	"tocsin/fault"
	"tocsin/incident"
	"tocsin/store"
)

// settle lets a world come to rest: clocks are right, nothing goes wrong, and whoever has something to do does it.
func (w *World) settle(ctx context.Context) error {
	w.text.WriteString("# nothing goes wrong any more\n")
	w.calm = true
	w.now = w.now.Add(2 * time.Minute) // longer than anything is put off
	for _, n := range w.nodes {
		n.skew, n.power.dead = 0, true
	}
	on := w.nodes[0] // the last that is left, and knows nothing but what is stored
	on.boot()
	for n := range calmSteps {
		before := w.book.position
		w.now = w.now.Add(5 * time.Second)
		if err := w.chain.mine(nil); err != nil {
			return err
		}
		errs := []error{on.watch(ctx), on.follow(ctx, "0"), on.engine.Step(ctx)}
		for _, f := range w.feed.sent {
			if !w.feed.heard[f.ID] {
				errs = append(errs, on.report(ctx, f))
			}
		}
		for _, err := range append(errs, w.broken) {
			if say, defect := refusal(err); defect != nil {
				return defect
			} else if say != "" {
				return breaks("error", "while nothing goes wrong: %s", fault.Sentence(err))
			}
		}
		if err := w.book.check(ctx, false); err != nil {
			return err
		}
		if waits, err := w.waiting(ctx); err != nil || waits == "" && w.book.position == before && n > 0 {
			return err
		}
	}
	return nil
}

// calmSteps is after how many steps everything must have come to its end.
const calmSteps = 60

// waiting is a delivery that has not come to its end, empty if all have.
func (w *World) waiting(ctx context.Context) (string, error) {
	for _, a := range w.book.order {
		list, err := w.disk.Deliveries(ctx, "incident/"+a.id)
		if err != nil {
			return "", err
		}
		for _, d := range list {
			if d.Kind == incident.DispatchLook { // as long as its decision is open
				continue
			}
			if d.State == store.Queued || d.State == store.Sending {
				return d.ID + " is " + d.State, nil
			}
		}
	}
	return "", nil
}

// checkEnd holds the world to what must be true when nothing is under way any more.
func (b *book) checkEnd(ctx context.Context) error {
	w := b.world
	if err := b.check(ctx, false); err != nil {
		return err
	}
	lands := map[string]int{}
	for i := range w.chain.blocks {
		for _, tx := range w.chain.blocks[i].txs {
			if tx.failed {
				continue
			}
			if lands[tx.action]++; lands[tx.action] > 1 {
				return breaks("landing", "%s landed twice", tx.action)
			}
		}
	}
	if id, err := w.waiting(ctx); err != nil {
		return err
	} else if id != "" {
		return breaks("delivery", "%s, and stays so", id)
	}
	if found, err := w.nodes[0].engine.Audit(ctx, 0); err != nil {
		return err
	} else if err := found.Err(); err != nil {
		return breaks("audit", "the audit of a world at rest says: %v", err)
	}
	for _, a := range b.order {
		if err := a.checkEnd(ctx); err != nil {
			return err
		}
	}
	for _, n := range w.nodes {
		if err := b.compare(ctx, n); err != nil {
			return err
		}
	}
	for name := range b.streams {
		if w.history.Seed%wholeEvery != 0 {
			break
		}
		if err := b.whole(ctx, name); err != nil {
			return err
		}
	}
	if err := b.armings.checkEnd(); err != nil {
		return err
	}
	return b.register.check()
}

// wholeEvery is in one of how many worlds whole streams are verified as an export is; in all, each record is held to the
// one before it.
const wholeEvery = 8

// checkEnd holds an incident's deliveries to its events: what became of each is told, and what was told happened.
func (a *account) checkEnd(ctx context.Context) error {
	w := a.world
	list, err := w.disk.Deliveries(ctx, "incident/"+a.id)
	if err != nil {
		return err
	}
	for _, d := range list {
		if incident.Executed(d.Kind) {
			continue
		}
		if a.calls[d.ID] && a.settled[d.ID] != d.State {
			return breaks("page", "the call %s %s, and the incident knows of %q", d.ID, d.State, a.settled[d.ID])
		}
		if h := w.phone.handed[d.ID]; h == nil {
			return breaks("delivery", "%s is %s, and nobody was given it", d.ID, d.State)
		}
	}
	for id := range a.calls {
		if a.settled[id] == "" {
			return breaks("page", "nobody knows what became of the call %s", id)
		}
	}
	return nil
}
