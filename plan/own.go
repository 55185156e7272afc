package plan

import "slices"

// ownDetectors look at the watch itself, and at the code behind the plan's proxies. They stand in no plan and always run; an
// issue may name them among its detectors, and is then what their findings are of.
var ownDetectors = []string{
	"blind",        // a chain has not been seen for long
	"stalled",      // a chain is seen and has no new block
	"behind",       // what is seen of a chain is old
	"erroring",     // a detector fails again and again
	"reorg",        // a chain was reorganised deeper than is remembered
	"endpoint",     // an endpoint fails, lags, lies or leaves something out
	"unverifiable", // blocks cannot be verified

	"readings-skipped", // what is read was not read for long
	"finality",         // a chain calls no block safe or finalized
	"unready",          // something that the plan counts on would fail now
	"upgraded",         // the code behind a proxy of the plan was replaced, or lacks what the plan looks for
}

// OwnDetectors lists the detectors that run without standing in a plan.
func OwnDetectors() []string { return slices.Clone(ownDetectors) }

// OwnDetector reports whether an id is that of a detector that runs without standing in a plan.
func OwnDetector(id string) bool { return slices.Contains(ownDetectors, id) }
