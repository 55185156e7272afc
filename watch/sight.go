package watch

import (
	"context"
	"fmt"
	"sync"
	"time"

	"tocsin/chain"
	"tocsin/detect"
	"tocsin/incident"
)

// sight knows whether the chain is seen: blocks come, or the head is the block seen last. It outlives sessions, as an
// outage does.
type sight struct {
	mu   sync.Mutex
	last chain.Ref // block seen last
	lost time.Time // since when nothing was seen; zero while all is well
	told bool      // that it was lost
}

// saw notes a block.
func (s *sight) saw(p detect.Past) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ref := (chain.Ref{Number: p.Number, Hash: p.Hash}); ref != s.last {
		s.last, s.lost, s.told = ref, time.Time{}, false
	}
}

// block is the block seen last.
func (s *sight) block() chain.Ref {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}

// look notes what a look at the head showed, and reports whether nothing has been seen for so long that it is to be told:
// once in an outage.
func (s *sight) look(head chain.Ref, err error, now time.Time, after time.Duration) (last chain.Ref, since time.Time, tell bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case err == nil && head == s.last:
		s.lost, s.told = time.Time{}, false
	case s.lost.IsZero():
		s.lost = now
	case !s.told && now.Sub(s.lost) >= after:
		s.told = true
		return s.last, s.lost, true
	}
	return s.last, s.lost, false
}

// probe looks at the head now and then until ctx ends, and reports when the watch has been blind for too long.
func (w *Watcher) probe(ctx context.Context, c *committer) {
	for sleep(ctx, w.o.Blind/6) {
		within, cancel := context.WithTimeout(ctx, w.o.Blind/3)
		head, err := w.o.Client.Head(within)
		cancel()
		if ctx.Err() != nil {
			return
		}
		last, since, tell := w.sight.look(chain.Ref{Number: head.Number, Hash: head.Hash}, err, w.o.Now(), w.o.Blind)
		if !tell {
			continue
		}
		f := w.blind(last, since)
		w.log.Error("the watch is blind", "since", since, "block", last.Number, "err", err)
		if err := c.put(ctx, item{blind: &f}); err != nil {
			return
		}
	}
}

// blind is the finding that nothing is seen. Its id is that of the block seen last, so that it is one however often the
// watch is started again.
func (w *Watcher) blind(last chain.Ref, since time.Time) incident.Finding {
	after := fmt.Sprintf("after block %d", last.Number)
	if last == (chain.Ref{}) {
		after = "and never before by this watch"
	}
	return incident.Finding{
		ID:       fmt.Sprintf("blind-%d-%d-%x", w.chain, last.Number, last.Hash[:8]),
		Detector: "blind", Mode: detect.Page, Issues: w.o.Plan.IssuesOf("blind"),
		Chain: w.chain, Block: last.Number, BlockHash: last.Hash, At: w.o.Now().UTC(),
		Say: fmt.Sprintf("Chain %d has not been seen since %s, %s: whatever happens on it now goes unnoticed.", w.chain, since.UTC().Format("15:04:05 UTC"), after),
	}
}
