package detect

import (
	"fmt"
	"math"

	"tocsin/evm"
)

// sight tells what a spike measures in its window, and what would be too much.
func (x *spike) sight(g *Sight, r *rule, c *Counter, now uint64) {
	window := x.windowOf(now)
	if c == nil || c.Of != x.of {
		g.State, g.Why = Warming, "No window has been seen whole yet"
		return
	}
	g.Missed = c.Missed
	of := &c.Series
	if x.groupBy != "" {
		of = x.highest(g, r, c, window)
	}
	x.last(g, c)
	current := of.at(window)
	figure, comparable := x.metric.figure(current)
	if comparable || !x.metric.sparse() {
		g.Value = x.measure(figure)
	}
	x.history(g, of, window)
	limit := x.minimum
	if x.baseline > 0 && x.warm(c, of, window) {
		median, spread := x.usual(of, window)
		g.Baseline = x.measure(median)
		limit = max(limit, x.factor*median)
		if x.score > 0 {
			limit = max(limit, median+x.score*max(1.4826*spread, x.metric.least(median, current)))
		}
	} else if x.baseline > 0 {
		g.State, g.Why = Warming, x.warmth(c, window)
		return
	}
	g.Threshold, g.Limits = x.measure(limit), []float64{limit}
	if of.Last == nil {
		return
	}
	switch {
	case of.Last.Window >= window:
		g.State = Firing
	case x.unclear(of, window, g.Baseline.Figure):
		g.State, g.Why = Firing, "It fired, and no whole window has come down since"
	case now < of.Last.Time+x.coolDown:
		g.cools(of.Last.Time + x.coolDown)
	}
}

// last finds when any of a spike's series fired.
func (x *spike) last(g *Sight, c *Counter) {
	at := uint64(0)
	note := func(of *Series) {
		if of != nil && of.Last != nil {
			at = max(at, of.Last.Time)
		}
	}
	note(&c.Series)
	for _, of := range c.Groups {
		note(of)
	}
	if at > 0 {
		g.Last = unixTime(at)
	}
}

// highest is the group to look at: one that fires, else the one with the highest figure.
func (x *spike) highest(g *Sight, r *rule, c *Counter, window int64) *Series {
	best, most, name := &Series{}, math.Inf(-1), ""
	for key, of := range c.Groups {
		if of == nil {
			continue
		}
		f, ok := x.metric.figure(of.at(window))
		if !ok {
			f = -1
		}
		if of.Last != nil && of.Last.Window >= window {
			f += math.MaxFloat64 / 4
		}
		if f > most || f == most && key < name {
			best, most, name = of, f, key
		}
	}
	if a, err := evm.ParseAddress(name); err == nil {
		g.Group = r.called(a)
	}
	return best
}

// history lists the last windows; those without an entry count nothing, or are passed over where they cannot be compared.
func (x *spike) history(g *Sight, of *Series, window int64) {
	first := window
	if len(of.Windows) > 0 {
		first = max(of.Windows[0].Window, window-maxPoints+1)
	}
	g.Bars = true
	for w := first; w <= window; w++ {
		if f, ok := x.metric.figure(of.at(w)); ok || !x.metric.sparse() {
			g.History = append(g.History, Point{Time: uint64(max(w, 0)) * x.window, Figure: drawn(f)})
		}
	}
}

// warmth says how far the baseline is.
func (x *spike) warmth(c *Counter, window int64) string {
	if whole := window - c.From; whole < int64(x.baseline) {
		return fmt.Sprintf("%d of %d windows of its baseline have been seen", max(whole, 0), x.baseline)
	}
	return "Too few windows of its baseline hold enough to be compared"
}

func (x *spike) measure(f float64) Measure {
	return Measure{Text: x.metric.text(f), Figure: f, Known: true}
}
