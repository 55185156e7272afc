// Package detect owns detectors: a plan's detectors compiled into one index, and what becomes of a block that passes
// through it, or of what a chain answers at it. It is pure: a block or answers and a state go in, findings and the next
// state come out.
//
//	plan ──Compile──▶ Index ──Block(chain, block, state)──▶ findings
//	                    ▲  │
//	                    │  └─ Wants ─▶ answers ─▶ Judge(chain, block, answers, state) ──▶ findings
//	                    └── (address, topic or selector) → rules: a block costs what it contains
package detect

import (
	"fmt"
	"time"

	"tocsin/evm"
)

// The modes of a detector.
const (
	Observe = "observe" // findings are recorded, nobody is called
	Page    = "page"
	Act     = "act"
)

// Finding is what a detector found in a block.
type Finding struct {
	ID        string    `json:"id"` // the same whenever the same block is seen again after the same history
	Detector  string    `json:"detector"`
	Mode      string    `json:"mode"`
	Issues    []string  `json:"issues,omitempty"`
	Asset     string    `json:"asset,omitempty"`
	Chain     uint64    `json:"chain"`
	Block     uint64    `json:"block"`
	BlockHash evm.Hash  `json:"block_hash"`
	Tx        evm.Hash  `json:"tx,omitzero"`
	At        time.Time `json:"at"`               // time of the block
	Amount    string    `json:"amount,omitempty"` // whole number in the asset's smallest unit; may be negative
	Say       string    `json:"say"`
	Blind     bool      `json:"blind,omitempty"`    // nothing was found, but the detector could not see all
	Unjudged  int       `json:"unjudged,omitempty"` // so many times in a row the detector could not judge, which is all that it found; 0: it could
}

// Problem is why a detector of the plan cannot run.
type Problem struct {
	Detector string
	Field    string // key of the detector: where, amount, event …
	Line     int    // within the field's text, from 1; 0 if it has no place
	Column   int    // in characters, from 1
	Say      string
	Unready  bool // the plan is right, but this release does not run such a detector
}

func (p *Problem) Error() string {
	at := p.Field
	if p.Line > 0 {
		at = fmt.Sprintf("%s, line %d, column %d", p.Field, p.Line, p.Column)
	}
	return fmt.Sprintf("detector %s: %s: %s", p.Detector, at, p.Say)
}
