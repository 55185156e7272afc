package watch

import (
	"time"

	"tocsin/plan"
)

// pace is how fast a chain makes blocks, by their own times, as far as it has been watched.
type pace struct {
	Last    uint64  `json:"last"`    // time of the block seen last, Unix seconds
	Span    uint64  `json:"span"`    // seconds that have been watched
	Mean    float64 `json:"mean"`    // seconds from block to block, of about the last hundred
	Longest float64 `json:"longest"` // seconds; an old one weighs less and less
}

// The chain's own pace may be believed once so much of it has been seen. One that makes blocks only when there is something
// to put into them has long pauses too, and they count.
const (
	paceAfter  = 10 * time.Minute
	paceBlocks = 128 // blocks after which one gap counts little
)

// step notes the time of the next block.
func (p *pace) step(at uint64) {
	if p.Last == 0 || at < p.Last {
		p.Last = at
		return
	}
	gap := float64(at - p.Last)
	p.Last, p.Span = at, p.Span+(at-p.Last)
	if p.Mean == 0 {
		p.Mean = gap
	}
	p.Mean += (gap - p.Mean) / paceBlocks
	p.Longest = max(gap, p.Longest-p.Longest/(8*paceBlocks))
}

// block is the usual time from one block to the next: as the plan says, or as it was seen; zero if neither tells.
func (p *pace) block(c plan.Chain) time.Duration {
	if c.BlockTime > 0 {
		return time.Duration(c.BlockTime)
	}
	if p == nil || float64(p.Span) < paceAfter.Seconds() {
		return 0
	}
	return time.Duration(p.Mean * float64(time.Second))
}

// patience is how long the chain may go without a new block before that is to be told; zero if it cannot be known. A pause
// that was usual of late is none that calls people, unless the plan says how fast the chain is.
func (p *pace) patience(c plan.Chain) time.Duration {
	each := p.block(c)
	if each == 0 {
		return 0
	}
	long := max(stalledAfter, stalledBlocks*each)
	if c.BlockTime == 0 {
		long = max(long, time.Duration(2*p.Longest*float64(time.Second)))
	}
	return long
}
