package detect

import (
	"cmp"
	"fmt"
	"math"
	"strings"
	"time"

	"tocsin/evm"
	"tocsin/plan"
)

// The states of a detector as people see it.
const (
	Quiet     = "quiet"
	Firing    = "firing"    // what it looks for is there, or was within the last ten minutes
	Unknown   = "unknown"   // it cannot be told
	Warming   = "warming"   // its baseline may not be believed yet
	Cooling   = "cooling"   // it may not fire again yet
	Off       = "off"       // it does not run
	Elsewhere = "elsewhere" // what it looks at is not on a chain
)

// lately is how long, in seconds of block time, a match counts as firing.
const lately = 600

// Sight is what one detector sees, for people to look at.
type Sight struct {
	Detector  string    `json:"id"`
	Name      string    `json:"name"`
	Kind      string    `json:"kind"`
	Mode      string    `json:"mode"`
	Asset     string    `json:"asset,omitempty"`
	Chain     uint64    `json:"chain,omitempty"`
	Issues    []string  `json:"issues,omitempty"`
	State     string    `json:"state"`
	Why       string    `json:"why,omitempty"`      // more about the state, in a sentence without its full stop
	Until     time.Time `json:"until,omitzero"`     // of cooling
	Group     string    `json:"group,omitempty"`    // sender or contract that the figures are of: the one with the highest
	Value     Measure   `json:"value,omitzero"`     // now
	Baseline  Measure   `json:"baseline,omitzero"`  // what is usual
	Threshold Measure   `json:"threshold,omitzero"` // what it takes to fire
	Last      time.Time `json:"last,omitzero"`      // block time of the finding before which there was none later
	Step      bool      `json:"step,omitempty"`     // a figure of the history holds until the next one
	Bars      bool      `json:"bars,omitempty"`     // each figure of the history is of a length of time of its own
	Limits    []float64 `json:"limits,omitempty"`   // of the figures, to be drawn beside the history
	History   []Point   `json:"history,omitempty"`  // oldest first
	Missed    uint64    `json:"missed,omitempty"`   // how often a sender or contract was not counted, for want of room
	Waiting   int       `json:"waiting,omitempty"`  // findings that wait for blocks on top
	Unfit     uint64    `json:"unfit,omitempty"`    // what could not be judged since the watch began
}

// Measure is a figure as people read it, and to draw.
type Measure struct {
	Text   string  `json:"text"`
	Figure float64 `json:"figure"`
	Known  bool    `json:"-"` // Figure can be drawn
}

// Rank orders sights by how much they want to be looked at: firing, cannot be told, warming, then the rest.
func (g *Sight) Rank() int {
	switch g.State {
	case Firing:
		return 0
	case Unknown:
		return 1
	case Warming:
		return 2
	}
	return 3
}

// ByRank compares two sights by their ranks, for a stable sort.
func ByRank(a, b Sight) int { return cmp.Compare(a.Rank(), b.Rank()) }

// Sights tells what the detectors of a chain see as of the block seen last, in the plan's order.
func (x *Index) Sights(chain uint64, s *State) []Sight {
	l := x.lanes[chain]
	if l == nil || s == nil {
		return nil
	}
	waiting := map[string]int{}
	for _, f := range s.Pending {
		waiting[f.Detector]++
	}
	last, seen := s.Last()
	list := make([]Sight, 0, len(l.rules))
	for _, r := range l.rules {
		g := sightOf(r.detector, r.issues)
		g.Chain, g.Waiting, g.State = chain, waiting[r.detector.ID], Quiet
		switch {
		case !seen:
			g.State, g.Why = Unknown, "No block has been seen yet"
		case r.spike != nil:
			r.spike.sight(&g, r, s.Spikes[g.Detector], last.Time)
		case r.silence != nil:
			r.silence.sight(&g, s.Vigils[g.Detector], s.Courses[g.Detector], last.Time)
		case r.gauge != nil:
			r.gauge.sight(&g, r, s.Vigils[g.Detector], s.Courses[g.Detector], last.Time)
		default:
			r.sight(&g, s.Matches[g.Detector], last.Time)
		}
		s.Unfit[g.Detector].sight(&g)
		list = append(list, g)
	}
	return list
}

// Unseen lists the detectors of a plan that see nothing on a chain, in its order: those with a problem, and those that look
// elsewhere.
func Unseen(p *plan.Plan, problems []*Problem) []Sight {
	why := map[string]string{}
	for _, b := range problems {
		if why[b.Detector] == "" {
			why[b.Detector] = strings.TrimSuffix(b.Say, ".")
		}
	}
	var list []Sight
	for _, d := range p.Detectors {
		g := sightOf(d, p.IssuesOf(d.ID))
		g.State = Off
		switch d.Kind {
		case "match", "spike", "state", "balance", "absence":
			if g.Why = why[d.ID]; g.Why == "" {
				continue
			}
		case "webhook", "report":
			g.State, g.Why = Elsewhere, "It waits for others"
		default:
			g.State, g.Why = Elsewhere, "What it looks at is not on a chain"
		}
		list = append(list, g)
	}
	return list
}

func sightOf(d plan.Detector, issues []string) Sight {
	g := Sight{Detector: d.ID, Name: d.Name, Kind: d.Kind, Mode: d.Mode, Asset: d.Asset, Chain: d.Chain, Issues: issues}
	if g.Mode == "" {
		g.Mode = Observe
	}
	return g
}

// sight tells what a match sees: how often it was there in each of the last hours.
func (r *rule) sight(g *Sight, m *Series, now uint64) {
	g.Bars, g.Threshold = true, Measure{Text: "any"}
	hours := int64(min(now, 1<<40) / hour)
	if m == nil {
		m = &Series{}
	}
	for w := hours - day + 1; w <= hours; w++ {
		g.History = append(g.History, Point{Time: uint64(max(w, 0)) * hour, Figure: float64(m.at(w).N)})
	}
	n := m.since(hours - day + 1)
	g.Value = Measure{Text: fmt.Sprintf("%d in 24 h", n), Figure: float64(m.at(hours).N), Known: true}
	if g.Waiting > 0 {
		g.Why = fmt.Sprintf("%d wait for blocks on top", g.Waiting)
	}
	if m.Last != nil {
		g.Last = unixTime(m.Last.Time)
		if now < m.Last.Time+lately {
			g.State = Firing
		}
	}
}

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

// float is the number in whole units, as exact as a float can be.
func (n number) float(a plan.Asset) float64 {
	decimals := 0
	if a.Unit != "" {
		decimals = a.Decimals
	}
	f := scaled(&n.mag, decimals)
	if n.neg {
		return -f
	}
	return f
}

// lasting writes a length of time in its two greatest units.
func lasting(seconds uint64) string {
	s := min(seconds, 1<<40)
	two := func(a uint64, unit string, b uint64, less string) string {
		if b == 0 {
			return fmt.Sprintf("%d %s", a, unit)
		}
		return fmt.Sprintf("%d %s %d %s", a, unit, b, less)
	}
	switch {
	case s < 60:
		return fmt.Sprintf("%d s", s)
	case s < 3600:
		return two(s/60, "min", s%60, "s")
	case s < 48*3600:
		return two(s/3600, "h", s%3600/60, "min")
	}
	return two(s/86400, "days", s%86400/3600, "h")
}

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
		g.State, g.Why = Firing, "It has stayed up since it fired"
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
