package incident

import (
	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
)

// waive says that a communication is not owed. Saying less is harder than saying more: where the severity wants it, it takes two.
func (d *decider) waive(op OpWaive) error {
	who, c, err := d.communication(op.Communication)
	if err != nil {
		return err
	}
	why, err := words(op.Why, "reason", true)
	if err != nil {
		return err
	}
	if !d.s.wants(c) {
		return fault.New(fault.Conflict, "%s is waived already.", c.Name)
	}
	both, err := d.needSecond(whatWaive, who, why, c.ID)
	if err != nil || !both {
		return err
	}
	d.emit(EventWaived{Communication: c.ID, By: who, Why: journal.Personal(why)})
	d.endUpdates("It was waived.", func(x plan.Communication) bool { return x.ID == c.ID })
	return nil
}

func (d *decider) reinstate(op OpReinstate) error {
	who, c, err := d.communication(op.Communication)
	if err != nil {
		return err
	}
	why, err := words(op.Why, "reason", false)
	if err != nil {
		return err
	}
	if d.s.wants(c) {
		return fault.New(fault.Conflict, "%s is not waived.", c.Name)
	}
	d.emit(EventReinstated{Communication: c.ID, By: who, Why: journal.Personal(why)})
	d.oweAnew()
	return nil
}

// communication is one of the plan that a responder speaks of.
func (d *decider) communication(id string) (string, plan.Communication, error) {
	who, err := d.responder()
	if err != nil {
		return "", plan.Communication{}, err
	}
	c, ok := d.p.Communication(id)
	if !ok {
		return "", c, fault.New(fault.NotFound, "The plan names no communication %q.", id)
	}
	return who, c, nil
}
