package engine

import (
	"context"
	"fmt"

	"tocsin/fault"
	"tocsin/incident"
	"tocsin/plan"
	"tocsin/store"
)

// openContacts puts the sealed contact details of a plan from the store into it. Without them the plan can be read, and
// whatever calls nobody can be done.
func (e *Engine) openContacts(p *plan.Plan, sp store.Plan) {
	if p.Contacts.File == "" || e.contacts == nil {
		return
	}
	files, err := unzip(sp.Files)
	if err == nil {
		err = e.contacts(p, files)
	}
	if err != nil {
		e.log.Error("contact details stay sealed", "protocol", p.Protocol, "plan", sp.Hash, "say", fault.Sentence(err))
	}
}

// Reachable reports why the people of the plan in force cannot be called by this process: their contact details are sealed
// and it has no key that opens them.
func (e *Engine) Reachable(ctx context.Context, protocol string) error {
	p, err := e.InForce(ctx, protocol)
	if err != nil || p.Contacts.File == "" || p.Contacts.Open {
		return err
	}
	if e.contacts == nil {
		return sealedAway(p)
	}
	sp, err := e.store.Plan(ctx, p.Hash().Hex())
	if err != nil {
		return fmt.Errorf("load plan of %q: %w", protocol, err)
	}
	files, err := unzip(sp.Files)
	if err != nil {
		return fmt.Errorf("read the files of the plan of %q: %w", protocol, err)
	}
	q, err := plan.ParseCanonical(sp.Canonical)
	if err != nil {
		return fmt.Errorf("read the plan of %q: %w", protocol, err)
	}
	return e.contacts(q, files) // once more, for its reason
}

func sealedAway(p *plan.Plan) error {
	return fault.New(fault.Unavailable, "This calls people, and the contact details of %s are sealed.", p.Name).
		Instead("Set TOCSIN_CONTACTS_KEY_FILE to the name of a file with a contacts key, or do it on the console.")
}

// calls refuses events that call people whose contact details are sealed: they would be recorded as people nobody can reach.
func calls(p *plan.Plan, events []incident.Event) error {
	if p.Contacts.File == "" || p.Contacts.Open {
		return nil
	}
	for _, ev := range events {
		switch ev.(type) {
		case incident.EventPageRequested, incident.EventPageEnded:
			return sealedAway(p)
		}
	}
	return nil
}
