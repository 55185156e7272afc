package incident

import (
	"tocsin/action/safe"
	"tocsin/evm"
	"tocsin/journal"
)

// OpSafeFacts reports what a chain says of the Safe of a decision, at one block, and who has approved on the chain what was asked last.
type OpSafeFacts struct {
	Decision string // of the incident
	Facts    safe.Facts
	Approved []evm.Address // owners who approved the hash asked last, by approveHash
}

// OpSafeUnread says why the Safe of a decision could not be read, as long as it has not been.
type OpSafeUnread struct{ Decision, Why string }

// OpSendAnyway has what a Safe's owners have signed sent although the plan's rule is not met.
type OpSendAnyway struct{ Decision, Why string }

// The events of Safes.
type (
	// EventSafeAsked says what the owners of the Safe are asked to sign.
	EventSafeAsked struct {
		Decision string           `json:"decision"`
		Number   int              `json:"number"` // of the asking, from 1
		Facts    safe.Facts       `json:"facts"`
		Tx       safe.Transaction `json:"tx"`
		Hashes   safe.Hashes      `json:"hashes"`
		Warnings []string         `json:"warnings,omitempty"`
		Why      string           `json:"why,omitempty"`  // what is otherwise than when it was asked before
		Void     []string         `json:"void,omitempty"` // persons whose signatures no longer count
	}
	// EventSafeUnread says why nobody can be asked.
	EventSafeUnread struct {
		Decision string `json:"decision"`
		Why      string `json:"why"`
	}
	// EventSentAnyway says that somebody has it sent although the plan's rule is not met. Everybody is told.
	EventSentAnyway struct {
		Decision string           `json:"decision"`
		By       string           `json:"by"`
		Why      journal.Personal `json:"why"`
		Calls    []Ring           `json:"calls,omitempty"`
	}
)

func (OpSafeFacts) op()  {}
func (OpSafeUnread) op() {}
func (OpSendAnyway) op() {}

func (EventSafeAsked) Kind() string  { return "safe-asked" }
func (EventSafeUnread) Kind() string { return "safe-unread" }
func (EventSentAnyway) Kind() string { return "sent-anyway" }

// Dispatches of what is told to everybody.
const (
	DispatchLook   = "look"   // reads the Safe of a decision, which enters as OpSafeFacts
	DispatchNotice = "notice" // tells somebody what was done with a decision
)

// Executed reports whether dispatches of a kind are carried by the executor, which reports on them by commands of its own.
func Executed(kind string) bool { return kind == DispatchAction || kind == DispatchLook }

// Messages lists the kinds of dispatches that go to people, over channels.
func Messages() []string {
	return []string{DispatchPage, DispatchReminder, DispatchOverdue, DispatchUpdate, DispatchAlarm, DispatchNotice, DispatchWord}
}
