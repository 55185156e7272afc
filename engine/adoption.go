package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"tocsin/decision"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
	"tocsin/store"
)

// planEntry is what is known of the record of a protocol's plan.
type planEntry struct {
	mu      sync.Mutex
	history *History
	said    uint64 // version of the record that was last said not to hold
}

// History returns the record of a protocol's plan, proven from the first event on. A fault of code not_found says that no
// plan is in force; invalid, that the record does not hold. A process that has seen a record that held goes on by that: what
// somebody puts behind it changes nothing, and does not stop people from responding.
func (e *Engine) History(ctx context.Context, protocol string) (*History, error) {
	e.mu.Lock()
	ent := e.records[protocol]
	if ent == nil {
		ent = &planEntry{}
		e.records[protocol] = ent
	}
	e.mu.Unlock()
	ent.mu.Lock()
	defer ent.mu.Unlock()
	known := ent.history
	if known == nil {
		known = &History{Protocol: protocol}
	}
	var records []journal.Record
	var err error
	if known.version() == 0 {
		records, err = e.planRecords(ctx, protocol)
	} else {
		records, err = e.store.Load(ctx, kindPlan+"/"+protocol, known.version())
	}
	if err != nil {
		return nil, err
	}
	if len(records) == 0 {
		return known, nil
	}
	next, err := known.read(records, func(hash evm.Hash) (*plan.Plan, error) { return e.planByHash(ctx, hash.Hex()) })
	if err == nil {
		ent.history = next
		return next, nil
	}
	if known.version() == 0 || !fault.Is(err, fault.Invalid) {
		return nil, err
	}
	if last := records[len(records)-1].Seq; last != ent.said {
		ent.said = last
		e.log.Error("the record of the plan does not hold; the plan that was in force before stays so", "protocol", protocol, "err", err)
	}
	return known, nil
}

// planRecords loads the whole record of a protocol's plan. A fault of code not_found says that there is none; invalid, that events
// are missing at its end.
func (e *Engine) planRecords(ctx context.Context, protocol string) ([]journal.Record, error) {
	name := kindPlan + "/" + protocol
	head, err := e.store.Head(ctx, name)
	if isNotFound(err) {
		return nil, fault.New(fault.NotFound, "No plan of %q is in force.", protocol).Instead("Start the server with its plan folder first.")
	}
	if err != nil {
		return nil, fmt.Errorf("look at the plan's record: %w", err)
	}
	records, err := e.store.Load(ctx, name, 0)
	if err != nil {
		return nil, fmt.Errorf("load the plan's record: %w", err)
	}
	if n := uint64(len(records)); n < head.Version {
		return nil, (&History{Protocol: protocol}).broken(fault.New(fault.Invalid, "It has %d events, where %d were written.", n, head.Version))
	}
	return records, nil
}

// planEvent is an event to be appended to a plan's stream.
type planEvent struct {
	kind string
	data any
}

// append adds events to a plan's record and returns what it says then. The store's ErrConflict says that somebody else was first.
func (e *Engine) append(ctx context.Context, h *History, actor journal.Actor, events ...planEvent) (*History, error) {
	name := kindPlan + "/" + h.Protocol
	now := e.now()
	if now.Before(h.last()) {
		now = h.last()
	}
	actor.Node = e.node
	prev, seq := h.head(), h.version()
	var records []journal.Record
	for _, ev := range events {
		seq++
		r, err := journal.Seal(prev, journal.Envelope{Stream: name, Seq: seq, Kind: ev.kind, KindV: planKindVersion, At: now, Actor: actor}, ev.data, e.salt)
		if err != nil {
			return nil, fmt.Errorf("seal %s: %w", ev.kind, err)
		}
		records, prev = append(records, r), r.Hash
	}
	// What this release would not accept from the store, it does not write.
	next, err := h.read(records, func(hash evm.Hash) (*plan.Plan, error) { return e.planByHash(ctx, hash.Hex()) })
	if err != nil {
		return nil, err
	}
	c := store.Commit{Appends: []store.Append{{Stream: name, Expect: h.version(), Kind: kindPlan, Protocol: h.Protocol, Records: records, Open: true}}}
	if err := e.commit(ctx, c); err != nil {
		return nil, err
	}
	return next, nil
}

// change appends what decide wants to a plan's record, and asks again if somebody else was first. Deciding on nothing changes nothing.
func (e *Engine) change(ctx context.Context, protocol string, actor journal.Actor, decide func(*History) ([]planEvent, error)) (*History, error) {
	for {
		h, err := e.History(ctx, protocol)
		if err != nil {
			return nil, err
		}
		events, err := decide(h)
		if err != nil || len(events) == 0 {
			return h, err
		}
		next, err := e.append(ctx, h, actor, events...)
		if isConflict(err) {
			if again, loadErr := e.History(ctx, protocol); loadErr == nil && again.version() == h.version() {
				return nil, fault.New(fault.Invalid, "The record of the plan of %q holds events that do not follow from it.", protocol).
					Instead("Somebody may have tampered with the database; restore it from a backup that you trust.").Because(err)
			}
			continue
		}
		return next, err
	}
}

// PlanProposal is a newer plan that somebody wants in force.
type PlanProposal struct {
	Plan     *plan.Plan
	Files    map[string][]byte // of its folder
	Decision string            // that adopts it; empty: the first of the plan in force that can be met
	Proposer string            // person; may be empty
	Summary  string            // what changes, for the message that is signed
}

// Propose keeps a newer plan and asks for its adoption. If it is proposed already and can still be signed, that proposal is returned.
// Faults are those of decision.Proposal; not_found if the protocol has no plan in force.
func (e *Engine) Propose(ctx context.Context, x PlanProposal) (*Proposed, error) {
	if _, err := e.History(ctx, x.Plan.Protocol); err != nil {
		return nil, e.otherProtocol(ctx, x.Plan.Protocol, err)
	}
	hash := x.Plan.Hash()
	var found uint64
	actor := journal.Actor{Kind: journal.System, Via: "data-folder"}
	if x.Proposer != "" {
		actor = journal.Actor{Kind: journal.Person, ID: x.Proposer, Via: "data-folder"}
	}
	h, err := e.change(ctx, x.Plan.Protocol, actor, func(h *History) ([]planEvent, error) {
		now := e.now()
		a, err := decision.Proposal{
			InForce: h.Plan(), Next: x.Plan, Number: len(h.Reigns) + 1, Decision: x.Decision, Proposer: x.Proposer, Summary: x.Summary, Opened: now,
		}.Adoption()
		if err != nil {
			return nil, err
		}
		found = 0
		for _, p := range h.Open(now) {
			if p.Hash == hash && (x.Decision == "" || p.Adoption.Message.Decision == x.Decision) {
				found = p.ID
				return nil, nil
			}
		}
		zipped, err := zipFiles(x.Files)
		if err != nil {
			return nil, err
		}
		sp := store.Plan{Hash: hash.Hex(), Protocol: x.Plan.Protocol, Canonical: x.Plan.Canonical(), Files: zipped, Stored: now}
		if err := e.store.PutPlan(ctx, sp); err != nil {
			return nil, fmt.Errorf("keep plan: %w", err)
		}
		return []planEvent{{kindProposed, eventProposed{Hash: hash, Version: x.Plan.Version, Message: a.Message}}}, nil
	})
	if err != nil {
		return nil, err
	}
	if found != 0 {
		return h.proposal(found), nil
	}
	return &h.Proposals[len(h.Proposals)-1], nil
}

// otherProtocol explains why there is nothing that a plan of a protocol could replace.
func (e *Engine) otherProtocol(ctx context.Context, protocol string, err error) error {
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	ids, listErr := e.Protocols(ctx)
	if listErr != nil || len(ids) == 0 {
		return err
	}
	return fault.New(fault.Invalid, "This is a plan of %q; the data folder holds the plan of %s.", protocol, strings.Join(ids, ", ")).
		Instead("A plan is replaced by a newer plan of the same protocol.")
}

// Answer hands in a signed answer to a proposal. Whose it is follows from the signature. If the answers then suffice, the plan is
// in force from that moment: State of the result says so.
func (e *Engine) Answer(ctx context.Context, protocol string, proposal uint64, choice string, signature []byte) (*Proposed, error) {
	h, err := e.change(ctx, protocol, journal.Actor{Kind: journal.Person, Via: "signature"}, func(h *History) ([]planEvent, error) {
		now := e.now()
		if now.Before(h.last()) {
			now = h.last()
		}
		x := h.proposal(proposal)
		switch {
		case x == nil:
			return nil, fault.New(fault.NotFound, "There is no proposal %d.", proposal)
		case x.State == ProposalAdopted:
			return nil, fault.New(fault.Conflict, "This plan has been adopted; nothing is to be signed.")
		case x.State != ProposalOpen:
			return nil, fault.New(fault.Conflict, "Another plan has come into force since; what was proposed before it is void.").Instead("Propose the plan again.")
		}
		s, err := x.Adoption.Accept(h.Plan(), choice, signature, now)
		if err != nil {
			return nil, err
		}
		events := []planEvent{{kindAnswered, eventAnswered{Proposal: x.ID, Answer: s}}}
		a := x.Adoption
		a.Answers = append(slices.Clone(a.Answers), s)
		if a.Status(h.Plan(), now).State == decision.Met {
			events = append(events, planEvent{kindAdopted, eventAdopted{Proposal: x.ID, Hash: x.Hash, Version: x.Version, Adoption: a}})
		}
		return events, nil
	})
	if err != nil {
		return nil, err
	}
	return h.proposal(proposal), nil
}

// ConfirmRead records that a person has read the plan in force. A fault of code conflict says that another one is in force.
func (e *Engine) ConfirmRead(ctx context.Context, protocol string, actor journal.Actor, hash evm.Hash) error {
	_, err := e.change(ctx, protocol, actor, func(h *History) ([]planEvent, error) {
		if h.InForce().Hash != hash {
			return nil, fault.New(fault.Conflict, "Another version of the plan is in force.").Instead("Read that one, and say so then.")
		}
		if _, ok := h.Plan().Person(actor.ID); !ok {
			return nil, fault.New(fault.Forbidden, "The plan in force names no person %q.", actor.ID)
		}
		if h.HasRead(hash, actor.ID) {
			return nil, nil
		}
		return []planEvent{{kindRead, eventRead{Hash: hash, Person: actor.ID}}}, nil
	})
	return err
}
