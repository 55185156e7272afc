package detect

import (
	"crypto/sha256"
	"encoding/hex"
)

// Vigil is the state of a detector that looks at how things stand: whether they are wrong, and whether that has been told.
type Vigil struct {
	Of     string `json:"of"`               // what is looked at: a vigil of anything else starts anew
	Seen   uint64 `json:"seen,omitempty"`   // when what must not be absent was there last, or the vigil began; block time
	Told   bool   `json:"told,omitempty"`   // reported since it became wrong
	Fired  uint64 `json:"fired,omitempty"`  // when it was last reported; block time
	Failed int    `json:"failed,omitempty"` // looks in a row that brought nothing
	Blind  bool   `json:"blind,omitempty"`  // that has been reported
	Blamed uint64 `json:"blamed,omitempty"` // when that was; block time
}

// Bounds on reports that nothing can be read.
const (
	maxFailed  = 3       // so many in a row are no accident
	blindAgain = 15 * 60 // seconds before another outage of the same reading is reported
)

// wrong notes at a block's time that things are wrong, and says whether that is to be reported: once, until they were
// right again, and not within the cool-down.
func (v *Vigil) wrong(blockTime, coolDown uint64) bool {
	v.Failed, v.Blind = 0, false
	if v.Told || v.Fired > 0 && blockTime < v.Fired+coolDown {
		return false
	}
	v.Told, v.Fired = true, blockTime
	return true
}

// right notes that things are right.
func (v *Vigil) right() { v.Told, v.Failed, v.Blind = false, 0, false }

// failed notes that nothing could be told, and says whether that is to be reported.
func (v *Vigil) failed(blockTime uint64) bool {
	v.Failed = min(v.Failed+1, maxFailed)
	if v.Failed < maxFailed || v.Blind || v.Blamed > 0 && blockTime < v.Blamed+blindAgain {
		return false
	}
	v.Blind, v.Blamed = true, blockTime
	return true
}

// vigil returns the state of a detector, and a copy of it from before; nil if it is new.
func (s *State) vigil(id, of string) (now, before *Vigil) {
	if s.Vigils == nil {
		s.Vigils = map[string]*Vigil{}
	}
	if v := s.Vigils[id]; v != nil && v.Of == of {
		was := *v
		return v, &was
	}
	s.disclaim(id)
	v := &Vigil{Of: of}
	s.Vigils[id] = v
	return v, nil
}

// imprint is a short name of what a detector looks at, however long that is.
func imprint(what string) string {
	h := sha256.Sum256([]byte(what))
	return hex.EncodeToString(h[:8])
}

// clock writes a block's time as people read it.
func clock(blockTime uint64) string { return unixTime(blockTime).Format("2 January 15:04 UTC") }
