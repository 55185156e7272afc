package detect

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// maxBaseline bounds what is kept per detector.
const maxBaseline = 10_000

// spike says when a count within a window is too many. Windows are cut by block time.
type spike struct {
	window   uint64 // seconds
	baseline int    // windows
	factor   float64
	score    float64
	minimum  float64
	clear    float64
	coolDown uint64 // seconds
	of       string // what is counted, and how: a counter of anything else starts anew
}

func newSpike(r *rule) (*spike, *Problem) {
	d := r.detector
	switch d.Metric {
	case "transactions", "events", "failed_transactions":
	case "":
		return nil, &Problem{Field: "metric", Say: "say what is counted: transactions, events or failed_transactions"}
	default:
		return nil, &Problem{Field: "metric", Say: fmt.Sprintf("the metric %s is not measured by this release", d.Metric), Unready: true}
	}
	if d.GroupBy != "" {
		return nil, &Problem{Field: "group_by", Say: "counts are not grouped by this release", Unready: true}
	}
	if d.Amount != "" {
		return nil, &Problem{Field: "amount", Say: "a spike counts; it has no amount"}
	}
	window := time.Duration(d.Window)
	if window < time.Second || window%time.Second != 0 {
		return nil, &Problem{Field: "window", Say: "write how long a window is, in whole seconds"}
	}
	for _, f := range []float64{d.Factor, d.Score, d.Minimum, d.Clear} {
		if f < 0 || math.IsNaN(f) || math.IsInf(f, 0) {
			return nil, &Problem{Field: "factor", Say: "factor, score, minimum and clear are not negative"}
		}
	}
	usual := d.Factor > 0 || d.Score > 0 || d.Clear > 0
	switch {
	case d.Baseline < 0 || d.Baseline > maxBaseline:
		return nil, &Problem{Field: "baseline", Say: fmt.Sprintf("write how many windows make the baseline, at most %d", maxBaseline)}
	case usual && d.Baseline < 1:
		return nil, &Problem{Field: "baseline", Say: "a factor, score or clear compares with a baseline: write how many windows make it"}
	case !usual && d.Minimum == 0:
		return nil, &Problem{Field: "factor", Say: "write from when on it is too many: a factor, a score or a minimum"}
	}
	s := &spike{
		window: uint64(window / time.Second), baseline: d.Baseline, factor: d.Factor, score: d.Score, minimum: d.Minimum,
		clear: d.Clear, coolDown: uint64(time.Duration(d.CoolDown) / time.Second),
	}
	s.of = fmt.Sprintf("%s %d %s %s %s %s %d", d.Metric, r.chain, r.asset.Address, d.Event, d.Function, d.Where, s.window)
	return s, nil
}

// Counter is the state of one spike detector.
type Counter struct {
	Of      string  `json:"of"`                // what is counted; see spike
	From    int64   `json:"from"`              // first window that was counted whole
	Windows []Count `json:"windows,omitempty"` // those with anything in them, oldest first
	Last    *Fired  `json:"last,omitempty"`
}

// Count is how many fell into a window.
type Count struct {
	Window int64  `json:"window"` // number of the window since 1970
	N      uint64 `json:"n"`
}

// Fired is when a spike was last reported.
type Fired struct {
	Window int64  `json:"window"`
	Time   uint64 `json:"time"` // of the block, Unix seconds
}

func (s *spike) windowOf(blockTime uint64) int64 { return int64(min(blockTime, 1<<40) / s.window) }

// add counts n into a window.
func (c *Counter) add(window int64, n uint64) {
	i, found := c.find(window)
	if !found {
		c.Windows = slices.Insert(c.Windows, i, Count{Window: window})
	}
	c.Windows[i].N += n
}

// take takes n out of a window again.
func (c *Counter) take(window int64, n uint64) {
	i, found := c.find(window)
	if !found {
		return
	}
	c.Windows[i].N -= min(n, c.Windows[i].N)
	if c.Windows[i].N == 0 {
		c.Windows = slices.Delete(c.Windows, i, i+1)
	}
}

func (c *Counter) find(window int64) (int, bool) {
	return slices.BinarySearchFunc(c.Windows, window, func(w Count, at int64) int {
		switch {
		case w.Window < at:
			return -1
		case w.Window > at:
			return 1
		default:
			return 0
		}
	})
}

func (c *Counter) at(window int64) uint64 {
	if i, ok := c.find(window); ok {
		return c.Windows[i].N
	}
	return 0
}

// forget drops windows before one.
func (c *Counter) forget(before int64) {
	if i, _ := c.find(before); i > 0 {
		c.Windows = append([]Count(nil), c.Windows[i:]...)
	}
}

// usual is the median of the baseline before a window, and the median distance from it; false while the baseline is not
// full yet.
func (s *spike) usual(c *Counter, window int64) (median, spread float64, full bool) {
	if s.baseline == 0 {
		return 0, 0, true
	}
	first := window - int64(s.baseline)
	if first < c.From {
		return 0, 0, false
	}
	lo, _ := c.find(first)
	hi, _ := c.find(window)
	counts := make([]float64, s.baseline) // windows without an entry count nothing
	for i, w := range c.Windows[lo:hi] {
		counts[i] = float64(w.N)
	}
	median = middle(counts)
	for i := range counts {
		counts[i] = math.Abs(counts[i] - median)
	}
	return median, middle(counts), true
}

func middle(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	if n%2 == 1 {
		return values[n/2]
	}
	return (values[n/2-1] + values[n/2]) / 2
}

// fires reports whether the count of a window is too many at a block's time, and what would have been usual.
func (s *spike) fires(c *Counter, window int64, blockTime uint64) (usual float64, fires bool) {
	n := float64(c.at(window))
	if n < 1 || n < s.minimum {
		return 0, false
	}
	if c.Last != nil && (c.Last.Window >= window || blockTime < c.Last.Time+s.coolDown) {
		return 0, false
	}
	median, spread, full := s.usual(c, window)
	switch {
	case !full:
		return 0, false
	case s.factor > 0 && n < s.factor*median:
		return median, false
	case s.score > 0 && (n-median)/max(1.4826*spread, 1) < s.score: // 1.4826 makes the median distance a deviation
		return median, false
	}
	return median, !s.unclear(c, window, median)
}

// unclear reports whether the count has stayed up since it fired last.
func (s *spike) unclear(c *Counter, window int64, median float64) bool {
	if s.clear == 0 || c.Last == nil {
		return false
	}
	for w := max(c.Last.Window+1, window-int64(s.baseline)); w < window; w++ {
		if n := float64(c.at(w)); n < max(s.clear*median, s.minimum) {
			return false
		}
	}
	return true
}

// Warming lists the spike detectors of a chain whose baseline is not full yet, in the plan's order.
func (x *Index) Warming(chain uint64, s *State) []string {
	l := x.lanes[chain]
	if l == nil {
		return nil
	}
	var ids []string
	last, seen := s.Last()
	for _, r := range l.spikes {
		c := s.Spikes[r.detector.ID]
		if r.spike.baseline == 0 {
			continue
		}
		if !seen || c == nil || c.Of != r.spike.of {
			ids = append(ids, r.detector.ID)
			continue
		}
		if _, _, full := r.spike.usual(c, r.spike.windowOf(last.Time)); !full {
			ids = append(ids, r.detector.ID)
		}
	}
	return ids
}

// Backfill is how many blocks before the first one watched a chain's baselines want, at most; 0 if none do.
func (x *Index) Backfill(chain uint64) int {
	l := x.lanes[chain]
	if l == nil {
		return 0
	}
	most := 0
	for _, r := range l.spikes {
		most = max(most, r.detector.Backfill)
	}
	return most
}
