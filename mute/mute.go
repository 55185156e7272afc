// Package mute owns mutes: a detector told to be quiet until a time, by someone, for a reason. It is pure: a command and a
// state go in, events come out, and events make the state.
//
//	       ┌──────── lapsed, withdrawn ───────▶ ended
//	     asked                                    ▲
//	       │ a second person agrees               │ over, unmuted, or a newer plan changed the detector
//	       ▼                                      │
//	──▶  muted ───────────────────────────────────┘
//	 one person suffices
//
// More alert is easy, less alert is hard: to mute takes two where it takes two to dismiss what the detector finds; to shorten
// and to end a mute takes one.
package mute

import (
	"slices"
	"time"

	"tocsin/plan"
)

// The bounds of a mute.
const (
	Default = 4 * time.Hour      // where nobody says until when
	Longest = 7 * 24 * time.Hour // from now
	AskFor  = time.Hour          // how long a second person may take to agree
	maxWhy  = 4 << 10            // of a reason, in bytes
)

// The states of a mute.
const (
	Asked = "asked" // a second person has to agree
	Muted = "muted"
)

// How a mute ended, or the asking for one.
const (
	Over      = "over"      // its time came
	Unmuted   = "unmuted"   // somebody ended it
	Changed   = "changed"   // a newer plan changed the detector, or asks for more people
	Lapsed    = "lapsed"    // nobody agreed in time
	Withdrawn = "withdrawn" // somebody withdrew it before anybody had agreed
)

// Mute is a detector that is quiet, or that somebody wants to be.
type Mute struct {
	Number   uint64    `json:"number"` // of the event that asked for it or began it; with the protocol it names the mute
	Detector string    `json:"detector"`
	State    string    `json:"state"` // asked, muted
	Until    time.Time `json:"until"`
	Why      string    `json:"why"`
	By       []string  `json:"by"` // persons: who asked, then who agreed
	Asked    time.Time `json:"asked"`
	Lapses   time.Time `json:"lapses,omitzero"` // asked: from then on nobody can agree any more
	Since    time.Time `json:"since,omitzero"`  // muted: when it became quiet
	After    uint64    `json:"-"`               // muted: number of the last finding recorded before it
	Found    int       `json:"found"`           // muted: findings kept quiet so far, by whoever counts them
	Last     time.Time `json:"last,omitzero"`   // muted: when the last of them happened

	of string // imprint of the detector that was muted
}

// BuiltIn lists the detectors that every plan has without naming them, by name.
func BuiltIn() []string { return slices.Sorted(slices.Values(plan.OwnDetectors())) }
