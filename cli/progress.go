package cli

import (
	"fmt"
	"io"
	"time"

	"tocsin/backtest"
)

// bar shows how far a long piece of work is, in one line of a terminal that is written over and over. On anything else than
// a terminal it shows nothing.
type bar struct {
	w     io.Writer // nil: nothing is shown
	now   func() time.Time
	began time.Time
	last  time.Time
	from  int64 // done when it began
	drawn bool
}

const barEvery = 200 * time.Millisecond

func newBar(w io.Writer) *bar {
	b := &bar{now: time.Now}
	if onTerminal(w) {
		b.w = w
	}
	return b
}

// show draws the line anew, a few times a second.
func (b *bar) show(p backtest.Progress) {
	now := b.now()
	if b.w == nil || b.drawn && now.Sub(b.last) < barEvery {
		return
	}
	if b.began.IsZero() {
		b.began, b.from = now, p.Done
	}
	b.last, b.drawn = now, true
	fmt.Fprint(b.w, "\r\x1b[K"+b.line(p, now.Sub(b.began)))
}

// line is what a glance should tell: how many, how fast, how much is left.
func (b *bar) line(p backtest.Progress, passed time.Duration) string {
	s := several(p.Blocks, "block") + ", " + several(p.Findings, "finding")
	if seconds := passed.Seconds(); seconds >= 1 {
		s += fmt.Sprintf(", %s blocks/s", grouped(uint64(float64(p.New)/seconds)))
	}
	if p.Total <= 0 {
		return s
	}
	s += fmt.Sprintf(", %d%%", 100*min(p.Done, p.Total)/p.Total)
	if did := p.Done - b.from; did > 0 && passed >= time.Second && p.Done < p.Total {
		left := time.Duration(float64(passed) * float64(p.Total-p.Done) / float64(did))
		s += ", " + span(left) + " left"
	}
	return s
}

// clear takes the line away.
func (b *bar) clear() {
	if b.drawn {
		fmt.Fprint(b.w, "\r\x1b[K")
		b.drawn = false
	}
}
