package detect

import (
	"cmp"
	"fmt"
	"strings"
	"time"

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
		r.blindInside(&g, s)
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
