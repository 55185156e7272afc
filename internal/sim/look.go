package sim

import (
	"context"
	"slices"
	"time"

	"tocsin/engine"
	"tocsin/incident"
)

// lookEvery is how often the Safe is read while its owners are asked.
const lookEvery = 8 * time.Second

// look reads the Safe of a decision and reports what is otherwise than it was, until the decision is over or has been carried out.
func (c *chain) look(ctx context.Context, p engine.Parcel) engine.Outcome {
	done, again := engine.Outcome{State: engine.Landed}, engine.Outcome{State: engine.Again, After: lookEvery}
	v, err := p.View(ctx)
	if err != nil {
		return again
	}
	d := v.State.Decision(p.Dispatch.Decision)
	if d == nil || d.State != incident.Open && d.State != incident.Met || v.State.Phase.Over() {
		return done
	}
	for i := range v.State.Actions {
		switch a := &v.State.Actions[i]; {
		case a.Decision != d.ID:
		case a.State == incident.Verified || a.State == incident.Unneeded:
			return done
		case len(a.Sends) > 0 && a.State != incident.Gone:
			return again
		}
	}
	if facts := c.head().council.facts(c.head()); d.Safe == nil || d.Safe.Facts.Nonce != facts.Nonce || !slices.Equal(d.Safe.Facts.Owners, facts.Owners) {
		c.world.say("reader: %s of %s is at nonce %d", d.ID, p.Incident, facts.Nonce)
		_, _ = p.Do(ctx, incident.OpSafeFacts{Decision: d.ID, Facts: facts})
	}
	return again
}

// unlike is what is to be said before a Safe's transaction is signed that is otherwise than when its owners signed; nil if nothing is.
func (c *chain) unlike(v *engine.View, a *incident.Action) incident.Op {
	gone := func(why string) incident.Op {
		return incident.OpFailed{Action: a.ID, Why: why, Known: len(a.Sends)}
	}
	if v.State.Rejected(a.Decision) != nil {
		return gone("It is being rejected.")
	}
	if a.Prepared.Safe == nil {
		return nil
	}
	d, head := v.State.Decision(a.Decision), c.head()
	facts := head.council.facts(head)
	switch like := d.Safe.Tx.Nonce == facts.Nonce && slices.Equal(d.Safe.Facts.Owners, facts.Owners); {
	case !like && len(a.Sends) == 0:
		return incident.OpSafeFacts{Decision: d.ID, Facts: facts}
	case !like:
		return gone("The Safe is not as it was when it was signed.")
	}
	if trial := head.council; a.Send == nil || !trial.carry(a.Send.Safe) {
		return gone("The Safe would refuse it.")
	}
	return nil
}
