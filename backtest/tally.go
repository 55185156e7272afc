package backtest

import (
	"math/big"
	"slices"
	"time"

	"tocsin/detect"
	"tocsin/evm"
)

const (
	// early is how long before the attack a finding still counts as having caught it: attackers prepare.
	early = time.Hour

	keepEach = 10_000 // findings of one detector that are kept; of the others only their number
	keepAll  = 50_000 // of all detectors
	keepHour = 1_000  // of one detector that may turn out to have been early
)

// Ref names a block.
type Ref struct {
	Number uint64    `json:"number"`
	Hash   evm.Hash  `json:"hash"`
	At     time.Time `json:"at"`
}

// Attack is when what should have been found began.
type Attack struct {
	Block uint64    `json:"block"`
	At    time.Time `json:"at"` // time of the block; of the first one seen after it if it was not itself among them
	Tx    evm.Hash  `json:"tx,omitzero"`
}

// tally is what came of the blocks so far. It is plain data, bounded whatever the blocks hold.
type tally struct {
	First        *Ref               `json:"first,omitempty"`
	Last         *Ref               `json:"last,omitempty"`
	Blocks       uint64             `json:"blocks"`
	Doubles      uint64             `json:"doubles,omitempty"`
	Bare         uint64             `json:"bare,omitempty"`
	Mute         uint64             `json:"mute,omitempty"`
	Untraced     uint64             `json:"untraced,omitempty"`
	Unverifiable uint64             `json:"unverifiable,omitempty"`
	Why          string             `json:"why,omitempty"` // the first was unverifiable
	Seen         []span             `json:"seen,omitempty"`
	Attack       *Attack            `json:"attack,omitempty"`
	Findings     uint64             `json:"findings"`
	Kept         int                `json:"kept"`
	Records      map[string]*record `json:"records,omitempty"` // by detector
}

// record is what one detector found.
type record struct {
	Count    uint64           `json:"count,omitempty"`
	False    uint64           `json:"false,omitempty"` // before the attack, or all if there is none
	Findings []detect.Finding `json:"findings,omitempty"`
	First    *detect.Finding  `json:"first,omitempty"`
	Caught   *detect.Finding  `json:"caught,omitempty"` // first of the attack
	Hour     []detect.Finding `json:"hour,omitempty"`   // last before the attack, as long as it has not begun

	Usual  extreme `json:"usual,omitzero"`  // outside the attack
	Attack extreme `json:"attack,omitzero"` // since it began
}

// extreme is the most that was seen.
type extreme struct {
	Level  float64 `json:"level,omitempty"`  // of a spike's window
	Block  uint64  `json:"block,omitempty"`  // where
	Amount string  `json:"amount,omitempty"` // of a finding
}

func (t *tally) record(id string) *record {
	r := t.Records[id]
	if r == nil {
		r = &record{}
		if t.Records == nil {
			t.Records = map[string]*record{}
		}
		t.Records[id] = r
	}
	return r
}

// note counts a block.
func (t *tally) note(l Loaded) {
	at := Ref{Number: l.Block.Number, Hash: l.Block.Hash, At: unix(l.Block.Time)}
	switch {
	case t.First == nil:
		first := at
		t.First = &first
	case t.First.At.Unix() == 0: // a chain's first block often has no time
		t.First.At = at.At
	}
	t.Last = &at
	t.Blocks++
	t.mark(at.Number)
	if l.Bare {
		t.Bare++
	}
	if l.Mute {
		t.Mute++
	}
	if l.Unverifiable != "" {
		if t.Unverifiable == 0 {
			t.Why = l.Unverifiable
		}
		t.Unverifiable++
	}
}

// attack notes that the attack begins.
func (t *tally) attack(a *Attack) {
	t.Attack = a
	for _, r := range t.Records {
		r.prune(a.At)
		if len(r.Hour) > 0 {
			r.Caught = &r.Hour[0]
			r.False -= min(r.False, uint64(len(r.Hour)))
		}
		r.Hour = nil
	}
}

// prune forgets what was found too long before a time.
func (r *record) prune(at time.Time) {
	for len(r.Hour) > 0 && at.Sub(r.Hour[0].At) > early {
		r.Hour = r.Hour[1:]
	}
}

// found counts a finding. Where there is an attack to be found, awaited is true.
func (t *tally) found(f detect.Finding, awaited bool) {
	if f.Blind {
		return // no finding: what was not seen is told of the blocks
	}
	r := t.record(f.Detector)
	t.Findings++
	r.Count++
	if r.First == nil {
		r.First = &f
	}
	if len(r.Findings) < keepEach && t.Kept < keepAll {
		r.Findings = append(r.Findings, f)
		t.Kept++
	}
	of := &r.Attack
	switch a := t.Attack; {
	case a == nil:
		of = &r.Usual
		r.False++
		if awaited && f.Unjudged == 0 {
			r.Hour = append(r.Hour, f)
			r.prune(f.At)
			if len(r.Hour) > keepHour {
				r.Hour = slices.Clone(r.Hour[1:])
			}
		}
	case f.Block < a.Block && a.At.Sub(f.At) > early: // it waited for blocks on top
		of = &r.Usual
		r.False++
	case r.Caught == nil && f.Unjudged == 0: // a detector that could not look has found nothing
		r.Caught = &f
	}
	if more(f.Amount, of.Amount) {
		of.Amount = f.Amount
	}
}

// level notes how much a spike's window holds after a block.
func (t *tally) level(id string, n float64, block uint64) {
	r := t.record(id)
	of := &r.Usual
	if t.Attack != nil {
		of = &r.Attack
	}
	if n > of.Level {
		of.Level, of.Block = n, block
	}
}

// more reports whether one whole number is greater than another; nothing is less than any.
func more(a, than string) bool {
	x, ok := new(big.Int).SetString(a, 10)
	if !ok {
		return false
	}
	y, ok := new(big.Int).SetString(than, 10)
	return !ok || x.Cmp(y) > 0
}
