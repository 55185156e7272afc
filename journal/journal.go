// Package journal owns the record of what happened: the envelope around each event, the hash chain per stream, salted
// commitments to personal fields, the export format and its offline verification.
//
// Every stream is a chain. A record's hash is the SHA-256 of its bytes as they are stored; nothing is ever encoded again:
//
//	        record 1                   record 2                   record 3
//	┌──────────────────────┐   ┌──────────────────────┐   ┌──────────────────────┐
//	│ seq 1                │   │ seq 2                │   │ seq 3                │
//	│ prev 000…            │ ┌─│ prev hash(record 1)  │ ┌─│ prev hash(record 2)  │
//	│ data                 │ │ │ data                 │ │ │ data                 │
//	│   who {"$commit":c1} │◄┘ │                      │◄┘ │   who {"$commit":c2} │
//	└──────────────────────┘   └──────────────────────┘   └──────────────────────┘
//	  openings, beside it:                                  openings:
//	  c1 → text, salt                                       (redacted: c2 stays, its text is gone)
//
// c = SHA-256(domain ‖ salt ‖ length of text ‖ text). An opening can be dropped without touching the chain; it cannot be
// replaced by another, for it would no longer match its commitment. An empty text is committed to like any other, so that
// a record does not tell whether there ever was one.
package journal

import (
	"encoding/json"
	"time"
)

// Actor is who did it, proven before the command was accepted.
type Actor struct {
	Kind string `json:"kind"`          // person, detector, clock, deliverer, executor, stage, system
	ID   string `json:"id,omitzero"`   // person's id in the plan, detector's id, …
	Via  string `json:"via,omitzero"`  // how it was proven: session, page-link, data-folder, signature, …
	Node string `json:"node,omitzero"` // node that accepted it
}

// The kinds of actors.
const (
	Person    = "person"
	Detector  = "detector"
	Clock     = "clock"
	Deliverer = "deliverer"
	Executor  = "executor"
	System    = "system"
)

// Envelope is what surrounds an event. It is part of the bytes that are hashed.
type Envelope struct {
	V       int             `json:"v"` // version of the envelope, 1
	Stream  string          `json:"stream"`
	Seq     uint64          `json:"seq"` // from 1, without gaps
	Kind    string          `json:"kind"`
	KindV   int             `json:"kind_v"` // version of the kind's data, from 1
	At      time.Time       `json:"at"`     // UTC; never before the event before it
	Actor   Actor           `json:"actor"`
	Command string          `json:"command,omitzero"` // id of the command it came from
	Prev    string          `json:"prev"`             // hex hash of the record before it; 64 zeros for the first
	Data    json.RawMessage `json:"data"`             // personal fields replaced by commitments
}

// Record is an event as it is stored: the exact bytes that are hashed, and beside them what opens their commitments.
type Record struct {
	Stream   string
	Seq      uint64
	Kind     string
	At       time.Time
	Hash     [32]byte // SHA-256 of Bytes
	Bytes    []byte   // one line of JSON: an Envelope
	Openings []byte   // JSON object: commitment (hex) → {"value","salt"}; redaction removes entries; nil if none
}

// Personal is a text about a person. In a record only a salted commitment to it stands; the text and its salt lie beside
// the record, where they can be removed without breaking the chain. A redacted text reads as empty. It must never be the
// key of a map: keys stand in the chain as they are.
type Personal string

// MarshalJSON marks the text so that Seal finds it.
func (p Personal) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]string{"$personal": string(p)})
}

// UnmarshalJSON reads a marked text, or a commitment whose text is gone.
func (p *Personal) UnmarshalJSON(b []byte) error {
	var m struct {
		Personal string `json:"$personal"`
		Commit   string `json:"$commit"`
	}
	if err := json.Unmarshal(b, &m); err != nil {
		return err
	}
	*p = Personal(m.Personal)
	return nil
}
