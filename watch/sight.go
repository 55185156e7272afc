package watch

import (
	"context"
	"fmt"
	"sync"
	"time"

	"tocsin/chain"
	"tocsin/detect"
	"tocsin/evm"
	"tocsin/incident"
	"tocsin/plan"
)

// When the watch says that something is wrong with itself.
const (
	stalledAfter  = time.Minute // without a new block, or so many blocks' time
	stalledBlocks = 20
	behindAfter   = time.Minute     // so old is what is seen, or so many blocks' time
	behindBlocks  = 10              //
	behindFor     = time.Minute     // and for so long
	soonThere     = 5 * time.Minute // unless it will have caught up by then
)

// sight knows whether the chain is seen: blocks come, or the head is the block seen last. It outlives sessions, as an
// outage does.
type sight struct {
	mu   sync.Mutex
	last detect.Past // block seen last
	open bool        // the chain has been seen in the life of this process
	well time.Time   // when it was seen last; before that, since when it should be
	lost bool        // it was not seen at the last look
	back time.Time   // since when it is seen again
	came time.Time   // when the last block came, or since when one should have
	runs bool        // a block has come in the life of this process

	late time.Time // since when what is seen is old; zero if it is not
	from detect.Past
	lag  uint64 // blocks behind at that time
	upTo time.Time
}

// begin notes that from now on the chain should be seen, unless it should have been before.
func (s *sight) begin(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.lost {
		s.well = now
	}
	if s.came.IsZero() {
		s.came = now
	}
}

// saw notes a block. The first one is where the watch stands, which has been seen before.
func (s *sight) saw(p detect.Past, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p.Findings, p.Undo = nil, nil
	switch {
	case s.last.Hash == (evm.Hash{}):
		s.last = p
	case p.Hash != s.last.Hash:
		s.last, s.came, s.runs = p, now, true
		s.seen(now)
	}
}

// seen notes that the chain is seen; s.mu is held.
func (s *sight) seen(now time.Time) {
	if s.lost || !s.open {
		s.back = now
	}
	s.lost, s.open, s.well = false, true, now
}

// block is the block seen last.
func (s *sight) block() chain.Ref {
	s.mu.Lock()
	defer s.mu.Unlock()
	return chain.Ref{Number: s.last.Number, Hash: s.last.Hash}
}

// look notes what a look at the head showed.
func (s *sight) look(head evm.Header, err error, now time.Time, old time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil && head.Hash == s.last.Hash {
		s.seen(now)
	} else {
		s.lost = true
	}
	switch {
	case err != nil: // nothing can be told
	case head.Number <= s.last.Number || age(s.last, head) <= old/2:
		if !s.late.IsZero() {
			s.late, s.upTo = time.Time{}, now
		}
	case s.late.IsZero() && age(s.last, head) > old:
		s.late, s.from, s.lag = now, s.last, head.Number-s.last.Number
	}
}

// age is how much older a block is than the head.
func age(p detect.Past, head evm.Header) time.Duration {
	if head.Time <= p.Time {
		return 0
	}
	return time.Duration(min(head.Time-p.Time, 1<<33)) * time.Second
}

// probe looks at the head now and then until ctx ends, and hands the committer what that shows.
func (w *Watcher) probe(ctx context.Context, c *committer) {
	w.sight.begin(w.o.Now())
	for sleep(ctx, w.o.Blind/6) {
		within, cancel := context.WithTimeout(ctx, w.o.Blind/3)
		head, err := w.o.Client.Head(within)
		cancel()
		if ctx.Err() != nil {
			return
		}
		if err := c.put(ctx, item{look: &look{head: head, err: err, at: w.o.Now()}}); err != nil {
			return
		}
	}
}

// look is what was seen at one look at the head.
type look struct {
	head evm.Header
	err  error
	at   time.Time
}

// signs tells what a look shows of the watch itself.
func (w *Watcher) signs(l look, p *pace) signs {
	ch, _ := w.o.Plan.Chain(w.chain)
	each := p.block(ch)
	s := &w.sight
	s.look(l.head, l.err, l.at, max(behindAfter, behindBlocks*each))
	s.mu.Lock()
	defer s.mu.Unlock()
	out := signs{over: map[string]string{}}
	switch dark := l.at.Sub(s.well); {
	case s.lost && dark >= w.o.Blind:
		out.alarms = append(out.alarms, w.blind(s.last, s.well))
		return out // whatever else is wrong follows from it
	case s.open && !s.back.IsZero():
		out.over[detectorBlind] = fmt.Sprintf("The chain is seen again since %s.", clock(s.back))
	}
	w.stalled(&out, l, p.patience(ch), ch)
	w.behind(&out, l)
	return out
}

// blind is the finding that nothing is seen. Its id is that of the block seen last, so that it is one however often the
// watch is started again.
func (w *Watcher) blind(last detect.Past, since time.Time) incident.Finding {
	after := fmt.Sprintf("after block %d", last.Number)
	if last.Hash == (evm.Hash{}) {
		after = "and never before by this watch"
	}
	return w.own(detectorBlind, last, "Chain %d has not been seen since %s, %s: whatever happens on it now goes unnoticed.", w.chain, clock(since), after)
}

// stalled tells that the chain is seen and stands still. A drill chain may.
func (w *Watcher) stalled(out *signs, l look, patience time.Duration, c plan.Chain) {
	s := &w.sight
	switch still := l.at.Sub(s.came); {
	case l.err != nil || s.last.Hash == (evm.Hash{}):
	case l.head.Hash != s.last.Hash || patience > 0 && still < patience:
		if s.runs {
			out.over[detectorStalled] = fmt.Sprintf("The chain goes on: block %d came at %s.", s.last.Number, clock(s.came))
		}
	case patience > 0 && c.Kind != "drill":
		out.alarms = append(out.alarms, w.own(detectorStalled, s.last,
			"Chain %d has had no new block since %s, after block %d, though its endpoints answer: it may have halted. Nothing that is sent lands meanwhile.", w.chain, clock(s.came), s.last.Number))
	}
}

// behind tells that what is seen is old and will be for a while.
func (w *Watcher) behind(out *signs, l look) {
	s := &w.sight
	if l.err != nil || s.last.Hash == (evm.Hash{}) {
		return
	}
	took := l.at.Sub(s.late)
	switch {
	case s.late.IsZero():
		if s.open {
			at := s.upTo
			if at.IsZero() {
				at = s.well
			}
			out.over[detectorBehind] = fmt.Sprintf("The watch has caught up with the chain since %s, at block %d.", clock(at), s.last.Number)
		}
		return
	case took < behindFor || l.head.Number <= s.last.Number:
		return
	}
	lag := l.head.Number - s.last.Number
	rate := (float64(s.lag) - float64(lag)) / took.Seconds() // blocks a second by which it comes nearer
	how := "keeps that distance"
	switch {
	case rate > 0:
		left := time.Duration(min(float64(lag)/rate, 1<<30)) * time.Second
		if left <= soonThere {
			return
		}
		how = fmt.Sprintf("comes nearer by %.3g blocks a second, which takes about %s more", rate, left.Round(time.Minute))
	case rate < 0:
		how = fmt.Sprintf("falls further behind by %.3g blocks a second", -rate)
	}
	out.alarms = append(out.alarms, w.own(detectorBehind, s.from,
		"The watch of chain %d stands at block %d, %d blocks (%s) behind the chain, and %s: what needs the blocks in their order, as spikes do, is found late.", w.chain, s.last.Number, lag, age(s.last, l.head), how))
}

// own is a finding about the watch itself. Its id goes by a block, so that the same is one.
func (w *Watcher) own(detector string, at detect.Past, say string, args ...any) incident.Finding {
	return incident.Finding{
		ID:       fmt.Sprintf("%s-%d-%d-%x", detector, w.chain, at.Number, at.Hash[:8]),
		Detector: detector, Mode: detect.Page, Issues: w.o.Plan.IssuesOf(detector),
		Chain: w.chain, Block: at.Number, BlockHash: at.Hash, At: w.o.Clock().UTC(), Say: fmt.Sprintf(say, args...),
	}
}

func clock(t time.Time) string { return t.UTC().Format("15:04:05 UTC") }
