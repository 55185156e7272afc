// Package outside owns the record of an action that people carried out without a server: what was asked, who signed, what was sent, and what
// came of it. The record proves itself by the plan it names: nothing in it is believed that the plan or a signature can show, so that
// laptops need not trust each other, and the server can take it in later.
package outside

import (
	"fmt"
	"strings"
	"time"

	"tocsin/action"
	"tocsin/action/safe"
	"tocsin/decision"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
)

// Form is the number of the form in which this release writes records.
const Form = 1

// Request is what people are asked to sign.
type Request struct {
	Tocsin   int              `json:"tocsin"` // Form
	ID       string           `json:"id"`     // stands in the message where an incident's would
	Action   string           `json:"action"`
	Decision string           `json:"decision"` // of the plan
	Proposer string           `json:"proposer,omitempty"`
	Opened   time.Time        `json:"opened"`
	Message  decision.Message `json:"message"`         // what is signed, but for the choice
	Facts    *safe.Facts      `json:"facts,omitempty"` // of the Safe, when it was asked; nil if no Safe carries it out
	Nonce    uint64           `json:"nonce,omitzero"`  // of the Safe's transaction
}

// Asking is what a request is made of.
type Asking struct {
	ID       string
	Action   string
	Decision string // empty: the first of the plan that authorises the action
	Proposer string // may be empty
	Facts    *safe.Facts
	Nonce    uint64 // of the Safe's transaction
	Now      time.Time
}

// Ask makes a request. Faults: those of action.Prepare; forbidden if the plan lets nobody decide it, or has an action that is not
// carried out in this way; invalid if what must be known of a Safe is missing.
func Ask(p *plan.Plan, a Asking) (Request, error) {
	d, err := authority(p, a.Action, a.Decision)
	if err != nil {
		return Request{}, err
	}
	r := Request{
		Tocsin: Form, ID: a.ID, Action: a.Action, Decision: d.ID, Proposer: a.Proposer, Opened: a.Now.UTC().Truncate(time.Second), Facts: a.Facts, Nonce: a.Nonce,
	}
	pr, err := r.Prepared(p)
	if err != nil {
		return Request{}, err
	}
	r.Message = decision.Message{
		Chain: pr.Chain, Protocol: p.Protocol, Plan: p.Hash(), Incident: r.ID, Decision: d.ID, Subject: "action " + a.Action,
		Action: pr.Hash, Summary: pr.Words.Sentence, Expires: uint64(r.Opened.Add(decision.Expiry(d)).Unix()),
	}
	return r, nil
}

// authority is the decision that authorises an action.
func authority(p *plan.Plan, act, id string) (*plan.Decision, error) {
	if _, ok := p.Action(act); !ok {
		return nil, fault.New(fault.Forbidden, "The plan declares no action %q.", act).Instead("Only what the plan declares can be sent.")
	}
	list := decision.ForAction(p, act)
	for _, d := range list {
		if id == "" || d.ID == id {
			return d, nil
		}
	}
	if id != "" {
		return nil, fault.New(fault.Forbidden, "The decision %q of the plan does not authorise the action %q.", id, act)
	}
	return nil, fault.New(fault.Forbidden, "No decision of the plan authorises the action %q, so it can never be sent.", act)
}

// Prepared is what the request's action does, worked out from the plan alone. Faults as for Ask.
func (r Request) Prepared(p *plan.Plan) (action.Prepared, error) {
	pr, err := action.Prepare(p, r.Action)
	if err != nil {
		return pr, err
	}
	switch pr.Kind {
	case action.Call:
		if r.Facts != nil {
			return pr, fault.New(fault.Invalid, "No Safe carries out the action %s, and the request speaks of one.", r.Action)
		}
		return pr, nil
	case action.Safe:
		if r.Facts == nil {
			return pr, fault.New(fault.Invalid, "A Safe carries out the action %s, and nothing says how it stands.", r.Action).Instead("Prepare it with an endpoint of chain %d.", pr.Chain)
		}
		return action.PrepareSafe(p, r.Action, *r.Facts, r.Nonce)
	}
	return pr, Carries(pr)
}

// Carries refuses an action that is not carried out without a server, and says what to do instead. Fault: forbidden.
func Carries(pr action.Prepared) error {
	instead := ""
	switch {
	case pr.Kind == action.Call, pr.Kind == action.Safe:
		return nil
	case pr.Transaction != nil:
		instead = fmt.Sprintf("Nobody needs to sign it: once its decision is met, open %s with age and hand it to any endpoint of chain %d.", pr.Transaction.File, pr.Chain)
	case pr.Status != nil:
		instead = "Only the server's key signs the status file: put up the page at the host of the app."
	case pr.Request != nil:
		instead = fmt.Sprintf("Make the request yourself: %s %s.", pr.Request.Method, pr.Request.URL)
	case len(pr.Together) > 0:
		ids := make([]string, len(pr.Together))
		for i, part := range pr.Together {
			ids[i] = part.Action
		}
		instead = "Carry out each by itself: " + strings.Join(ids, ", ") + "."
	}
	return fault.New(fault.Forbidden, "The action %s is of the kind %q; without a server only calls and transactions of a Safe are sent.", pr.Action, pr.Kind).Instead("%s", instead)
}

// Check proves that a request follows from a plan, word for word. Fault: forbidden, saying what differs.
func (r Request) Check(p *plan.Plan) error {
	if r.Tocsin != Form {
		return fault.New(fault.Invalid, "The request is of form %d, which this release does not read.", r.Tocsin).Instead("Use the release that wrote it.")
	}
	if r.Message.Plan != p.Hash() || r.Message.Protocol != p.Protocol {
		return fault.New(fault.Forbidden, "THE REQUEST IS FOR ANOTHER PLAN: %s, where the folder holds %s.", r.Message.Plan.Hex(), p.Hash().Hex()).
			Instead("Do not sign it. Find out which of the two folders is the plan in force: tocsin trust FILE, with what tocsin adopt export wrote, says so.")
	}
	if len(r.ID) < 8 || len(r.ID) > 64 {
		return fault.New(fault.Invalid, "The request has no id that could be one.")
	}
	if r.Proposer != "" {
		if _, ok := p.Person(r.Proposer); !ok {
			return fault.New(fault.Forbidden, "The request is by %q, whom the plan does not know.", r.Proposer)
		}
	}
	own, err := Ask(p, Asking{ID: r.ID, Action: r.Action, Decision: r.Decision, Proposer: r.Proposer, Facts: r.Facts, Nonce: r.Nonce, Now: r.Opened})
	if err != nil {
		return err
	}
	if d := own.Message.Differences(r.Message); len(d) > 0 || r.Message.Choice != "" {
		return fault.New(fault.Forbidden, "THE REQUEST IS NOT WHAT THE PLAN SAYS: %s.", strings.Join(d, "; ")).Instead("Do not sign it; tell the others over a channel you trust.")
	}
	return nil
}

// Expires is until when it can be signed and sent.
func (r Request) Expires() time.Time { return time.Unix(int64(min(r.Message.Expires, 1<<40)), 0).UTC() }

// Hash is the Safe transaction hash that owners sign; false if no Safe carries it out.
func (r Request) Hash(p *plan.Plan) (evm.Hash, bool) {
	pr, err := r.Prepared(p)
	if err != nil || pr.Safe == nil || pr.Safe.Transaction == nil {
		return evm.Hash{}, false
	}
	return pr.Safe.Hashes.Hash, true
}

// Record is a request, and all that has followed from it.
type Record struct {
	Request
	Answers []Answer  `json:"answers,omitempty"`
	Anyway  *Anyway   `json:"anyway,omitempty"`
	Order   *Order    `json:"order,omitempty"`
	Sends   []Send    `json:"sends,omitempty"` // the same nonce of the same account but where it is said why not: at most one can land
	Landed  *Landing  `json:"landed,omitempty"`
	Got     string    `json:"got,omitempty"` // what the effect's reading answered last
	Block   uint64    `json:"block,omitempty"`
	Ended   time.Time `json:"ended,omitzero"`
	State   string    `json:"state"` // as of an incident's action; empty until it is ordered
	Say     string    `json:"say,omitempty"`
}

// Anyway is why a transaction was sent that the Safe's owners suffice for and the plan's approvers do not.
type Anyway struct {
	Person string    `json:"person"`
	Why    string    `json:"why"`
	At     time.Time `json:"at"`
}

// Order is what settles that it is sent.
type Order struct {
	At    time.Time   `json:"at"`
	Facts *safe.Facts `json:"facts,omitempty"` // of the Safe, read again just before
	Said  safe.Said   `json:"said,omitzero"`
}

// Send is one signed transaction.
type Send struct {
	Hash  evm.Hash    `json:"hash"`
	Raw   []byte      `json:"raw"`
	From  evm.Address `json:"from"`
	Nonce uint64      `json:"nonce"`
	At    time.Time   `json:"at"`
	Void  string      `json:"void,omitempty"` // why none of the earlier ones can land any more
}

// Landing is where a transaction landed, as the machine that sent it saw it.
type Landing struct {
	Tx        evm.Hash  `json:"tx"`
	Block     uint64    `json:"block"`
	BlockHash evm.Hash  `json:"block_hash"`
	Status    uint64    `json:"status"`
	At        time.Time `json:"at"`
}

// Over reports whether nothing more will come of it.
func (r *Record) Over() bool { return r.State == Verified || r.State == Unneeded || r.State == Failed }

// The states in which a record is over.
const (
	Verified = "verified"
	Unneeded = "unneeded"
	Failed   = "failed"
)

// Deed is the transaction that carries it out: the call itself, or the Safe's execTransaction with the signatures that count.
func (r *Record) Deed(p *plan.Plan) (action.Prepared, error) {
	pr, err := r.Prepared(p)
	if err != nil || pr.Kind == action.Call {
		return pr, err
	}
	if r.Order == nil || r.Order.Facts == nil {
		return pr, fmt.Errorf("make the Safe's transaction: nothing was read of the Safe before it was sent")
	}
	signatures, err := r.count(pr, *r.Order.Facts, r.Order.Said).Encode()
	if err != nil {
		return pr, err
	}
	tx := *pr.Safe.Transaction
	data, err := tx.ExecTransaction(signatures)
	if err != nil {
		return pr, err
	}
	deed := pr
	deed.Kind, deed.To, deed.Value, deed.Data, deed.Safe = action.Call, tx.Safe, nothing(), data, nil
	deed.Function, deed.Args = "execTransaction", nil
	return deed, nil
}
