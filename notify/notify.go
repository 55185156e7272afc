// Package notify owns the contract of a channel: a way to carry one message to one place.
package notify

import (
	"context"
	"time"

	"tocsin/calendar"
)

// Message is what is carried. It holds all that any channel needs; a channel uses what it can show.
type Message struct {
	Key      string // idempotency key: the same for each try of the same message
	To       string // address in the channel's own form
	ToName   string // who that is, for a salutation
	Subject  string // one line
	Body     string // plain text; lines of any length
	Link     string // where to act on it; empty for none
	LinkText string // what the link does
	Exercise bool   // the message says EXERCISE
	Urgent   bool
	At       time.Time

	// Entry is for the recipient's calendar; nil for none. A channel that cannot carry it leaves it out: the body says the same.
	Entry *calendar.Entry
}

// Outcome is what became of a message. Unknown means that it was sent and nobody knows whether it arrived.
type Outcome struct {
	State string // landed, failed, unknown
	ID    string // the channel's own id of the message, if it gives one
	Say   string // what happened, for people; no secrets
	Retry bool   // failed, but worth trying again
}

// The states of an outcome.
const (
	Landed  = "landed"
	Failed  = "failed"
	Unknown = "unknown"
)

// Channel carries messages. Send returns when the message is handed over or ctx ends; it never panics and never puts a
// secret into its outcome.
type Channel interface {
	Kind() string // as plans write it: email, terminal, …
	Send(ctx context.Context, m Message) Outcome
}
