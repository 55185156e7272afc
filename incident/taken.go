package incident

import (
	"fmt"
	"slices"
	"time"

	"tocsin/evm"
	"tocsin/fault"
	"tocsin/outside"
	"tocsin/plan"
)

// OpTakeIn takes the record of an action in that people carried out without the server. Whoever gives it has made sure that the plan it names
// was in force here; everything else is proved again by that plan. A record that the incident holds changes nothing.
type OpTakeIn struct {
	Record outside.Record
	Plan   *plan.Plan // that the record names
	Seen   *SeenLanding
}

// SeenLanding says that a chain was asked whether what a record says of its landing is so, and that it is.
type SeenLanding struct {
	Block uint64   `json:"block"` // of the chain's head
	Hash  evm.Hash `json:"hash"`
}

// EventTakenIn is the record of OpTakeIn.
type EventTakenIn struct {
	Record outside.Record `json:"record"`
	By     string         `json:"by"`
	Seen   *SeenLanding   `json:"seen,omitempty"` // nil: that it landed is what the record claims
}

// TakenIn is an action that was carried out without the server. Its approvals are its own: they count for no decision of the incident.
type TakenIn struct {
	Record outside.Record `json:"record"`
	By     string         `json:"by"`
	At     time.Time      `json:"at"`
	Seen   *SeenLanding   `json:"seen,omitempty"`
}

func (OpTakeIn) op() {}

// Kind names the event.
func (EventTakenIn) Kind() string { return "taken-in" }

// takeIn proves a record anew and takes it in.
func (d *decider) takeIn(op OpTakeIn) error {
	who, err := d.person()
	if err != nil {
		return err
	}
	r := op.Record
	p := op.Plan
	if p == nil {
		p = d.p
	}
	switch {
	case d.s.Exercise != nil:
		return fault.New(fault.Forbidden, "This is an exercise, and the record is of something real.").Instead("Name an incident that is no exercise.")
	case r.Message.Protocol != d.s.Protocol:
		return fault.New(fault.Forbidden, "The record is of the protocol %q, and the incident of %q.", r.Message.Protocol, d.s.Protocol)
	case p.Hash() != r.Message.Plan:
		return fault.New(fault.Forbidden, "The record names the plan %s, and was proved by another.", r.Message.Plan.Hex())
	case d.s.Outside(r.ID) != nil:
		return nil
	}
	if err := r.Verify(p, d.now); err != nil {
		return err
	}
	if err := r.Used(); err != nil {
		return err
	}
	if r.Landed == nil && op.Seen != nil {
		return fault.New(fault.Invalid, "Nothing landed by the record that a chain could have shown.")
	}
	d.emit(EventTakenIn{Record: r, By: who, Seen: op.Seen})
	return nil
}

// Outside is what was taken in under the id of its request; nil if it was not.
func (s *State) Outside(id string) *TakenIn {
	i := slices.IndexFunc(s.TakenIn, func(x TakenIn) bool { return x.Record.ID == id })
	if i < 0 {
		return nil
	}
	return &s.TakenIn[i]
}

// applyTaken applies the event; false if h is another.
func (s *State) applyTaken(h Happened) bool {
	e, ok := h.Event.(EventTakenIn)
	if ok {
		s.TakenIn = append(s.TakenIn, TakenIn{Record: e.Record, By: e.By, At: h.At, Seen: e.Seen})
	}
	return ok
}

// Vouched says how far what the record says of its landing is known.
func (x TakenIn) Vouched() string {
	switch {
	case x.Record.Landed == nil:
		return "Nothing landed."
	case x.Seen == nil:
		return "That it landed is what the record claims; no chain was asked."
	}
	return fmt.Sprintf("The chain shows it, at block %d.", x.Seen.Block)
}

func (e EventTakenIn) describe(p *plan.Plan) string {
	x := TakenIn{Record: e.Record, By: e.By, Seen: e.Seen}
	return fmt.Sprintf("%s took it in from a file: %s %s", NameOf(p, e.By), e.Record.Told(func(id string) string { return NameOf(p, id) }), x.Vouched())
}
