package watch

import (
	"context"
	"fmt"
	"time"

	"tocsin/chain"
	"tocsin/detect"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/incident"
)

// How the chain is asked which blocks are safe and final.
const (
	finalityEvery  = 4 * time.Second // at most
	finalityWithin = 10 * time.Second
)

// detectorFinality tells that a chain calls no block safe or final.
const detectorFinality = "finality"

// depth is how deep a chain says that its blocks are.
type depth struct {
	safe, finalized chain.Ref
	unknown         bool // the chain knows no finality
}

// finality asks at new heads which blocks are safe and final, until ctx ends. It holds up no block.
func (w *Watcher) finality(ctx context.Context, c *committer) {
	news, end := w.lookout.subscribe()
	defer end()
	for {
		select {
		case <-ctx.Done():
			return
		case <-news:
		}
		within, cancel := context.WithTimeout(ctx, finalityWithin)
		safe, finalized, err := w.o.Client.Finality(within)
		cancel()
		d := depth{safe: safe, finalized: finalized, unknown: fault.Is(err, fault.NotFound)}
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && !d.unknown:
			w.log.Warn("the chain does not tell just now which blocks are final", "err", err)
		default:
			if err := c.put(ctx, item{final: &d}); err != nil {
				return
			}
		}
		if !sleep(ctx, finalityEvery) {
			return
		}
	}
}

// finish lets go what is deep enough now. On a chain that knows no finality that is what no reorganisation reaches by the
// plan.
func (c *committer) finish(d depth) {
	c.depth = &d
	c.let(d, false)
}

// let lets go what is deep enough by what the chain said; fresh says that the block seen last came just now.
func (c *committer) let(d depth, fresh bool) {
	s := c.state
	last, ok := s.Detect.Last()
	if !ok {
		return
	}
	safe, finalized := c.reached(d.safe, fresh), c.reached(d.finalized, fresh)
	if d.unknown {
		reach := c.w.reach()
		safe = last.Number - min(last.Number, reach)
		finalized = safe
		if !s.Unfinal {
			s.Unfinal = true
			c.taken++
			c.findings = append(c.findings, c.w.unfinal(reach))
		}
	}
	if found := c.w.o.Index.Final(c.w.chain, safe, finalized, &s.Detect); len(found) > 0 {
		c.find(found, nil)
		c.taken++
	}
}

// deepen lets go what is deep enough by what the chain said last. Blocks that fill a gap are final long since, and come
// faster than the chain is asked.
func (c *committer) deepen() {
	if c.depth != nil {
		c.let(*c.depth, true)
	}
}

// reached is up to which block the chain has called those that were seen deep; 0 if it meant others. It may have left some of
// them without anybody having seen that yet: a block that it names and that is not the one seen says so, and of one beyond those
// seen it is not known before the next has come.
func (c *committer) reached(r chain.Ref, fresh bool) uint64 {
	last, _ := c.state.Detect.Last()
	if r.Number > last.Number && !fresh {
		return 0
	}
	for _, p := range c.state.Detect.Recent {
		if p.Number == r.Number && p.Hash != r.Hash && r.Hash != (evm.Hash{}) {
			return 0
		}
	}
	return r.Number
}

// shallow forgets what the chain said, if it has left a block that it called safe.
func (c *committer) shallow(orphan uint64) {
	if c.depth != nil && orphan <= max(c.depth.safe.Number, c.depth.finalized.Number) {
		c.depth = nil
	}
}

// reach is how many blocks a reorganisation of the chain may take, by the plan.
func (w *Watcher) reach() uint64 {
	if c, ok := w.o.Plan.Chain(w.chain); ok && c.Reorg > 0 {
		return c.Reorg
	}
	return 64
}

// unfinal is the finding that detectors which wait for finality go by a number of blocks instead.
func (w *Watcher) unfinal(reach uint64) incident.Finding {
	return incident.Finding{
		ID: fmt.Sprintf("%s-%d", detectorFinality, w.chain), Detector: detectorFinality, Mode: detect.Observe, Issues: w.o.Plan.IssuesOf(detectorFinality),
		Chain: w.chain, At: w.o.Clock().UTC(),
		Say: fmt.Sprintf("Chain %d calls no block safe or finalized: detectors that wait for it take a block for final once %d lie on top of it.", w.chain, reach),
	}
}
