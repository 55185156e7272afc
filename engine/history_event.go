package engine

import (
	"slices"

	"tocsin/decision"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/journal"
)

// The kinds of events of a plan's stream.
const (
	kindPinned   = "plan-pinned"
	kindProposed = "plan-proposed"
	kindAnswered = "plan-answered"
	kindAdopted  = "plan-adopted"
	kindRead     = "plan-read"
)

// planKindVersion is the version of all of them.
const planKindVersion = 1

// eventPinned is the adoption of the first plan: whoever starts the server vouches for it.
type eventPinned struct {
	Hash    evm.Hash `json:"hash"`
	Version string   `json:"version"`
}

// eventProposed says that a newer plan is to come into force.
type eventProposed struct {
	Hash    evm.Hash         `json:"hash"`
	Version string           `json:"version"`
	Message decision.Message `json:"message"` // what is signed, but for the choice
}

// eventAnswered is a person's signed answer to a proposal.
type eventAnswered struct {
	Proposal uint64          `json:"proposal"` // number of its event
	Answer   decision.Signed `json:"answer"`
}

// eventAdopted brings a plan into force. It carries all that proves it.
type eventAdopted struct {
	Proposal uint64            `json:"proposal"`
	Hash     evm.Hash          `json:"hash"`
	Version  string            `json:"version"`
	Adoption decision.Adoption `json:"adoption"`
}

// eventRead is a person's word that they have read a plan.
type eventRead struct {
	Hash   evm.Hash `json:"hash"`
	Person string   `json:"person"`
}

// apply puts one event into the history, if it holds.
func (h *History) apply(r journal.Record, find plans) error {
	env, err := openEvent(r, nil)
	if err != nil {
		return h.broken(err)
	}
	if env.KindV != planKindVersion || !slices.Contains([]string{kindPinned, kindProposed, kindAnswered, kindAdopted, kindRead}, env.Kind) {
		return fault.New(fault.Unavailable, "The record of the plan of %q holds an event %q of a newer release.", h.Protocol, env.Kind).Instead("Use a node of that release.")
	}
	if r.Stream != kindPlan+"/"+h.Protocol {
		return h.broken(fault.New(fault.Invalid, "It is that of %q.", r.Stream))
	}
	if (env.Kind == kindPinned) != (env.Seq == 1) {
		return h.broken(fault.New(fault.Invalid, "Event %d is %s: a plan is pinned once, at the beginning.", env.Seq, env.Kind))
	}
	switch env.Kind {
	case kindPinned:
		err = h.applyPinned(r, find)
	case kindProposed:
		err = h.applyProposed(r, find)
	case kindAnswered:
		err = h.applyAnswered(r)
	case kindAdopted:
		err = h.applyAdopted(r, find)
	case kindRead:
		var ev eventRead
		if _, err = openEvent(r, &ev); err == nil && !h.HasRead(ev.Hash, ev.Person) {
			h.reads[ev.Hash] = append(h.reads[ev.Hash], Reading{Person: ev.Person, At: env.At})
		}
	}
	if err == nil || fault.CodeOf(err) == fault.Internal { // the database did not answer: that says nothing about the record
		return err
	}
	return h.broken(fault.New(fault.Invalid, "Event %d, %s: %s", env.Seq, env.Kind, fault.Sentence(err)).Because(err))
}

// openEvent reads an event; one that cannot be read is a fault.
func openEvent(r journal.Record, into any) (journal.Envelope, error) {
	env, err := r.Open(into)
	if err != nil {
		return env, fault.New(fault.Invalid, "It cannot be read.").Because(err)
	}
	return env, nil
}

func (h *History) applyPinned(r journal.Record, find plans) error {
	var ev eventPinned
	env, err := openEvent(r, &ev)
	if err != nil {
		return err
	}
	return h.enthrone(Reign{Number: 1, Hash: ev.Hash, Version: ev.Version, Since: env.At}, find)
}

func (h *History) applyProposed(r journal.Record, find plans) error {
	var ev eventProposed
	env, err := openEvent(r, &ev)
	if err != nil {
		return err
	}
	x := Proposed{ID: env.Seq, Hash: ev.Hash, Version: ev.Version, At: env.At, State: ProposalOpen, Adoption: decision.Adoption{Message: ev.Message}}
	if _, err := x.Adoption.Consider(h.inForce, ev.Hash, len(h.Reigns)+1); err != nil {
		return err
	}
	if _, err := find(ev.Hash); err != nil {
		return err
	}
	for i := range h.Proposals {
		if p := &h.Proposals[i]; p.Hash == ev.Hash && p.State == ProposalOpen {
			p.State = ProposalOvertaken
		}
	}
	h.Proposals = append(h.Proposals, x)
	return nil
}

func (h *History) applyAnswered(r journal.Record) error {
	var ev eventAnswered
	if _, err := openEvent(r, &ev); err != nil {
		return err
	}
	x := h.proposal(ev.Proposal)
	if x == nil || x.State != ProposalOpen {
		return fault.New(fault.Invalid, "It answers a proposal that is not open.")
	}
	x.Adoption.Answers = append(slices.Clone(x.Adoption.Answers), ev.Answer)
	_, err := x.Adoption.Consider(h.inForce, x.Hash, len(h.Reigns)+1)
	return err
}

func (h *History) applyAdopted(r journal.Record, find plans) error {
	var ev eventAdopted
	env, err := openEvent(r, &ev)
	if err != nil {
		return err
	}
	x := h.proposal(ev.Proposal)
	if x == nil || x.State != ProposalOpen || x.Hash != ev.Hash {
		return fault.New(fault.Invalid, "It adopts a plan that is not proposed.")
	}
	number := len(h.Reigns) + 1
	if err := ev.Adoption.Verify(h.inForce, ev.Hash, number, env.At); err != nil {
		return err
	}
	x.State, x.Adoption = ProposalAdopted, ev.Adoption
	for i := range h.Proposals {
		if p := &h.Proposals[i]; p.State == ProposalOpen {
			p.State = ProposalOvertaken // what was signed for it names the plan that is no longer in force
		}
	}
	return h.enthrone(Reign{Number: number, Hash: ev.Hash, Version: ev.Version, Since: env.At, Adoption: &ev.Adoption}, find)
}

// enthrone brings a plan into force.
func (h *History) enthrone(g Reign, find plans) error {
	p, err := find(g.Hash)
	if err != nil {
		return err
	}
	if p.Protocol != h.Protocol {
		return fault.New(fault.Invalid, "The plan %s is of %q.", g.Hash.Hex(), p.Protocol)
	}
	h.Reigns, h.inForce = append(h.Reigns, g), p
	return nil
}
