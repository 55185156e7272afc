package incident

import (
	"time"

	"tocsin/action"
	"tocsin/action/safe"
	"tocsin/decision"
	"tocsin/evm"
	"tocsin/journal"
)

// Decision is one asking of a decision of the plan.
type Decision struct {
	ID        string           `json:"id"`
	Decision  string           `json:"decision"` // id in the plan
	Subject   Subject          `json:"subject"`
	Message   decision.Message `json:"message"` // what is signed, but for the choice
	Prepared  *action.Prepared `json:"prepared,omitempty"`
	Text      string           `json:"text,omitempty"` // of an update
	Why       journal.Personal `json:"why,omitzero"`   // why a rejection is asked for
	Proposer  string           `json:"proposer,omitempty"`
	Opened    time.Time        `json:"opened"`
	Expires   time.Time        `json:"expires"`
	Approvals []Approval       `json:"approvals,omitempty"`
	State     string           `json:"state"` // open, met, refused, expired, withdrawn
	Settled   time.Time        `json:"settled,omitzero"`

	OutOfReach time.Time `json:"out_of_reach,omitzero"` // since when those who may still come cannot meet it

	// Of an action of a Safe.
	Safe   *Asking `json:"safe,omitempty"`   // what its owners are asked to sign; nil until the chain has been read
	Nonce  *uint64 `json:"nonce,omitempty"`  // of the Safe, where it is not the next one
	Unread string  `json:"unread,omitempty"` // why the Safe cannot be read
	Anyway *Anyway `json:"anyway,omitempty"` // somebody has it sent although the plan's rule is not met

	Armed   *decision.Arming `json:"armed,omitempty"`   // it was signed in advance, and nobody was asked
	Finding string           `json:"finding,omitempty"` // by which it was done then

	Round int `json:"round,omitempty"` // how often it was open again after it had been met

	Overrides []Overriding `json:"overrides,omitempty"` // by those who may decide it without the approvers
	Withdrawn *Withdrawal  `json:"withdrawn,omitempty"` // by a person: it is not asked for again by itself
}

// The states of a decision.
const (
	Open      = "open"
	Met       = "met"
	Refused   = "refused"
	Expired   = "expired"
	Withdrawn = "withdrawn"
)

// Subject is what a decision authorises.
type Subject struct {
	Kind string `json:"kind"`           // action, step, update, rejection
	Ref  string `json:"ref"`            // id in the plan, of the update, or of the decision that is rejected
	Step string `json:"step,omitempty"` // step it belongs to
}

// Approval is one person's signed yes or no.
type Approval struct {
	Person    string      `json:"person"`
	Choice    string      `json:"choice"`    // decision.Approve or decision.Refuse
	Signer    evm.Address `json:"signer"`    // as decision.SignerOf names it
	Signature []byte      `json:"signature"` // of the message; empty in any other form
	At        time.Time   `json:"at"`

	Form   string    `json:"form,omitempty"`   // what was signed: the message if empty, FormSafe, FormAttested
	Kind   safe.Kind `json:"kind,omitempty"`   // of a Safe's signature
	Hash   evm.Hash  `json:"hash,omitzero"`    // that a Safe's signature is of
	Sealed Sealed    `json:"sealed,omitempty"` // a Safe's signature
	Void   string    `json:"void,omitempty"`   // why it does not count any more; empty while it does

	Attested *Attestation `json:"attested,omitempty"` // how it came, if it was not signed
	Denied   bool         `json:"denied,omitempty"`   // its giver says that they never said it

	Fact *decision.ContractFact `json:"fact,omitempty"` // what the contract answered that it is by
}

// Action is one carrying out of an action.
type Action struct {
	ID       string           `json:"id"`
	Action   string           `json:"action"`
	Step     string           `json:"step,omitempty"`
	Decision string           `json:"decision"` // id of the incident's decision
	Prepared *action.Prepared `json:"prepared"`
	Send     *Send            `json:"send,omitempty"`   // what is sent; nil if it is no transaction
	Asking   int              `json:"asking,omitempty"` // of the Safe, under which it was ordered
	Round    int              `json:"round,omitempty"`  // of the decision, in which it was ordered
	State    string           `json:"state"`            // ordered, signed, sent, landed, verified, unneeded, failed
	Ordered  time.Time        `json:"ordered"`
	Sends    []Transaction    `json:"sends,omitempty"` // same nonce: at most one can land
	Fills    []Transaction    `json:"fills,omitempty"` // that do nothing, with nonces before its own that another one left unused
	Waits    string           `json:"waits,omitempty"` // why what was sent does not land; empty if nothing keeps it
	Landed   *Landing         `json:"landed,omitempty"`
	Got      string           `json:"got,omitempty"` // what the effect's reading answered last
	Verified time.Time        `json:"verified,omitzero"`
	Block    uint64           `json:"block,omitempty"` // at which the effect was read
	Say      string           `json:"say,omitempty"`
}

// underWay reports whether the action may still change the world.
func (a *Action) underWay() bool {
	return a.State == Ordered || a.State == Signed || a.State == Sent || a.State == LandedOnce
}

// title is what people call the action.
func (a *Action) title() string {
	if a.Prepared == nil || a.Prepared.Words.Title == "" {
		return a.Action
	}
	return a.Prepared.Words.Title
}

// The states of an action.
const (
	Ordered    = "ordered"
	Signed     = "signed"
	Sent       = "sent"
	LandedOnce = "landed"
	Verified   = "verified"
	Unneeded   = "unneeded" // somebody else's transaction had done it
	Gone       = "failed"
)

// Transaction is a signed transaction, stored before it is first sent.
type Transaction struct {
	Hash  evm.Hash    `json:"hash"`
	Raw   []byte      `json:"raw"`
	From  evm.Address `json:"from"`
	Nonce uint64      `json:"nonce"`
	At    time.Time   `json:"at"`
}

// Landing is where a transaction landed.
type Landing struct {
	Tx        evm.Hash  `json:"tx"`
	Block     uint64    `json:"block"`
	BlockHash evm.Hash  `json:"block_hash"`
	Status    uint64    `json:"status"` // 1 succeeded, 0 failed
	At        time.Time `json:"at"`
}
