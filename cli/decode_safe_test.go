package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/holiman/uint256"

	"tocsin/action"
	"tocsin/action/safe"
	"tocsin/evm"
	"tocsin/plan"
)

const councilPlan = `tocsin: 1
protocol: harbour
name: Harbour
chains: [{id: 1, name: Ethereum}]
assets:
  - {id: vault, name: Vault, kind: contract, chain: 1, address: "0x1100000000000000000000000000000000000001", abi: ["function pause()", "function setCap(uint256 cap)"]}
  - {id: council, name: Council, kind: contract, chain: 1, address: "0x3300000000000000000000000000000000000003"}
actions:
  - {id: pause, name: Pause, kind: safe, safe: council, asset: vault, function: pause()}
  - id: stop
    name: Stop everything
    kind: safe
    safe: council
    batch:
      - {asset: vault, function: pause()}
      - {asset: vault, function: setCap(uint256), args: ["0"]}
`

// councilFolder writes a plan whose Safe does two things.
func councilFolder(t *testing.T) (dir string, p *plan.Plan) {
	t.Helper()
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "plan.yaml"), []byte(councilPlan), 0o600); err != nil {
		t.Fatal(err)
	}
	p, _, err := plan.Load(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	return dir, p
}

func TestDecodeSafe(t *testing.T) {
	dir, p := councilFolder(t)
	f := safe.Facts{Chain: 1, Safe: evm.Address{0x33, 19: 3}, Version: safe.V141, Nonce: 7, Owners: []evm.Address{{1}}, Threshold: 1}
	x, err := action.PrepareSafe(p, "stop", f, 7)
	if err != nil {
		t.Fatal(err)
	}
	write := func(tx safe.Transaction) string {
		t.Helper()
		b, err := json.Marshal(tx.Typed())
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "safe.json")
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	good := *x.Safe.Transaction
	far := good
	far.To = evm.Address{0xee}
	paid := good
	paid.GasPrice = uint256.NewInt(1)
	unknown := safe.Transaction{Chain: 1, Safe: f.Safe, To: p.Assets[0].Address, Data: []byte{1, 2, 3, 4}}
	for name, c := range map[string]struct {
		args []string
		code int
		say  []string
	}{
		"declared": {[]string{write(good), "--plan", dir}, exitFine, []string{
			"SAFE TRANSACTION with the nonce 7", x.Safe.Hashes.Domain.Hex(), x.Safe.Hashes.Message.Hex(), x.Safe.Hashes.Hash.Hex(), "Ethereum (chain 1)",
			"Makes 2 calls, all or none.", "Pauses Vault", "exactly what the action stop of the plan",
		}},
		"the action meant":     {[]string{write(good), "--plan", dir, "--action", "stop"}, exitFine, []string{"exactly what the action stop"}},
		"another action meant": {[]string{write(good), "--plan", dir, "--action", "pause"}, exitNo, []string{"NOT WHAT THE PLAN SAYS for action pause", "it is a delegatecall where the plan says a call", "its calldata are"}},
		"no such action":       {[]string{write(good), "--plan", dir, "--action", "drain"}, exitUnusable, []string{"drain"}},
		"without a plan":       {[]string{write(good)}, exitNo, []string{"NOBODY HERE KNOWS", "Nothing says by which plan", x.Safe.Hashes.Hash.Hex()}},
		"a delegatecall":       {[]string{write(far), "--plan", dir}, exitNo, []string{"DANGER: DELEGATECALL", "MUST NOT BE SIGNED"}},
		"a refund":             {[]string{write(paid), "--plan", dir}, exitNo, []string{"THE SAFE PAYS", "MUST NOT BE SIGNED"}},
		"a rejection":          {[]string{write(good.Rejection()), "--plan", dir}, exitNo, []string{"nothing but use the nonce 7", "It rejects"}},
		"an unknown function":  {[]string{write(unknown), "--plan", dir}, exitNo, []string{"NOBODY HERE KNOWS ALL"}},
		"fields": {
			[]string{hexutil.Encode(good.Data), "--chain", "1", "--safe", good.Safe.Hex(), "--to", good.To.Hex(), "--nonce", "7", "--operation", "delegatecall", "--safe-version", "1.4.1", "--plan", dir},
			exitFine,
			[]string{x.Safe.Hashes.Hash.Hex(), "exactly what the action stop"},
		},
		"fields without a chain":  {[]string{"0x", "--safe", good.Safe.Hex(), "--to", good.To.Hex()}, exitUnusable, []string{"on which chain"}},
		"fields with a bad value": {[]string{"0x", "--chain", "1", "--safe", good.Safe.Hex(), "--to", good.To.Hex(), "--value", "1.5"}, exitUnusable, []string{"--value"}},
		"another operation":       {[]string{"0x", "--chain", "1", "--safe", good.Safe.Hex(), "--to", good.To.Hex(), "--operation", "create"}, exitUnusable, []string{"no operation"}},
		"an old Safe":             {[]string{write(good), "--safe-version", "1.1.1"}, exitUnusable, []string{"bound to no chain"}},
		"calldata there":          {[]string{"0x8456cb59", "--to", p.Assets[0].Address.Hex(), "--plan", dir}, exitNo, []string{"Pauses Vault", "THE PLAN DECLARES NO ACTION"}},
		"calldata elsewhere":      {[]string{"0x8456cb59", "--to", good.Safe.Hex(), "--plan", dir}, exitNo, []string{"Pauses Council"}},
		"a bad address":           {[]string{"0x8456cb59", "--to", "0x12", "--plan", dir}, exitUnusable, []string{"--to is no address"}},
	} {
		t.Run(name, func(t *testing.T) {
			code, said := runLine(t, "", append([]string{"decode", "--trust", filepath.Join(t.TempDir(), "none.json")}, c.args...)...)
			if code != c.code {
				t.Errorf("exit %d, want %d: %s", code, c.code, said)
			}
			for _, s := range c.say {
				if !strings.Contains(said, s) {
					t.Errorf("it says nothing of %q: %s", s, said)
				}
			}
		})
	}
}

func TestDecodeServiceAnswer(t *testing.T) {
	dir, p := councilFolder(t)
	f := safe.Facts{Chain: 1, Safe: evm.Address{0x33, 19: 3}, Version: safe.V130, Nonce: 7, Owners: []evm.Address{{1}}, Threshold: 1}
	x, err := action.PrepareSafe(p, "pause", f, 7)
	if err != nil {
		t.Fatal(err)
	}
	tx := x.Safe.Transaction
	answer := fmt.Sprintf(`{"safe": %q, "to": %q, "value": "0", "data": %q, "operation": 0, "gasToken": null, "safeTxGas": "0", "baseGas": "0", "gasPrice": "0",
		"refundReceiver": null, "nonce": "7", "safeTxHash": %q, "isExecuted": false, "confirmations": [{"owner": %q, "signature": "0x00"}]}`,
		tx.Safe.Hex(), tx.To.Hex(), tx.Data, x.Safe.Hashes.Hash.Hex(), tx.To.Hex())
	for name, c := range map[string]struct {
		in   string
		args []string
		code int
		say  string
	}{
		"as it is":         {answer, []string{"--chain", "1", "--plan", dir}, exitFine, "exactly what the action pause"},
		"JSON":             {answer, []string{"--chain", "1", "--plan", dir, "--json"}, exitFine, `"declared": true`},
		"without a chain":  {answer, []string{"--plan", dir}, exitUnusable, "on which chain"},
		"on another chain": {answer, []string{"--chain", "10", "--plan", dir}, exitUnusable, "CONTRADICTS ITSELF"},
		"cut off":          {answer[:len(answer)-2], []string{"--chain", "1"}, exitUnusable, "neither"},
		"another nonce":    {strings.Replace(answer, `"nonce": "7"`, `"nonce": "8"`, 1), []string{"--chain", "1"}, exitUnusable, "CONTRADICTS ITSELF"},
	} {
		t.Run(name, func(t *testing.T) {
			code, said := runLine(t, c.in, append([]string{"decode", "-", "--trust", filepath.Join(t.TempDir(), "none.json")}, c.args...)...)
			if code != c.code || !strings.Contains(said, c.say) {
				t.Errorf("exit %d, want %d and %q: %s", code, c.code, c.say, said)
			}
		})
	}
}
