package web

import (
	"cmp"
	"context"
	"time"
)

// The states of a detector that the console tells apart.
const (
	sightFiring  = "firing"
	sightUnknown = "unknown"
	sightWarming = "warming"
	sightCooling = "cooling"
	sightQuiet   = "quiet"
	sightOff     = "off"
)

// Sights tells what each detector of a protocol sees now.
type Sights func(ctx context.Context, protocol string) ([]Sight, error)

// Sight is what one detector sees.
type Sight struct {
	Detector  string
	State     string // quiet, firing, unknown, warming, cooling, off, elsewhere
	Why       string // more about it, in a sentence without its full stop
	Group     string // sender or contract that the figures are of
	Now       string // in words; empty if there is no figure
	Usual     string
	Threshold string
	Last      time.Time // when it found something last; zero if that is not known
	Chart     Chart
}

// Chart is what is drawn of a sight. Figures are as exact as drawing needs.
type Chart struct {
	Points []ChartPoint // oldest first
	Limits []float64    // thresholds
	Usual  []float64    // none, or the figure that is usual
	Steps  bool         // a figure holds until the next
}

// ChartPoint is one figure.
type ChartPoint struct {
	At     time.Time
	Figure float64
}

// stateText is how the console calls a state.
func stateText(state string) string {
	switch state {
	case sightUnknown:
		return "cannot be told"
	case "elsewhere":
		return "waiting for others"
	case "":
		return "not watched here"
	}
	return state
}

// rank orders states by how much they want to be looked at.
func rank(state string) int {
	switch state {
	case sightFiring:
		return 0
	case sightUnknown:
		return 1
	case sightOff:
		return 2
	case sightWarming:
		return 3
	}
	return 4
}

func byRank(a, b Sight) int { return cmp.Compare(rank(a.State), rank(b.State)) }
