package web

import "tocsin/plan"

// builtIn says what a detector looks for that every plan has, and whether it calls people.
type builtIn struct {
	say   string
	calls string // unless an issue names it
	named bool   // it calls people once an issue names it
}

const (
	callsPeople = "calls people"
	callsNobody = "calls nobody"
)

var builtIns = map[string]builtIn{
	"behind":           {say: "what is seen of a chain is old", calls: callsPeople},
	"blind":            {say: "a chain is not seen", calls: callsPeople},
	"endpoint":         {say: "an endpoint fails, lags, lies, leaves something out or is of another chain", calls: "calls people if it was the last one"},
	"erroring":         {say: "a detector cannot judge what it sees", calls: "calls people as that detector does"},
	"finality":         {say: "a chain calls no block safe or finalized", calls: callsNobody},
	"readings-skipped": {say: "states and balances were not read for more than a minute", calls: callsNobody},
	"reorg":            {say: "a chain was reorganised deeper than is remembered", calls: callsPeople},
	"stalled":          {say: "a chain brings no new block", calls: callsPeople},
	"unverifiable":     {say: "blocks cannot be verified", calls: callsNobody, named: true},
	"unready":          {say: "something that the plan counts on would fail now", calls: callsNobody, named: true},
	"upgraded":         {say: "the code behind a proxy was replaced", calls: callsNobody, named: true},
}

// builtInText says it in a few words.
func builtInText(p *plan.Plan, id string) string {
	b := builtIns[id]
	if b.named && len(p.IssuesOf(id)) > 0 {
		b.calls = callsPeople
	}
	return b.say + ", " + b.calls
}
