package engine

import (
	"context"
	"fmt"
	"strings"

	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/store"
)

// RedactOrder says which texts about people are to be removed from an incident.
type RedactOrder struct {
	Incident   string
	Containing string // only texts that contain this, such as a name or an address; empty for all, of an incident that is over
	Why        string
	Actor      journal.Actor
}

// Redact removes texts about people from an incident for good: from its record, whose chain of hashes still holds, and from what was
// sent for it. It returns how many texts of the record there were; if there are none, nothing happens.
func (e *Engine) Redact(ctx context.Context, o RedactOrder) (int, error) {
	ent := e.entry(o.Incident)
	ent.mu.Lock()
	defer ent.mu.Unlock()
	texts := 0
	err := e.persist(ctx, func() error {
		v, err := e.refresh(ctx, ent)
		if err != nil {
			return err
		}
		c, next, n, err := e.redaction(ctx, v, o)
		if err != nil || next == nil {
			return err
		}
		if err := e.commit(ctx, c); err != nil {
			return err
		}
		ent.view, texts = next, n
		return nil
	})
	return texts, err
}

// redaction prepares the commit that removes texts, and the view that is left; nil if there is nothing to be removed.
func (e *Engine) redaction(ctx context.Context, v *View, o RedactOrder) (store.Commit, *View, int, error) {
	none := store.Commit{}
	records, err := v.Records(ctx)
	if err != nil {
		return none, nil, 0, err
	}
	if err := journal.Verify(records); err != nil {
		return none, nil, 0, fault.New(fault.Invalid, "The record of incident %s does not hold: %s", o.Incident, fault.Sentence(err)).
			Instead("Nothing is removed from it. Restore the database from a backup that you trust.")
	}
	texts := 0
	var gone []store.Redaction
	for i, r := range records {
		n := 0
		left, err := journal.Redact(r, func(_, value string) bool {
			if value == "" || !strings.Contains(strings.ToLower(value), strings.ToLower(o.Containing)) {
				return false
			}
			n++
			return true
		})
		if err != nil {
			return none, nil, 0, err
		}
		if n > 0 {
			gone = append(gone, store.Redaction{Stream: r.Stream, Seq: r.Seq, Openings: left})
			records[i].Openings, texts = left, texts+n
		}
	}
	if texts == 0 {
		return none, nil, 0, nil
	}
	// What is decided next is decided on what is left.
	clean := &View{State: &incident.State{}, Plan: v.Plan, engine: e, id: v.id}
	if clean, err = clean.after(records); err != nil {
		return none, nil, 0, err
	}
	clean.Plan = v.Plan
	op := incident.OpRedact{Texts: texts, Why: o.Why}
	if o.Containing != "" {
		op.Some = "that somebody asked for"
	}
	c, next, err := e.decide(clean, incident.Command{ID: e.id("cmd"), Actor: o.Actor, Op: op})
	if err != nil {
		return none, nil, 0, err
	}
	c.Redactions = gone
	sent, err := e.store.Deliveries(ctx, stream(v.id))
	if err != nil {
		return none, nil, 0, fmt.Errorf("look up what was sent for incident %s: %w", v.id, err)
	}
	for _, d := range sent {
		if d.Kind != incident.DispatchAction && strings.Contains(strings.ToLower(string(d.Payload)+string(d.Outcome)), strings.ToLower(o.Containing)) {
			c.Forget = append(c.Forget, d.ID)
		}
	}
	return c, next, texts, nil
}
