package check

import (
	"strings"
	"testing"

	"tocsin/plan"
)

// What is wrong with an expression is shown where it stands in the file, however the expression is written.
func TestBrokenExpressionIsShownAtItsPlace(t *testing.T) {
	for field, written := range map[string]string{
		"where":         "transaction: true\n    where: |\n      tx.value > 0 &&\n        tx.form == asset.vault\n",
		"where, quotes": "transaction: true\n    where: \"true && tx.form == asset.vault\"\n",
		"where, folded": "transaction: true\n    where: >\n      true &&\n      tx.form == asset.vault\n",
		"amount":        "transaction: true\n    amount: tx.form\n",
		"message":       "transaction: true\n    message: |\n      sent by\n      {tx.form}\n",
	} {
		_, src, err := plan.Load(plan.Stored{"plan.yaml": []byte("tocsin: 1\nprotocol: a\nname: A\nchains: [{id: 1, name: M}]\nassets: [{id: vault, name: V, kind: contract, chain: 1, address: \"0x88bC4F6FCb5515C41D03673c039C596FA63952a9\"}]\n" +
			"detectors:\n  - id: d\n    name: D\n    kind: match\n    asset: vault\n    " + written)})
		if err != nil {
			t.Fatal(err)
		}
		p, _, err := plan.Load(plan.Stored(src.Files))
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range []*plan.Source{src, nil} {
			var found []Gap
			for _, g := range Check(p, at) {
				if g.Code == "detector-broken" {
					found = append(found, g)
				}
			}
			if len(found) != 1 || !strings.Contains(found[0].Say, "tx.form") {
				t.Fatalf("%s: %v", field, found)
			}
			g := found[0]
			if at == nil {
				if g.Line != 0 {
					t.Errorf("%s: stands at %d:%d of no file", field, g.Line, g.Column)
				}
				continue
			}
			row := []rune(at.Line(g.File, g.Line))
			if rest := string(row[min(max(g.Column-1, 0), len(row)):]); !strings.HasPrefix(strings.TrimPrefix(rest, "{"), "tx.form") {
				t.Errorf("%s: is shown at %d:%d, %q: %s", field, g.Line, g.Column, rest, g.Say)
			}
		}
	}
}

// The built-in detector of upgrades sees nothing where there is no proxy.
func TestUpgradesAreSeenOfProxiesAlone(t *testing.T) {
	for proxy, seen := range map[string]bool{"none": false, "eip1967": true} {
		text := "tocsin: 1\nprotocol: a\nname: A\nchains: [{id: 1, name: M}]\nassets: [{id: vault, name: V, kind: contract, chain: 1, address: \"0x88bC4F6FCb5515C41D03673c039C596FA63952a9\", proxy: " + proxy + "}]\n" +
			"issues: [{id: up, name: Up, detection: {detectors: [upgraded]}}]\n"
		p, src, err := plan.Load(plan.Stored{"plan.yaml": []byte(text)})
		if err != nil {
			t.Fatal(err)
		}
		found := true
		for _, g := range Check(p, src) {
			if g.Code == "issue-without-detection" {
				found = false
			}
		}
		if found != seen {
			t.Errorf("proxy %s: the issue is detected: %v", proxy, found)
		}
	}
}
