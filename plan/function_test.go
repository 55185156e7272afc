package plan_test

import (
	"testing"
	"testing/fstest"

	"tocsin/action"
	"tocsin/plan"
)

// What an effect answers, and that a function changes nothing, is known from the plan alone, without the files that it was read with.
func TestFunctionsOfFilesAreWrittenOut(t *testing.T) {
	folder := fstest.MapFS{
		"plan.yaml": {Data: []byte(`tocsin: 1
protocol: harbour
name: Harbour
chains: [{id: 1, name: Ethereum}]
assets:
  - {id: vault, name: Vault, kind: contract, chain: 1, address: "0x1100000000000000000000000000000000000001", abi_file: vault.json}
  - {id: council, name: Council, kind: contract, chain: 1, address: "0x3300000000000000000000000000000000000003"}
actions:
  - {id: pause, name: Pause, kind: call, asset: vault, function: pause(), effect: {asset: vault, function: paused(), want: "true"}}
  - {id: cap, name: Cap, kind: call, asset: vault, function: "setCap(uint256)", args: ["5"], effect: {asset: vault, function: paused(), want: "true"}}
  - {id: both, name: Both, kind: safe, safe: council, batch: [{asset: vault, function: pause()}, {asset: vault, function: "setCap(uint256 cap)", args: ["0"]}]}
  - {id: read, name: Read, kind: call, asset: vault, function: paused()}
`)},
		"vault.json": {Data: []byte(`[{"type": "function", "name": "pause", "inputs": [], "outputs": [], "stateMutability": "nonpayable"},
			{"type": "function", "name": "setCap", "inputs": [{"name": "cap", "type": "uint256"}], "outputs": [], "stateMutability": "nonpayable"},
			{"type": "function", "name": "paused", "inputs": [], "outputs": [{"name": "", "type": "bool"}], "stateMutability": "view"}]`)},
	}
	loaded, _, err := plan.Load(folder)
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.ParseCanonical(loaded.Canonical())
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]string{"pause": "0x8456cb59", "cap": "0x47786d370000000000000000000000000000000000000000000000000000000000000005"} {
		x, err := action.Prepare(p, id)
		if err != nil || x.Data.String() != want || x.Effect == nil || x.Effect.Want != "true" {
			t.Errorf("%s: %+v, %v", id, x, err)
		}
	}
	if x, err := action.Prepare(p, "both"); err != nil || len(x.Safe.Calls) != 2 || len(x.Safe.Calls[1].Args) != 1 || x.Safe.Calls[1].Args[0].Name != "cap" {
		t.Errorf("both: %+v, %v", x, err)
	}
	if a, _ := p.Action("cap"); a.Function != "setCap(uint256)" {
		t.Errorf("what was whole is written %q", a.Function)
	}
	if x, err := action.Prepare(p, "read"); err == nil {
		t.Errorf("a function that changes nothing is sent: %+v", x)
	}
}
