package plan

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// An issue may be what the watch itself finds; other references to such a detector lead nowhere, and a slip is still one.
func TestIssuesOfTheWatchItself(t *testing.T) {
	text := func(detector, together string) string {
		return `
tocsin: 1
protocol: small
name: Small
version: "1"
chains: [{id: 1, name: One}]
categories: [{id: net, name: Network}]
assets: [{id: till, name: Till, kind: contract, chain: 1, address: "0x00000000000000000000000000000000000000aa"}]
issues:
  - {id: dark, name: Nothing is seen, category: net, detection: {detectors: [` + detector + `]}}
detectors:
  - {id: paid, name: Paid, kind: match, asset: till, transaction: true` + together + `}
`
	}
	load := func(s string) (*Plan, error) {
		p, _, err := Load(fstest.MapFS{"plan.yaml": {Data: []byte(s)}})
		return p, err
	}
	for _, id := range OwnDetectors() {
		p, err := load(text(id, ""))
		if err != nil {
			t.Fatalf("%s: %v", id, err)
		}
		if got := p.IssuesOf(id); !slices.Equal(got, []string{"dark"}) {
			t.Errorf("%s is of issues %v", id, got)
		}
	}
	if _, err := load(text("blnd", "")); err == nil || !strings.Contains(err.Error(), "is not a detector of the plan") {
		t.Errorf("a slip is taken: %v", err)
	}
	if _, err := load(text("blind", ", act_together: blind")); err == nil {
		t.Error("a detector may act together with one of the watch itself")
	}
}
