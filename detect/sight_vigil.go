package detect

import "strings"

// sight tells how long nothing has come.
func (x *silence) sight(g *Sight, v *Vigil, t *Course, now uint64) {
	g.Threshold, g.Limits = Measure{Text: lasting(x.silent), Figure: float64(x.silent), Known: true}, []float64{float64(x.silent)}
	if v == nil || v.Of != x.of {
		g.State, g.Why = Unknown, "No block has been seen since it was changed"
		return
	}
	since := now - min(v.Seen, now)
	g.Value = Measure{Text: lasting(since), Figure: float64(since), Known: true}
	if t != nil && t.Of == x.of {
		g.History = append(g.History, t.Points...)
		if figures := figuresOf(t.Points); len(figures) > 0 {
			usual := middle(figures)
			g.Baseline = Measure{Text: lasting(uint64(max(usual, 0))), Figure: usual, Known: true}
		}
	}
	g.Bars = true
	g.History = append(g.History, Point{Time: now, Figure: float64(since)})
	v.sight(g, since >= x.silent, x.coolDown, now)
}

// sight tells what was read last.
func (x *gauge) sight(g *Sight, r *rule, v *Vigil, t *Course, now uint64) {
	g.Step = true
	x.threshold(g, r)
	if v == nil || v.Of != x.of || t == nil || t.Of != x.of || t.Time == 0 && t.Lost == "" {
		g.State, g.Why = Unknown, "It has not been read yet"
		return
	}
	if t.Now != "" {
		g.Value = Measure{Text: t.Now, Figure: t.Figure, Known: true}
		g.History = append(append(g.History, t.Points...), Point{Time: t.Time, Figure: t.Figure})
	}
	v.sight(g, t.Wrong, x.coolDown, now)
	if t.Lost != "" {
		g.Why = "The last look failed: " + t.Lost
		if v.Failed >= maxFailed {
			g.State, g.Why = Unknown, "It cannot be told: "+t.Lost
		}
	}
}

// threshold says what a gauge must not show.
func (x *gauge) threshold(g *Sight, r *rule) {
	if x.holds != nil {
		g.Threshold.Text = "unless " + clip(r.detector.Holds)
		return
	}
	var words []string
	for _, limit := range []struct {
		side string
		n    *number
	}{{"below", x.below}, {"above", x.above}} {
		if limit.n == nil {
			continue
		}
		words = append(words, limit.side+" "+inUnits(*limit.n, x.unit))
		f := limit.n.float(x.unit)
		g.Limits = append(g.Limits, f)
		g.Threshold.Figure, g.Threshold.Known = f, true
	}
	g.Threshold.Text = strings.Join(words, " or ")
}

// sight tells how things stand by what is remembered of them.
func (v *Vigil) sight(g *Sight, wrong bool, coolDown, now uint64) {
	if v.Fired > 0 {
		g.Last = unixTime(v.Fired)
	}
	switch {
	case wrong && !v.Told && v.Fired > 0 && now < v.Fired+coolDown:
		g.cools(v.Fired + coolDown)
	case wrong || v.Told:
		g.State = Firing
	}
}

// cools says until when a detector may not fire again.
func (g *Sight) cools(until uint64) {
	g.State, g.Until = Cooling, unixTime(until)
	g.Why = "It may not fire again until " + clock(until)
}

func figuresOf(list []Point) []float64 {
	figures := make([]float64, len(list))
	for i, p := range list {
		figures[i] = p.Figure
	}
	return figures
}
