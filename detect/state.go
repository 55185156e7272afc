package detect

import (
	"time"

	"tocsin/evm"
)

// State is what following one chain leaves behind. It is plain data to be stored as JSON after each block, and bounded:
// by the depth of a reorganisation, and by the baselines of the detectors. The zero State has seen nothing.
type State struct {
	Recent  []Past              `json:"recent,omitempty"`  // blocks that may be rolled back, oldest first
	Spikes  map[string]*Counter `json:"spikes,omitempty"`  // by detector
	Vigils  map[string]*Vigil   `json:"vigils,omitempty"`  // by detector
	Looked  *Look               `json:"looked,omitempty"`  // block at which answers were judged last
	Pending []Finding           `json:"pending,omitempty"` // that wait for blocks on top
	Gone    map[evm.Hash]Return `json:"gone,omitempty"`    // blocks rolled back
	Unfit   map[string]*Unfit   `json:"unfit,omitempty"`   // by detector
	Matches map[string]*Series  `json:"matches,omitempty"` // findings of matches by the hour, by detector; only to be looked at
	Courses map[string]*Course  `json:"courses,omitempty"` // of other detectors; only to be looked at
}

// Past is a block that has been seen.
type Past struct {
	Number   uint64            `json:"number"`
	Hash     evm.Hash          `json:"hash"`
	Time     uint64            `json:"time"`               // Unix seconds
	Findings []string          `json:"findings,omitempty"` // ids of what was found in it, once reported
	Judged   bool              `json:"judged,omitempty"`   // answers read at it have been judged
	Undo     map[string]Undo   `json:"undo,omitempty"`     // by detector
	Unfit    map[string]uint64 `json:"unfit,omitempty"`    // by detector, what could not be judged
}

// Return says how often a block was rolled back. One that comes back brings findings of their own: those that it had
// stay retracted.
type Return struct {
	Number uint64 `json:"number"`
	Times  int    `json:"times"`
}

// Undo takes back what a block did to one detector.
type Undo struct {
	Part
	Groups  map[string]Part    `json:"groups,omitempty"`  // by sender or contract
	Dropped map[string]*Series `json:"dropped,omitempty"` // those that made room
	Missed  uint64             `json:"missed,omitempty"`
	Vigil   bool               `json:"vigil,omitempty"` // it changed the detector's vigil
	Was     *Vigil             `json:"was,omitempty"`   // which was so before; nil if it was not there
}

// Part is what a block added to a series.
type Part struct {
	Count
	Last  *Fired `json:"last,omitempty"` // as it was before the block, if the block fired
	Fired bool   `json:"fired,omitempty"`
}

// Last is the block seen last; false if none was.
func (s *State) Last() (Past, bool) {
	if len(s.Recent) == 0 {
		return Past{}, false
	}
	return s.Recent[len(s.Recent)-1], true
}

// Rollback takes back the block seen last, which is no longer part of the chain, and returns the ids of the findings that
// have been reported of it. A block that is not the last one changes nothing.
func (s *State) Rollback(hash evm.Hash) []string {
	last, ok := s.Last()
	if !ok || last.Hash != hash {
		return nil
	}
	s.Recent = s.Recent[:len(s.Recent)-1]
	s.fit(last.Unfit)
	for id, u := range last.Undo {
		if c := s.Spikes[id]; c != nil {
			c.undo(u)
		}
		if m := s.Matches[id]; m != nil {
			m.undo(u.Part)
		}
		switch {
		case u.Vigil && u.Was == nil:
			delete(s.Vigils, id)
		case u.Vigil && s.Vigils[id] != nil && s.Vigils[id].Of == u.Was.Of:
			s.Vigils[id] = u.Was
		}
	}
	for _, c := range s.Courses {
		c.forget(last.Time)
	}
	kept := s.Pending[:0]
	for _, f := range s.Pending {
		if f.BlockHash != hash {
			kept = append(kept, f)
		}
	}
	s.Pending = kept
	if s.Gone == nil {
		s.Gone = map[evm.Hash]Return{}
	}
	s.Gone[hash] = Return{Number: last.Number, Times: s.Gone[hash].Times + 1}
	if len(s.Recent) == 0 {
		s.Spikes = nil // nothing is left to say since when they counted whole windows
	}
	return last.Findings
}

// remember notes a block and forgets those that can no longer be rolled back.
func (s *State) remember(p Past, depth int) {
	s.Recent = append(s.Recent, p)
	if n := len(s.Recent) - depth; n > 0 {
		s.Recent = append([]Past(nil), s.Recent[n:]...)
	}
	for h, r := range s.Gone {
		if r.Number+uint64(depth) < p.Number {
			delete(s.Gone, h)
		}
	}
}

// reported notes that findings of a recent block have been reported.
func (s *State) reported(block evm.Hash, id string) {
	for i := len(s.Recent) - 1; i >= 0; i-- {
		if s.Recent[i].Hash == block {
			s.Recent[i].Findings = append(s.Recent[i].Findings, id)
			return
		}
	}
}

func unixTime(seconds uint64) time.Time {
	return time.Unix(int64(min(seconds, 1<<40)), 0).UTC()
}
