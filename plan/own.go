package plan

import "slices"

// ownDetectors look at the watch itself. They stand in no plan and always run; an issue may name them among its detectors,
// and is then what their findings are of.
var ownDetectors = []string{
	"blind",        // a chain has not been seen for long
	"stalled",      // a chain is seen and has no new block
	"behind",       // what is seen of a chain is old
	"erroring",     // a detector fails again and again
	"reorg",        // a chain was reorganised deeper than is remembered
	"endpoint",     // an endpoint fails, lags, lies or leaves something out
	"unverifiable", // blocks cannot be verified
}

// OwnDetectors lists the detectors that look at the watch itself.
func OwnDetectors() []string { return slices.Clone(ownDetectors) }

// OwnDetector reports whether an id is that of a detector that looks at the watch itself.
func OwnDetector(id string) bool { return slices.Contains(ownDetectors, id) }
