package safe

import (
	"bytes"
	"fmt"
	"slices"

	"tocsin/evm"
)

// Said is what the chain says of one hash at the block of the facts. Whoever reads it names the block in the facts.
type Said struct {
	Approved []evm.Address `json:"approved,omitempty"` // owners who approved it by approveHash
	Vouched  []evm.Address `json:"vouched,omitempty"`  // contracts that answered that their signature is right (ERC-1271)
}

// Refused is a signature that does not count, and why.
type Refused struct {
	Signature Signature `json:"signature"`
	Why       string    `json:"why"` // one sentence
}

// Tally says which signatures of a hash count towards a Safe's threshold.
type Tally struct {
	Counted []Signature `json:"counted"`           // by signer, lowest first; each owner once
	Refused []Refused   `json:"refused,omitempty"` // in the order given
	Needed  uint64      `json:"needed"`
}

// Enough reports whether the Safe would accept them.
func (t Tally) Enough() bool { return t.Needed > 0 && uint64(len(t.Counted)) >= t.Needed }

// Encode writes as many signatures as the Safe needs. It fails unless there are enough.
func (t Tally) Encode() ([]byte, error) {
	if !t.Enough() {
		return nil, fmt.Errorf("encode signatures: the Safe needs %d, and %d count", t.Needed, len(t.Counted))
	}
	return Encode(t.Counted[:t.Needed])
}

// Count judges signatures of a hash by what the chain says of the Safe. Each is recovered anew: what it says of its signer is not
// believed. Owners who approved the hash on the chain count without a signature of theirs among those given.
func Count(f Facts, hash evm.Hash, list []Signature, said Said) Tally {
	t := Tally{Needed: f.Threshold}
	for _, a := range said.Approved {
		if f.Owner(a) && !t.has(a) {
			t.Counted = append(t.Counted, ByApproval(a))
		}
	}
	for _, s := range list {
		if why := t.refuse(f, hash, s, said); why != "" {
			t.Refused = append(t.Refused, Refused{s, why})
			continue
		}
		if !t.has(s.Signer) {
			t.Counted = append(t.Counted, s)
		}
	}
	slices.SortFunc(t.Counted, func(a, b Signature) int { return bytes.Compare(a.Signer[:], b.Signer[:]) })
	return t
}

func (t Tally) has(a evm.Address) bool {
	return slices.ContainsFunc(t.Counted, func(s Signature) bool { return s.Signer == a })
}

// refuse says why a signature does not count; empty if it does.
func (t Tally) refuse(f Facts, hash evm.Hash, s Signature, said Said) string {
	switch s.Kind {
	case Account, EthSign:
		read := ByAccount
		if s.Kind == EthSign {
			read = ByMessage
		}
		own, err := read(hash, s.Bytes)
		switch {
		case err != nil:
			return "It cannot be read: " + err.Error()
		case own.Signer != s.Signer:
			return fmt.Sprintf("It is not by %s, or is of something else: of this hash it would be by %s.", s.Signer.Hex(), own.Signer.Hex())
		case !bytes.Equal(own.Bytes, s.Bytes):
			return "It is not in the form that a Safe takes."
		}
	case Contract:
		if f.Owner(s.Signer) && !slices.Contains(said.Vouched, s.Signer) {
			return fmt.Sprintf("The contract %s does not vouch for it, or has not been asked.", s.Signer.Hex())
		}
	case Approved:
		if f.Owner(s.Signer) && !slices.Contains(said.Approved, s.Signer) {
			return fmt.Sprintf("%s has not approved it on the chain.", s.Signer.Hex())
		}
	default:
		return fmt.Sprintf("It is of the kind %q, which no Safe knows.", clip(string(s.Kind)))
	}
	if !f.Owner(s.Signer) {
		return fmt.Sprintf("%s is no owner of the Safe at block %d.", s.Signer.Hex(), f.Block)
	}
	return ""
}
