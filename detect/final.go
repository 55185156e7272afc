package detect

import (
	"fmt"
	"time"
)

// The depths that a chain itself tells.
const (
	safe      = "safe"
	finalized = "finalized"
)

// maxWait is how long a finding waits for the chain to call its block safe or final, by the time of the blocks. A chain that
// stops finalising is no reason to say nothing.
const maxWait = 30 * time.Minute

// Finality reports whether a detector of the chain waits until a block is called safe or finalized: somebody has to ask the
// chain which blocks are.
func (x *Index) Finality(chain uint64) bool {
	l := x.lanes[chain]
	return l != nil && len(l.finals) > 0
}

// Final lets go the findings whose blocks the chain calls safe or finalized by now: those up to the numbers of the safe and
// the finalized block, 0 where that is not known. What is finalized is safe as well.
func (x *Index) Final(chain uint64, safeBlock, finalizedBlock uint64, s *State) []Finding {
	l := x.lanes[chain]
	if l == nil || len(s.Pending) == 0 {
		return nil
	}
	deep := map[string]uint64{safe: max(safeBlock, finalizedBlock), finalized: finalizedBlock}
	var out, wait []Finding
	for _, f := range s.Pending {
		if tag := l.finals[f.Detector]; tag == "" || f.Block > deep[tag] {
			wait = append(wait, f)
			continue
		}
		out = append(out, f)
		s.reported(f.BlockHash, f.ID)
	}
	s.Pending = wait
	return out
}

// deep reports whether a finding has enough on top of it at a pass, and what is to be said of it then. What the chain itself
// has to call deep is let go by Final, or here once it has waited for too long.
func (p *pass) deep(f Finding) (Finding, bool) {
	tag := p.lane.finals[f.Detector]
	if tag == "" {
		return f, f.Block+p.lane.depths[f.Detector] <= p.block.Number
	}
	if unixTime(p.block.Time).Sub(f.At) < maxWait {
		return f, false
	}
	f.Say += fmt.Sprintf(" The chain has not called block %d %s in %d minutes: it may yet be taken back.", f.Block, tag, int(maxWait.Minutes()))
	return f, true
}
