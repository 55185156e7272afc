package rpc

import (
	"math/rand/v2"
	"time"
)

// Bounds on how often an endpoint is asked for its head.
const (
	oftenest   = 100 * time.Millisecond
	seldomest  = 2 * time.Second
	unmeasured = 500 * time.Millisecond // as long as it is not known how fast the chain is
)

// rhythm says when to ask for the head again: four times from block to block, for a head that is asked for later is seen
// later. How fast the chain is it also learns from the heads themselves, by our own clock.
type rhythm struct {
	every time.Duration // as the options say; 0: by the chain
	block time.Duration // from block to block, as the options say; 0: not known

	number uint64 // of the highest head
	at     time.Time
	mean   time.Duration // from block to block, as measured; 0: not known
}

func newRhythm(o Options) rhythm { return rhythm{every: o.PollEvery, block: o.BlockTime} }

// saw notes a head.
func (r *rhythm) saw(number uint64, now time.Time) {
	if number <= r.number && !r.at.IsZero() {
		return
	}
	if !r.at.IsZero() {
		each := now.Sub(r.at) / time.Duration(min(number-r.number, 1<<20))
		if r.mean == 0 {
			r.mean = each
		}
		r.mean += (each - r.mean) / 8
	}
	r.number, r.at = number, now
}

// next is how long to wait. Endpoints that many ask are not asked by all at once.
func (r *rhythm) next() time.Duration {
	if r.every > 0 {
		return r.every
	}
	each := r.block
	if r.mean > 0 && (each == 0 || r.mean < each) {
		each = r.mean
	}
	wait := unmeasured
	if each > 0 {
		wait = min(max(each/4, oftenest), seldomest)
	}
	return min(max(wait*9/10+rand.N(wait/5), oftenest), seldomest)
}
