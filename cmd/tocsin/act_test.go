package main

import (
	"bytes"
	"crypto/ecdsa"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"

	core "tocsin/action/safe"
	"tocsin/chain"
	"tocsin/chain/rpc"
	"tocsin/contracts"
	"tocsin/evm"
	"tocsin/internal/anvil"
	"tocsin/internal/safe"
	"tocsin/signer"
	"tocsin/stage"
)

// yard is a chain that is not go-ethereum, with two vaults on it, one of them in the hands of a Safe, and the example's plan for both. No server
// runs.
type yard struct {
	*world
	url     string
	client  chain.Client
	payer   *ecdsa.PrivateKey
	safe    safe.Safe
	vault   evm.Address
	reserve evm.Address
}

// newYard sets it up. The Safe belongs to Carmen, Janet and the key of a stranger to the plan; two of them must sign.
func newYard(t *testing.T) *yard {
	t.Helper()
	y := &yard{world: newQuietWorld(t), url: "http://" + anvil.Start(t)}
	var err error
	if y.client, err = rpc.Dial(t.Context(), rpc.Options{URL: y.url, ChainID: 31337, PollEvery: time.Millisecond}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(y.client.Close)
	if y.payer, err = crypto.HexToECDSA("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"); err != nil { // anvil's first account
		t.Fatal(err)
	}
	y.safe = safe.Deploy(t, y.client, y.payer, core.V141, []evm.Address{y.address("carmen"), y.address("janet"), y.address("stranger")}, 2)
	y.vault, y.reserve = y.deploy(), y.deploy()
	y.grant(y.vault, y.address("executor"))
	y.grant(y.reserve, y.safe.Address)
	y.safe.Send(t, y.payer, y.address("executor"), uint256.NewInt(1e18), nil)
	y.write()
	y.ask("evm_setIntervalMining", 1) // confirmations come by themselves from here on
	return y
}

func (y *yard) address(name string) evm.Address {
	y.t.Helper()
	a, err := stage.Address(name)
	if err != nil {
		y.t.Fatal(err)
	}
	return a
}

// ask asks the chain's own endpoint.
func (y *yard) ask(method string, params ...any) {
	y.t.Helper()
	b, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
	if err != nil {
		y.t.Fatal(err)
	}
	r, err := http.Post(y.url, "application/json", bytes.NewReader(b))
	if err != nil {
		y.t.Fatal(err)
	}
	defer r.Body.Close()
	var answer struct{ Error any }
	if err := json.NewDecoder(r.Body).Decode(&answer); err != nil || answer.Error != nil {
		y.t.Fatalf("%s: %v %v", method, err, answer.Error)
	}
}

// deploy deploys a vault that the payer administers.
func (y *yard) deploy() evm.Address {
	y.t.Helper()
	c, err := contracts.Vault()
	if err != nil {
		y.t.Fatal(err)
	}
	key := signer.Drill(y.payer)
	args := safe.Encode(y.t, "f(address,address)", evm.Address{1}.Hex(), key.Address().Hex())
	ctx := y.t.Context()
	nonce, err := y.client.Nonce(ctx, key.Address(), true)
	if err != nil {
		y.t.Fatal(err)
	}
	raw, hash, err := key.SignTransaction(ctx, signer.Transaction{
		ChainID: 31337, Nonce: nonce, Data: append(c.Bytecode, args[4:]...), Gas: 5_000_000, Tip: uint256.NewInt(1e9), Cap: uint256.NewInt(100e9),
	})
	if err != nil {
		y.t.Fatal(err)
	}
	if _, err := y.client.Send(ctx, raw); err != nil {
		y.t.Fatal(err)
	}
	var at evm.Address
	y.until("a vault", func() bool {
		r, err := y.client.Receipt(ctx, hash)
		if err != nil || r.ContractAddress == nil {
			return false
		}
		at = *r.ContractAddress
		return true
	})
	return at
}

func (y *yard) grant(vault, to evm.Address) {
	y.t.Helper()
	role := crypto.Keccak256Hash([]byte("PAUSER_ROLE")).Hex()
	y.safe.Send(y.t, y.payer, vault, nil, safe.Encode(y.t, "grantRole(bytes32,address)", role, to.Hex()))
}

// paused asks a vault.
func (y *yard) paused(vault evm.Address) bool {
	y.t.Helper()
	b := y.safe.Call(y.t, vault, safe.Encode(y.t, "paused()"))
	return len(b) == 32 && b[31] == 1
}

// nonce is how many transactions an account has on the chain.
func (y *yard) nonce(name string) uint64 {
	y.t.Helper()
	n, err := y.client.Nonce(y.t.Context(), y.address(name), true)
	if err != nil {
		y.t.Fatal(err)
	}
	return n
}

// write puts the two vaults and the Safe into the plan.
func (y *yard) write() {
	y.t.Helper()
	edit := func(file string, f func(string) string) {
		path := filepath.Join(y.plan, file)
		b, err := os.ReadFile(path)
		if err != nil {
			y.t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(f(string(b))), 0o600); err != nil {
			y.t.Fatal(err)
		}
	}
	edit("assets.yaml", func(s string) string {
		s = strings.Replace(s, "0x88bC4F6FCb5515C41D03673c039C596FA63952a9", y.vault.Hex(), 1)
		return strings.Replace(s, "assets:\n", fmt.Sprintf(`assets:
  - id: reserve
    name: Reserve Vault
    kind: contract
    chain: 31337
    address: %q
    proxy: none
    abi:
      - function pause()
      - function paused() view returns (bool)
  - id: council
    name: Council
    kind: contract
    chain: 31337
    address: %q
    proxy: none
`, y.reserve.Hex(), y.safe.Address.Hex()), 1)
	})
	edit("decisions.yaml", func(s string) string {
		return strings.Replace(s, "actions: [pause-vault]", "actions: [pause-vault, pause-reserve]", 1) + `
  - id: pause-reserve
    name: Pause the reserve
    kind: safe
    safe: council
    asset: reserve
    function: pause()
    effect: { asset: reserve, function: paused() returns (bool), want: "true", within: 1m }
    changes: The reserve pays nothing until it is unpaused.
    harms: Nobody, as long as the vault holds enough.
    not_when: The vault needs the reserve today.
`
	})
}

// act runs one step of tocsin act, which must end with a code and say all of want.
func (y *yard) act(code int, args []string, want ...string) result {
	y.t.Helper()
	return y.away("", code, append(append([]string{"act"}, args...), "--plan", y.plan), want...)
}

func (y *yard) endpoint() string { return "31337=" + y.url }

// waiting sends a transaction of an account that does nothing, and that no block takes yet.
func (y *yard) waiting(name string) {
	y.t.Helper()
	secret, err := crypto.ToECDSA(crypto.Keccak256([]byte("tocsin demo key: " + name)))
	if err != nil {
		y.t.Fatal(err)
	}
	at, key := y.address(name), signer.Drill(secret)
	nonce, err := y.client.Nonce(y.t.Context(), at, true)
	if err != nil {
		y.t.Fatal(err)
	}
	raw, _, err := key.SignTransaction(y.t.Context(), signer.Transaction{ChainID: 31337, Nonce: nonce, To: &at, Gas: 21_000, Tip: uint256.NewInt(1e9), Cap: uint256.NewInt(100e9)})
	if err == nil {
		_, err = y.client.Send(y.t.Context(), raw)
	}
	if err != nil {
		y.t.Fatal(err)
	}
}

// TestActPausesWithTheServerOff has two people pause a vault from their laptops.
func TestActPausesWithTheServerOff(t *testing.T) {
	t.Parallel()
	y := newYard(t)
	y.act(1, []string{"steal-everything", "--endpoint", y.endpoint()}, `declares no action "steal-everything"`)
	y.act(0, []string{"pause-vault", "--endpoint", y.endpoint(), "--as", "janet", "--from", y.address("executor").Hex()}, "Calls pause() on Harbour Vault", "reads false", "it goes through")
	send := []string{"send", "pause-vault.json", "--endpoint", y.endpoint(), "--keystore", "executor.json", "--yes"}
	y.act(1, send, "cannot be sent yet")

	// Another plan than the one that the request names is noticed, and so is one that this machine does not trust.
	other := y.edited("other", "decisions.yaml", "required: [carmen, oscar]", "required: [janet]")
	y.away("", 1, []string{"act", "sign", "pause-vault.json", "--plan", other, "--keystore", y.keyFile("carmen"), "--yes"}, "ANOTHER PLAN")
	y.away("", 0, []string{"trust", y.plan, "--yes"})
	y.away("", 1, []string{"act", "pause-vault", "--plan", other, "--endpoint", y.endpoint(), "--out", "other.json"}, "ANOTHER PLAN THAN THE ONE THIS MACHINE TRUSTS")

	y.act(0, []string{"sign", "pause-vault.json", "--keystore", "carmen.json", "--yes"}, "Carmen", "this machine trusts")
	y.act(1, []string{"sign", "pause-vault.json", "--keystore", y.keyFile("mallory"), "--yes"}, "NOBODY IN THE PLAN")
	y.act(0, []string{"merge", "pause-vault.json", "pause-vault.carmen.json"}, "Oscar")
	y.act(1, send, "cannot be sent yet", "Oscar")
	y.act(0, []string{"sign", "pause-vault.json", "--keystore", y.keyFile("oscar"), "--yes"})
	y.act(0, []string{"merge", "pause-vault.json", "pause-vault.oscar.json", "pause-vault.carmen.json"}, "Send it")
	// Something of the account waits: it may be this very action, sent from another laptop.
	y.ask("evm_setIntervalMining", 0)
	y.waiting("executor")
	y.act(1, send, "WAITS already", "--also")
	y.ask("evm_setIntervalMining", 1)
	y.act(0, append(send, "--also"), "Done: landed in block")
	if !y.paused(y.vault) || y.nonce("executor") != 2 {
		t.Fatalf("paused %t, %d transactions", y.paused(y.vault), y.nonce("executor"))
	}
	y.act(0, send, "Done: landed in block")
	y.act(0, []string{"show", "pause-vault.json"}, "Done")
	// A request for what is in effect already sends nothing.
	y.act(0, []string{"pause-vault", "--endpoint", y.endpoint(), "--out", "again.json"}, "IN EFFECT ALREADY")
	for _, who := range []string{"carmen", "oscar"} {
		y.act(0, []string{"sign", "again.json", "--keystore", who + ".json", "--yes"})
	}
	y.act(1, []string{"merge", "again.json", "pause-vault.carmen.json"}, "answers another request")
	y.act(0, []string{"merge", "again.json", "again.carmen.json", "again.oscar.json"})
	y.act(0, []string{"send", "again.json", "--endpoint", y.endpoint(), "--keystore", "executor.json", "--yes"}, "Nothing was sent")
	if n := y.nonce("executor"); n != 2 {
		t.Errorf("%d transactions", n)
	}
	y.takeIn("pause-vault.json.record", "Carmen E, Oscar")
}

// takeIn has a server take a record in: once, and not one in which anything was changed.
func (y *yard) takeIn(file, signed string) {
	y.t.Helper()
	y.serve().stop(y.t)
	take := []string{"act", "import", file, "--as", "janet", "--endpoint", y.endpoint()}
	b, err := os.ReadFile(filepath.Join(y.dir, file))
	if err != nil {
		y.t.Fatal(err)
	}
	for name, change := range map[string][2]string{
		"who signed":       {`"person":"oscar"`, `"person":"david"`},
		"what was sent":    {`"raw":"Av`, `"raw":"AW`},
		"where it landed":  {`"block_hash":"0x`, `"block_hash":"0x00`},
		"which plan it is": {`"plan":"0x`, `"plan":"0x00`},
	} {
		changed := strings.Replace(string(b), change[0], change[1], 1)
		if changed == string(b) {
			y.t.Fatalf("%s: nothing was changed", name)
		}
		if r := y.run("", "act", "import", y.file("changed.record", changed), "--as", "janet", "--data", y.data, "--endpoint", y.endpoint()); r.code == 0 {
			y.t.Errorf("a record is taken in although %s was changed: %s", name, r.out)
		}
	}
	var first, second struct {
		Incident string
		Before   bool
	}
	y.read(y.on(append(take, "--json")...), &first)
	y.read(y.on(append(take, "--json")...), &second)
	if first.Before || !second.Before || first.Incident == "" || first.Incident != second.Incident {
		y.t.Errorf("taken in first %+v, then %+v", first, second)
	}
	if out := y.on("incident", "show", first.Incident); !strings.Contains(out, signed) || !strings.Contains(out, "landed in block") || !strings.Contains(out, "took it in from a file") || !strings.Contains(out, "The chain shows it") {
		y.t.Errorf("the incident does not say what was done:\n%s", out)
	}
}

// TestRealSafeActsWithTheServerOff has the owners of a real Safe pause a vault that only the Safe may pause.
func TestRealSafeActsWithTheServerOff(t *testing.T) {
	t.Parallel()
	y := newYard(t)
	y.act(0, []string{"pause-reserve", "--endpoint", y.endpoint()}, "Has the Safe Council", "2 of its 3 owners must sign", "it goes through")
	send := []string{"send", "pause-reserve.json", "--endpoint", y.endpoint(), "--keystore", "executor.json", "--yes"}
	for _, who := range []string{"carmen", "janet", "stranger"} {
		y.keyFile(who)
		code := 0
		out := "pause-reserve." + who + ".json"
		y.act(code, []string{"sign", "pause-reserve.json", "--keystore", who + ".json", "--yes", "--out", out}, "You are an owner of the Safe", "cannot be recalled")
	}
	y.act(0, []string{"merge", "pause-reserve.json", "pause-reserve.janet.json", "pause-reserve.stranger.json"}, "2 of the 2 owners", "the plan's rule is not met")
	y.act(1, send, "cannot be sent yet", "Carmen")
	// The owners suffice for the Safe; only one of them who is of the plan may have it sent without the plan's approvers, and says why.
	y.act(1, append(send, "--anyway", "Carmen is in the air", "--as", "oscar"), "who has signed for the Safe")
	y.act(0, []string{"merge", "pause-reserve.json", "pause-reserve.carmen.json"}, "Oscar")
	y.act(0, []string{"sign", "pause-reserve.json", "--keystore", y.keyFile("oscar"), "--yes"}, "You sign the decision's message")
	y.act(0, []string{"merge", "pause-reserve.json", "pause-reserve.oscar.json"}, "Send it")
	// Signatures of a Safe are shown nowhere before they are executed.
	var signed struct{ Answer struct{ Signature string } }
	b, err := os.ReadFile(filepath.Join(y.dir, "pause-reserve.carmen.json"))
	if err != nil || json.Unmarshal(b, &signed) != nil || len(signed.Answer.Signature) != 132 {
		t.Fatalf("%v: %s", err, b)
	}
	for _, form := range [][]string{nil, {"--json"}} {
		if r := y.act(0, append([]string{"show", "pause-reserve.json", "--endpoint", y.endpoint()}, form...)); strings.Contains(r.out+r.err, signed.Answer.Signature[2:]) {
			t.Error("a signature of the Safe is shown")
		}
	}
	y.act(0, send, "Done: landed in block")
	if !y.paused(y.reserve) || y.safe.Facts(t).Nonce != 1 {
		t.Fatalf("paused %t, nonce %d", y.paused(y.reserve), y.safe.Facts(t).Nonce)
	}
	y.act(0, send, "Done: landed in block")
	if n := y.nonce("executor"); n != 1 {
		t.Errorf("%d transactions", n)
	}
}
