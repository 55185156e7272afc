package detect

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// Bounds on what is kept per detector.
const (
	maxBaseline        = 10_000 // windows
	maxGroupedBaseline = 200    // windows of each sender or contract
)

// spike says when the figure of a window is too high. Windows are cut by block time.
type spike struct {
	metric   metric
	groupBy  string // sender, contract, or empty
	perBlock bool   // each block brings one figure, whatever is in it
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
	case transactions, events, failedTransactions, failedShare, gasPrice, outflow:
	case "":
		return nil, &Problem{Field: "metric", Say: "say what is measured: transactions, events, failed_transactions, failed_share, gas_price or outflow"}
	default:
		return nil, &Problem{Field: "metric", Say: fmt.Sprintf("there is no metric %s", d.Metric)}
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
		metric: metric{name: d.Metric, decimals: 18}, groupBy: d.GroupBy,
		perBlock: d.Metric == gasPrice && d.Asset == "" && d.Function == "" && d.Where == "",
		window:   uint64(window / time.Second), baseline: d.Baseline, factor: d.Factor, score: d.Score, minimum: d.Minimum,
		clear: d.Clear, coolDown: uint64(time.Duration(d.CoolDown) / time.Second),
	}
	if r.asset.Unit != "" || r.asset.Decimals > 0 {
		s.metric.decimals, s.metric.unit = min(r.asset.Decimals, 77), r.asset.Unit
	}
	s.of = fmt.Sprintf("%s %d %s %s %s %s %d", d.Metric, r.chain, r.asset.Address, d.Event, d.Function, d.Where, s.window)
	if d.GroupBy != "" || d.Amount != "" {
		s.of += fmt.Sprintf(" %s %s", d.GroupBy, d.Amount)
	}
	if d.Internal {
		s.of += " internal"
	}
	if problem := s.summed(r); problem != nil {
		return nil, problem
	}
	return s, s.grouped(r)
}

// summed says what is wrong with what the detector adds up.
func (s *spike) summed(r *rule) *Problem {
	d := r.detector
	switch {
	case d.Metric != outflow && d.Amount != "":
		return &Problem{Field: "amount", Say: fmt.Sprintf("the metric %s counts; only an outflow has an amount", d.Metric)}
	case d.Metric != outflow || d.Amount != "":
		return nil
	case d.Event != "" || d.Function != "" || r.asset.ID == "" || r.asset.Kind != "key" && !d.Internal:
		return &Problem{Field: "amount", Say: "write the amount that leaves, such as event.args.value; or internal: true, to see what a contract itself sends"}
	}
	s.metric.decimals, s.metric.unit = 18, "ETH"
	return nil
}

// grouped says what is wrong with how the detector groups.
func (s *spike) grouped(r *rule) *Problem {
	d := r.detector
	switch d.GroupBy {
	case "":
		return nil
	case "sender", "contract":
	default:
		return &Problem{Field: "group_by", Say: fmt.Sprintf("counts are grouped by sender or by contract, not by %s", d.GroupBy)}
	}
	switch {
	case s.perBlock:
		return &Problem{Field: "group_by", Say: "the gas price of a chain is one figure: leave the grouping out, or name an asset"}
	case d.GroupBy == "contract" && r.asset.ID != "":
		return &Problem{Field: "group_by", Say: "an asset is one contract: name a chain to look at all of its contracts"}
	case d.Minimum == 0:
		return &Problem{Field: "minimum", Say: "one that was never seen before has no usual figure: write the minimum from which it counts"}
	case d.Baseline > maxGroupedBaseline:
		return &Problem{Field: "baseline", Say: fmt.Sprintf("a baseline of each %s has at most %d windows", d.GroupBy, maxGroupedBaseline)}
	}
	return nil
}

func (s *spike) windowOf(blockTime uint64) int64 { return int64(min(blockTime, 1<<40) / s.window) }

// warm reports whether the baseline before a window may be believed: it was seen whole, and enough of its windows can be
// compared. Those of one sender or contract may be empty.
func (s *spike) warm(c *Counter, of *Series, window int64) bool {
	first := window - int64(s.baseline)
	if s.baseline == 0 || first < c.From || s.groupBy != "" || !s.metric.sparse() {
		return s.baseline == 0 || first >= c.From
	}
	comparable := 0
	lo, _ := of.find(first)
	hi, _ := of.find(window)
	for _, w := range of.Windows[lo:hi] {
		if _, ok := s.metric.figure(w); ok {
			comparable++
		}
	}
	return comparable > 0 && comparable >= s.baseline/2
}

// usual is the median of the baseline before a window, and the median distance from it. Windows without an entry count
// nothing; those that hold too little to be compared are passed over.
func (s *spike) usual(of *Series, window int64) (median, spread float64) {
	if s.baseline == 0 {
		return 0, 0
	}
	lo, _ := of.find(window - int64(s.baseline))
	hi, _ := of.find(window)
	figures := make([]float64, 0, s.baseline)
	for _, w := range of.Windows[lo:hi] {
		if f, ok := s.metric.figure(w); ok {
			figures = append(figures, f)
		}
	}
	if !s.metric.sparse() {
		figures = figures[:s.baseline]
	}
	if len(figures) == 0 {
		return 0, 0
	}
	median = middle(figures)
	for i := range figures {
		figures[i] = math.Abs(figures[i] - median)
	}
	return median, middle(figures)
}

func middle(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	if n%2 == 1 {
		return values[n/2]
	}
	return (values[n/2-1] + values[n/2]) / 2
}

// fires reports whether the figure of a window is too high at a block's time, and what would have been usual.
func (s *spike) fires(c *Counter, of *Series, window int64, blockTime uint64) (figure, usual float64, fires bool) {
	now := of.at(window)
	figure, ok := s.metric.figure(now)
	if !ok || figure <= 0 || figure < s.minimum {
		return figure, 0, false
	}
	if of.Last != nil && (of.Last.Window >= window || blockTime < of.Last.Time+s.coolDown) {
		return figure, 0, false
	}
	if !s.warm(c, of, window) {
		return figure, 0, false
	}
	median, spread := s.usual(of, window)
	switch {
	case s.factor > 0 && figure < s.factor*median:
		return figure, median, false
	case s.score > 0 && (figure-median)/max(1.4826*spread, s.metric.least(median, now)) < s.score: // 1.4826 makes the median distance a deviation
		return figure, median, false
	}
	return figure, median, !s.unclear(of, window, median)
}

// unclear reports whether the figure has stayed up since it fired last.
func (s *spike) unclear(of *Series, window int64, median float64) bool {
	if s.clear == 0 || of.Last == nil {
		return false
	}
	for w := max(of.Last.Window+1, window-int64(s.baseline)); w < window; w++ {
		if f, ok := s.metric.figure(of.at(w)); !ok || f == 0 || f < max(s.clear*median, s.minimum) {
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
		if !r.spike.warm(c, &c.Series, r.spike.windowOf(last.Time)) {
			ids = append(ids, r.detector.ID)
		}
	}
	return ids
}
