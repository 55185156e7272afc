package detect

import (
	"strings"
	"testing"

	"tocsin/plan"
)

func TestCompileSaysWhatIsWrongAndWhere(t *testing.T) {
	for _, c := range []struct {
		name string
		d    plan.Detector
		want string
	}{
		{"unknown variable", plan.Detector{Event: "Withdraw", Where: "tx.value > 0 &&\n  event.args.amount > 5"}, "detector d: where, line 2, column 3: there is no event.args.amount here"},
		{"unknown asset", plan.Detector{Event: "Withdraw", Where: "tx.to == asset.nobody"}, "where, line 1, column 10: there is no asset.nobody here"},
		{"types", plan.Detector{Event: "Withdraw", Where: "event.args.assets > event.args.owner"}, "> does not take a number and an address"},
		{"not a condition", plan.Detector{Event: "Withdraw", Where: "event.args.assets"}, "where, line 1, column 1: the expression gives a number where true or false is wanted"},
		{"not a number", plan.Detector{Event: "Withdraw", Amount: "event.args.owner"}, "amount, line 1, column 1: the expression gives an address where a number is wanted"},
		{"syntax", plan.Detector{Event: "Withdraw", Where: "tx.failed &&"}, "where, line 1, column 13"},
		{"fraction", plan.Detector{Event: "Withdraw", Where: "event.args.assets > 1.5"}, `where, line 1, column 21: numbers on a chain are whole; write ether("1.5")`},
		{"checksum", plan.Detector{Event: "Withdraw", Where: `event.args.owner == "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD0"`}, "== does not take an address and a text; an address is 0x and 40 hexadecimal digits, all small or with the capitals right"},
		{"checksum of 20 bytes", plan.Detector{Event: "Withdraw", Where: `event.args.owner == "0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"`}, "where, line 1, column 21: read address"},
		{"too large a literal", plan.Detector{Event: "Withdraw", Where: "event.args.assets > 99999999999999999999"}, `a number this large is written u256("…")`},
		{"beyond 256 bits", plan.Detector{Event: "Withdraw", Where: `event.args.assets > u256("` + strings.Repeat("9", 78) + `")`}, "does not fit 256 bits"},
		{"not a literal", plan.Detector{Event: "Withdraw", Where: "event.args.assets > ether(event.args.shares)"}, "ether takes a literal"},
		{"too deep", plan.Detector{Event: "Withdraw", Where: strings.Repeat("(", 500) + "true" + strings.Repeat(")", 500)}, "where"},
		{"too long", plan.Detector{Event: "Withdraw", Where: "true" + strings.Repeat(" || true", 2000)}, "where"},
		{"a loop", plan.Detector{Event: "Named", Where: "event.args.list.exists(x, x > 1)"}, "where"},
		{"event", plan.Detector{Event: "Nothing"}, "event"},
		{"event of the whole chain by name", plan.Detector{Event: "Withdraw", Chain: testChain}, "event"},
		{"function", plan.Detector{Function: "nothing"}, "function"},
		{"nothing to match", plan.Detector{}, "a match names one of event, function and transaction"},
		{"two things", plan.Detector{Event: "Withdraw", Transaction: true}, "a match names one of"},
		{"placeholder", plan.Detector{Event: "Withdraw", Message: "first line\nby {calller}"}, "message, line 2, column 4: there is nothing named \"calller\" to put in; known here are {assets}, {asset}, {block.number}"},
		{"amount in a message without one", plan.Detector{Event: "Withdraw", Message: "{amount}"}, "nothing named \"amount\""},
		{"brace", plan.Detector{Event: "Withdraw", Message: "a } b"}, "message, line 1, column 3"},
		{"open brace", plan.Detector{Event: "Withdraw", Message: "a {caller"}, "message, line 1, column 3"},
		{"asset without an address", plan.Detector{Event: "Withdraw", Asset: "site"}, "asset: asset \"site\" has no chain and address"},
		{"no baseline", plan.Detector{Kind: "spike", Metric: "transactions", Window: min1, Factor: 5}, "baseline"},
		{"no limit", plan.Detector{Kind: "spike", Metric: "transactions", Window: min1}, "factor"},
		{"no window", plan.Detector{Kind: "spike", Metric: "transactions", Minimum: 5}, "window"},
		{"metric", plan.Detector{Kind: "spike", Metric: "events", Function: "pause", Window: min1, Minimum: 5}, "metric"},
		{"a metric that there is not", plan.Detector{Kind: "spike", Metric: "mood", Window: min1, Minimum: 5}, "metric: there is no metric mood"},
		{"an outflow of nothing", plan.Detector{Kind: "spike", Metric: "outflow", Event: "Withdraw", Window: min1, Minimum: 5}, "amount: write the amount that leaves"},
		{"an amount that is counted", plan.Detector{Kind: "spike", Metric: "events", Event: "Withdraw", Amount: "event.args.assets", Window: min1, Minimum: 5}, "amount: the metric events counts"},
		{"groups of nothing", plan.Detector{Kind: "spike", Metric: "gas_price", Chain: testChain, GroupBy: "sender", Window: min1, Minimum: 5}, "group_by: the gas price of a chain is one figure"},
		{"groups of one", plan.Detector{Kind: "spike", Metric: "transactions", GroupBy: "contract", Window: min1, Minimum: 5}, "group_by: an asset is one contract"},
		{"groups without a minimum", plan.Detector{Kind: "spike", Metric: "transactions", GroupBy: "sender", Window: min1, Baseline: 5, Factor: 5}, "minimum: one that was never seen"},
		{"groups with a long memory", plan.Detector{Kind: "spike", Metric: "transactions", GroupBy: "sender", Window: min1, Baseline: 500, Minimum: 5, Factor: 5}, "baseline: a baseline of each sender has at most 200"},
		{"groups by mood", plan.Detector{Kind: "spike", Metric: "transactions", GroupBy: "mood", Window: min1, Minimum: 5}, "group_by: counts are grouped by sender or by contract"},
		{"a group without groups", plan.Detector{Kind: "spike", Metric: "transactions", Window: min1, Minimum: 5, Message: "by {group}"}, "nothing named \"group\""},
		{"depth of a spike", plan.Detector{Kind: "spike", Metric: "transactions", Window: min1, Minimum: 5, Depth: "2"}, "depth: only a match waits"},
		{"an absence of nothing", plan.Detector{Kind: "absence", Silent: min1}, "kind: an absence names the event"},
		{"an absence of two things", plan.Detector{Kind: "absence", Silent: min1, Event: "Withdraw", Function: "pause"}, "kind: an absence names one of"},
		{"an absence of no length", plan.Detector{Kind: "absence", Event: "Withdraw"}, "silent: write how long"},
		{"a balance of nobody", plan.Detector{Kind: "balance", Account: "nobody", Below: "1"}, `account: "nobody" is no asset, no person and no address`},
		{"a balance without limits", plan.Detector{Kind: "balance", Account: "vault"}, "below: write the balance"},
		{"a balance that is no number", plan.Detector{Kind: "balance", Account: "vault", Below: "1.5"}, "below: "},
		{"a balance of what has no address", plan.Detector{Kind: "balance", Account: "site", Below: "1"}, `account: asset "site" has no chain and address`},
		{"an invariant of nothing", plan.Detector{Kind: "state", Holds: "true"}, "holds: write the readings"},
		{"an invariant of what is not read", plan.Detector{Kind: "state", Readings: read("a() returns (uint256)"), Holds: "a > 1 && b > 1"}, "holds, line 1, column 10: there is no b here"},
		{"an invariant that is none", plan.Detector{Kind: "state", Readings: read("a() returns (uint256)"), Holds: "a + 1"}, "holds, line 1, column 1: the expression gives a number"},
		{"a reading without results", plan.Detector{Kind: "state", Readings: read("pause()"), Holds: "a > 1"}, "readings: a: pause() does not say what it returns"},
		{"a reading with wrong arguments", plan.Detector{Kind: "state", Readings: read("a(uint256) returns (uint256)"), Holds: "a > 1"}, "readings: a: "},
		{"a reading that cannot be named so", plan.Detector{Kind: "state", Readings: map[string]plan.Reading{"tx": {Asset: "vault", Function: "a() returns (bool)"}}, Holds: "true"}, "readings: tx: a reading is named like a variable"},
		{"a placeholder that is not read", plan.Detector{Kind: "state", Readings: read("a() returns (uint256)"), Holds: "a > 1", Message: "{b}"}, "nothing named \"b\""},
		{"finality of a spike", plan.Detector{Kind: "spike", Metric: "transactions", Window: min1, Minimum: 5, Depth: "finalized"}, "depth: only a match waits"},
		{"depth", plan.Detector{Event: "Withdraw", Depth: "-1"}, "depth"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := world(c.d)
			p.Assets = append(p.Assets, plan.Asset{ID: "site", Name: "Site", Kind: "domain"})
			good := plan.Detector{ID: "good", Name: "Good", Kind: "match", Asset: "vault", Transaction: true}
			p.Detectors = append(p.Detectors, good)
			x, problems := Compile(p, nil)
			if len(problems) != 1 {
				t.Fatalf("%d problems: %v", len(problems), problems)
			}
			if got := problems[0].Error(); !strings.Contains(got, c.want) || problems[0].Detector != "d" || problems[0].Unready {
				t.Errorf("says %q, want %q", got, c.want)
			}
			b := block(1, 1, 1)
			add(b, &vault, 0, nil, 1)
			if found := x.Block(testChain, b, &State{}); len(found) != 1 {
				t.Error("the detector without a problem does not run")
			}
		})
	}
}

func TestWhatThisReleaseDoesNotRunIsSaid(t *testing.T) {
	for _, d := range []plan.Detector{
		{Kind: "state", Holds: "a > b", Readings: map[string]plan.Reading{
			"a": {Asset: "vault", Function: "a() returns (uint256)"}, "b": {Asset: "elsewhere", Function: "b() returns (uint256)"},
		}},
	} {
		p := world(d)
		p.Assets = append(p.Assets, plan.Asset{ID: "elsewhere", Name: "Elsewhere", Kind: "contract", Chain: 1, Address: bob})
		_, problems := Compile(p, nil)
		if len(problems) != 1 || !problems[0].Unready {
			t.Errorf("%+v: problems %v", d, problems)
		}
	}
	if _, problems := Compile(world(plan.Detector{Kind: "webhook"}), nil); len(problems) != 0 {
		t.Errorf("a detector that does not read blocks: %v", problems)
	}
}

func read(function string) map[string]plan.Reading {
	return map[string]plan.Reading{"a": {Asset: "vault", Function: function}}
}

const min1 = plan.Duration(60e9)
