package watch

import (
	"context"
	"strings"
	"sync"
	"time"

	"tocsin/chain"
	"tocsin/detect"
	"tocsin/evm"
	"tocsin/incident"
)

// detectorSkipped tells that nothing was read for long.
const detectorSkipped = "readings-skipped"

// How things are read.
const (
	readWithin  = 10 * time.Second // all that is asked at one head; what is not answered by then has failed
	readAtOnce  = 8                // questions under way
	readBehind  = 30 * time.Second // a block so much older than the head is not asked about any more
	skippedLong = time.Minute      // so long between two readings is said
)

// answers are what a chain answered at a block.
type answers struct {
	block evm.Hash
	list  []detect.Answer
}

// reader asks the chain at each head what detectors want to know. It works beside the committer, so that what it waits for
// holds up nothing; while it is busy, heads are passed over.
type reader struct {
	w     *Watcher
	wants []detect.Want
	heads chan evm.Header // the newest one that waits
}

// newReader returns a reader; nil if nothing is to be asked.
func newReader(w *Watcher) *reader {
	wants := w.o.Index.Wants(w.chain)
	if len(wants) == 0 {
		return nil
	}
	return &reader{w: w, wants: wants, heads: make(chan evm.Header, 1)}
}

// offer hands over the block seen last, in place of one that still waits. Only the committer calls it.
func (r *reader) offer(h evm.Header) {
	select {
	case <-r.heads:
	default:
	}
	r.heads <- h
}

// run reads until ctx ends.
func (r *reader) run(ctx context.Context, c *committer) {
	for {
		var h evm.Header
		select {
		case <-ctx.Done():
			return
		case h = <-r.heads:
		}
		list, ok := r.read(ctx, h)
		if ctx.Err() != nil {
			return
		}
		if !ok {
			continue
		}
		if err := c.put(ctx, item{answers: &answers{block: h.Hash, list: list}}); err != nil {
			return
		}
	}
}

// read asks everything at a block. A block that lies too far behind the head is passed over: endpoints may have forgotten
// how things stood, and it is no news any more.
func (r *reader) read(ctx context.Context, h evm.Header) ([]detect.Answer, bool) {
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	list := make([]detect.Answer, len(r.wants))
	head, err := r.w.o.Client.Head(ctx)
	if err != nil {
		for i := range list {
			list[i].Failed = chain.Why(err)
		}
		return list, true
	}
	if head.Time > h.Time && time.Duration(min(head.Time-h.Time, 1<<30))*time.Second > readBehind {
		return nil, false
	}
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(readAtOnce, len(r.wants)) {
		wg.Go(func() {
			for i := range next {
				list[i] = r.ask(ctx, r.wants[i], h.Number)
			}
		})
	}
	for i := range r.wants {
		next <- i
	}
	close(next)
	wg.Wait()
	return list, true
}

func (r *reader) ask(ctx context.Context, want detect.Want, number uint64) (a detect.Answer) {
	var err error
	if want.Data == nil {
		a.Balance, err = r.w.o.Client.Balance(ctx, want.To, &number)
	} else {
		a.Data, err = r.w.o.Client.Call(ctx, chain.Message{To: &want.To, Data: want.Data}, &number)
	}
	if err != nil {
		return detect.Answer{Failed: chain.Why(err)}
	}
	return a
}

// skipped is the finding that heads were passed over for long, as in a downtime: nobody knows how things stood then.
func (w *Watcher) skipped(before, now *detect.Look) (f incident.Finding, ok bool) {
	if before == nil || now == nil || now.Number <= before.Number+1 || now.Time <= before.Time ||
		time.Duration(min(now.Time-before.Time, 1<<30))*time.Second <= skippedLong {
		return f, false
	}
	f = w.own(detectorSkipped, detect.Past{Number: before.Number}, "What detectors read on chain %d was not read between block %d (%s) and block %d (%s): what went wrong in between and was right again is not known. Detectors: %s.",
		w.chain, before.Number, moment(before.Time), now.Number, moment(now.Time), strings.Join(w.o.Index.Readers(w.chain), ", "))
	f.Mode = detect.Observe
	return f, true
}

// moment writes a block's time as people read it.
func moment(blockTime uint64) string {
	return time.Unix(int64(min(blockTime, 1<<40)), 0).UTC().Format("2 January 15:04 UTC")
}
