package engine

import (
	"slices"
	"time"

	"tocsin/decision"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
)

// History is the record of one protocol's plan: which was in force since when and by whose signatures, what was proposed, and
// who has read what. It is made of the events of the plan's stream, each of which is proven before it counts:
//
//	plan-pinned ─▶ plan-proposed ─▶ plan-answered … ─▶ plan-adopted ─▶ plan-proposed …
//	                   │                                     ▲
//	                   └ another is adopted: overtaken       └ the answers suffice by the plan that was in force
//
// A History does not change; what comes later gives another one.
type History struct {
	Protocol  string
	Reigns    []Reign    // the plans that were in force, the pinned one first; the last is in force
	Proposals []Proposed // in the order they were made

	records []journal.Record
	reads   map[evm.Hash][]Reading
	inForce *plan.Plan
}

// Reign is a plan's being in force.
type Reign struct {
	Number   int                // from 1, the pinned one
	Hash     evm.Hash           // of the plan
	Version  string             // the team's own
	Since    time.Time          // when it came into force
	Adoption *decision.Adoption // what brought it into force; nil for the pinned one
}

// The states of a proposal.
const (
	ProposalOpen      = "open"
	ProposalAdopted   = "adopted"
	ProposalOvertaken = "overtaken" // another plan came into force; or the same was proposed anew
)

// Proposed is a newer plan that is to come into force.
type Proposed struct {
	ID       uint64 // number of its event
	Hash     evm.Hash
	Version  string
	At       time.Time
	State    string // open, adopted, overtaken; an open one may have expired
	Adoption decision.Adoption
}

// Expired reports whether nobody can sign it any more.
func (x *Proposed) Expired(now time.Time) bool { return !now.Before(x.Adoption.Expires()) }

// Reading is somebody's word that they have read a plan.
type Reading struct {
	Person string    `json:"person"`
	At     time.Time `json:"at"`
}

// InForce is the plan in force, and since when.
func (h *History) InForce() Reign { return h.Reigns[len(h.Reigns)-1] }

// AdoptedBy lists the persons whose approvals brought the plan in force into force; none for the pinned one.
func (h *History) AdoptedBy() []string {
	a := h.InForce().Adoption
	if a == nil || len(h.Reigns) < 2 {
		return nil
	}
	last := map[string]string{}
	var ids []string
	for _, s := range a.Answers {
		if _, seen := last[s.Person]; !seen {
			ids = append(ids, s.Person)
		}
		last[s.Person] = s.Choice
	}
	return slices.DeleteFunc(ids, func(id string) bool { return last[id] != decision.Approve })
}

// Plan is the plan in force.
func (h *History) Plan() *plan.Plan { return h.inForce }

// Read lists who said that they have read a plan, and when.
func (h *History) Read(hash evm.Hash) []Reading { return slices.Clone(h.reads[hash]) }

// HasRead reports whether somebody said that they have read a plan.
func (h *History) HasRead(hash evm.Hash, person string) bool {
	return slices.ContainsFunc(h.reads[hash], func(r Reading) bool { return r.Person == person })
}

// Open lists the proposals that can still be signed, the newest first.
func (h *History) Open(now time.Time) []Proposed {
	var list []Proposed
	for _, x := range slices.Backward(h.Proposals) {
		if x.State == ProposalOpen && !x.Expired(now) {
			list = append(list, x)
		}
	}
	return list
}

// version is the number of the last event.
func (h *History) version() uint64 { return uint64(len(h.records)) }

// head is the hash of the last event.
func (h *History) head() [32]byte {
	if len(h.records) == 0 {
		return [32]byte{}
	}
	return h.records[len(h.records)-1].Hash
}

// last is when the last event happened.
func (h *History) last() time.Time {
	if len(h.records) == 0 {
		return time.Time{}
	}
	return h.records[len(h.records)-1].At
}

// proposal finds the proposal with a number.
func (h *History) proposal(id uint64) *Proposed {
	for i := range h.Proposals {
		if h.Proposals[i].ID == id {
			return &h.Proposals[i]
		}
	}
	return nil
}

// next is a copy that further events may be put into.
func (h *History) next() *History {
	n := *h
	n.Reigns, n.Proposals, n.records = slices.Clone(h.Reigns), slices.Clone(h.Proposals), slices.Clone(h.records)
	n.reads = make(map[evm.Hash][]Reading, len(h.reads))
	for hash, list := range h.reads {
		n.reads[hash] = slices.Clone(list)
	}
	return &n
}

// plans finds a plan by its hash. What it answers must have that hash.
type plans func(hash evm.Hash) (*plan.Plan, error)

// read makes the history that results when records follow. Whatever does not hold is a fault of code invalid that says which
// event, and in what; an event of a newer release is one of code unavailable.
func (h *History) read(records []journal.Record, find plans) (*History, error) {
	n := h.next()
	all := append(n.records, records...)
	if err := journal.Verify(all); err != nil {
		return nil, n.broken(err)
	}
	for _, r := range records {
		n.records = append(n.records, r)
		if err := n.apply(r, find); err != nil {
			return nil, err
		}
	}
	if len(n.Reigns) == 0 {
		return nil, n.broken(fault.New(fault.Invalid, "It does not say which plan came first."))
	}
	return n, nil
}

// broken says that the record cannot be relied on.
func (h *History) broken(err error) error {
	if fault.Is(err, fault.Unavailable) {
		return err
	}
	return fault.New(fault.Invalid, "The record of the plan of %q does not hold: %s", h.Protocol, fault.Sentence(err)).
		Instead("Somebody may have tampered with the database. Nothing is done by it; restore it from a backup that you trust.").Because(err)
}
