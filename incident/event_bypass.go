package incident

import (
	"time"

	"tocsin/decision"
	"tocsin/evm"
	"tocsin/journal"
)

// OpWithdraw takes back what was asked for, before anything was sent for it. Whoever proposed it may, whoever approved it, and the
// incident manager.
type OpWithdraw struct{ Decision, Why string }

// OpAttest says what an approver answered by word of mouth, after they were called back.
type OpAttest struct {
	Decision string
	Person   string // whose answer it is
	Choice   string
	Came     string // kind of contact, or anything else, over which it came: "email", "letter"
	How      string // kind of contact of the plan over which they were called back
	Words    string // what they said
}

// OpDeny says that the person who acts never said what was attested.
type OpDeny struct{ Decision string }

// OpOverride decides without the approvers, where the plan lets the person who acts do so; Signature is over OverrideOf.
type OpOverride struct {
	Decision  string
	Why       string
	Signature []byte
	Fact      *decision.ContractFact // as of OpApprove
}

// Attestation is how an approval came that its giver did not sign.
type Attestation struct {
	By    string           `json:"by"`
	Came  string           `json:"came"`
	How   string           `json:"how"`
	Words journal.Personal `json:"words"`
	Until time.Time        `json:"until"` // how long it stands
}

// Overriding is one person's signature under an override.
type Overriding struct {
	Person    string           `json:"person"`
	Why       journal.Personal `json:"why"`
	Signer    evm.Address      `json:"signer"`
	Signature []byte           `json:"signature"`
	At        time.Time        `json:"at"`

	Fact *decision.ContractFact `json:"fact,omitempty"` // of a contract
	Void string                 `json:"void,omitempty"` // why it does not count any more
}

// Withdrawal says who took back what was asked for.
type Withdrawal struct {
	By  string           `json:"by"`
	Why journal.Personal `json:"why"`
}

// FormAttested is the form of an approval that somebody attests.
const FormAttested = "attested"

// The events of decisions taken otherwise than by those who are asked.
type (
	// EventWithdrawn takes back what was asked for; it is not asked for again unless somebody proposes it.
	EventWithdrawn struct {
		Decision string           `json:"decision"`
		By       string           `json:"by"`
		Why      journal.Personal `json:"why"`
		Calls    []Ring           `json:"calls,omitempty"`
	}
	// EventDenied says that a person never said what was attested of them.
	EventDenied struct {
		Decision string `json:"decision"`
		Person   string `json:"person"`
		Attester string `json:"attester"`
		Came     string `json:"came"`
		Calls    []Ring `json:"calls,omitempty"`
	}
	// EventOverride is one person's signature under an override.
	EventOverride struct {
		Decision string     `json:"decision"`
		Override Overriding `json:"override"`
		Calls    []Ring     `json:"calls,omitempty"`
	}
)

func (OpWithdraw) op() {}
func (OpAttest) op()   {}
func (OpDeny) op()     {}
func (OpOverride) op() {}

func (EventWithdrawn) Kind() string { return "decision-withdrawn" }
func (EventDenied) Kind() string    { return "approval-denied" }
func (EventOverride) Kind() string  { return "override" }
