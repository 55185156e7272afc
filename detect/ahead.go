package detect

import (
	"fmt"

	"tocsin/evm"
)

// Ahead takes a block that is seen before the gap below it is filled, and returns what the detectors find that need no
// order: matches that wait for nothing. Their findings have the ids that Block gives them when its turn comes. Whatever
// counts, waits or compares with before sees nothing of it.
//
// The state is one of its own for what is seen ahead, and takes the block and its findings into Recent, so that Rollback
// returns them. Blocks seen ahead must follow each other as those of Block do; the block seen last finds nothing again.
func (x *Index) Ahead(chain uint64, b *evm.Block, s *State) []Finding {
	if last, ok := s.Last(); ok && last.Hash == b.Hash {
		return nil
	}
	l := x.lanes[chain]
	if l == nil {
		l = &lane{reorg: defaultReorg}
	}
	p := pass{lane: l, chain: chain, block: b, state: s, ahead: true}
	if r, ok := s.Gone[b.Hash]; ok {
		p.salt = fmt.Sprint(r.Times)
	}
	p.transactions()
	past := Past{Number: b.Number, Hash: b.Hash, Time: b.Time}
	for _, f := range p.found {
		past.Findings = append(past.Findings, f.ID)
	}
	s.remember(past, l.reorg)
	return p.found
}

// alone reports whether a rule needs nothing but the block itself.
func (r *rule) alone() bool {
	return r.spike == nil && r.silence == nil && r.gauge == nil && r.depth == 0 && r.final == ""
}
