package sim

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"tocsin/decision"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/plan"
	"tocsin/store"
)

// check holds what is on the disk to what must be true at every moment.
func (w *World) check(ctx context.Context) error {
	heads, err := w.disk.Heads(ctx, "incident", false)
	if err != nil {
		return err
	}
	for _, h := range heads {
		id := strings.TrimPrefix(h.Stream, "incident/")
		if w.id == "" {
			w.id = id
			w.say("incident %s", id)
		}
		if err := w.checkIncident(ctx, id, h); err != nil {
			return fmt.Errorf("%s: %w", id, err)
		}
	}
	return nil
}

func (w *World) checkIncident(ctx context.Context, id string, h store.Head) error {
	records, err := w.disk.Load(ctx, h.Stream, 0)
	if err != nil {
		return err
	}
	if err := journal.Verify(records); err != nil {
		return err
	}
	var happened []incident.Happened
	for _, r := range records {
		x, err := incident.Decode(r)
		if err != nil {
			return err
		}
		happened = append(happened, x)
	}
	replayed := incident.Replay(happened)
	if !w.dying.dead {
		left := w.dying.left
		w.dying.never() // looking on costs nothing
		v, err := w.engine.View(ctx, id)
		w.dying.left = left
		if err != nil {
			return err
		}
		live, err := json.Marshal(v.State)
		if err != nil {
			return err
		}
		if again, err := json.Marshal(replayed); err != nil || !bytes.Equal(live, again) {
			return fmt.Errorf("the history replays to another state than the one that lives: %w", err)
		}
	}
	if incident.MusterOf(w.plan, replayed, w.now).Short && !replayed.Phase.Over() && h.DueAt.IsZero() {
		return fmt.Errorf("short of people, and never looked at again")
	}
	if err := w.checkOrders(happened); err != nil {
		return err
	}
	return w.checkCalls(ctx, happened)
}

// checkOrders holds each order to the plan, by counting as dumbly as can be.
func (w *World) checkOrders(happened []incident.Happened) error {
	yes := map[string][]string{}
	asked := map[string]string{}
	validated := false
	for _, h := range happened {
		switch e := h.Event.(type) {
		case incident.EventValidated:
			validated = true
		case incident.EventReopened:
			validated = e.Phase == incident.Validated
		case incident.EventDecisionOpened:
			asked[e.ID] = e.Decision
		case incident.EventApproval:
			if e.Approval.Choice == decision.Approve {
				yes[e.Decision] = append(yes[e.Decision], e.Approval.Person)
			}
		case incident.EventActionOrdered:
			d, ok := w.plan.Decision(asked[e.Decision])
			if !ok || !validated || !slices.Contains(d.Actions, e.Action) {
				return fmt.Errorf("%s was ordered without a decision for it", e.ID)
			}
			for _, who := range d.Required {
				instead := slices.ContainsFunc(d.StandIns, func(in plan.StandIn) bool { return in.For == who && slices.Contains(yes[e.Decision], in.Who) })
				if !instead && !slices.Contains(yes[e.Decision], who) {
					return fmt.Errorf("%s was ordered without %s", e.ID, who)
				}
			}
		}
	}
	return nil
}

// checkCalls holds that every call that the history tells of has its delivery, so that none is lost.
func (w *World) checkCalls(ctx context.Context, happened []incident.Happened) error {
	wanted := map[string]bool{}
	for _, h := range happened {
		switch e := h.Event.(type) {
		case incident.EventPageRequested:
			wanted[e.Page] = true
		case incident.EventPageRung:
			delete(wanted, e.Page)
			if _, err := w.disk.Delivery(ctx, e.Delivery); err != nil {
				return fmt.Errorf("call %s has no delivery: %w", e.Delivery, err)
			}
		case incident.EventPageEnded:
			delete(wanted, e.Page)
		}
	}
	for page := range wanted {
		return fmt.Errorf("page %s never rang", page)
	}
	return nil
}

// checkEnd holds the world to what must be true when nothing is under way any more.
func (w *World) checkEnd(ctx context.Context) error {
	lands := map[string]int{}
	for _, tx := range w.chain.landed {
		if lands[tx.action]++; lands[tx.action] > 1 {
			return fmt.Errorf("%s landed twice", tx.action)
		}
	}
	heads, err := w.disk.Heads(ctx, "incident", false)
	if err != nil {
		return err
	}
	found := map[string]int{}
	for _, h := range heads {
		all, err := w.disk.Deliveries(ctx, h.Stream)
		if err != nil {
			return err
		}
		for _, d := range all {
			if d.State == store.Queued && d.NotBefore.Before(w.now.Add(-10e9)) || d.State == store.Sending {
				return fmt.Errorf("delivery %s is %s for ever", d.ID, d.State)
			}
			if d.Kind != incident.DispatchAction && d.State != store.Queued && w.phone.handed[d.ID] == 0 {
				return fmt.Errorf("delivery %s is %s, and nobody was given it", d.ID, d.State)
			}
		}
		v, err := w.engine.View(ctx, strings.TrimPrefix(h.Stream, "incident/"))
		if err != nil {
			return err
		}
		for _, f := range v.State.Findings {
			found[f.ID]++
		}
	}
	for id := range w.seen {
		if found[id] != 1 {
			return fmt.Errorf("finding %s counts %d times", id, found[id])
		}
	}
	return nil
}
