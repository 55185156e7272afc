package action_test

import (
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/holiman/uint256"

	"tocsin/action"
	"tocsin/action/safe"
	"tocsin/evm"
	world "tocsin/internal/safe"
	"tocsin/plan"
)

var (
	stranger = evm.Address{0xee, 19: 0x0e}
	janet    = evm.Address{0x4a, 19: 0x04}
)

// named is the plan of kinds with a person who signs.
func named() *plan.Plan {
	p := kinds()
	p.CoreTeam = []plan.Person{{ID: "janet", Name: "Janet", Keys: []plan.Key{{Kind: "address", Address: janet}}}}
	p.Assets[1].Kind, p.Assets[1].Decimals, p.Assets[1].Unit = "token", 6, "USDX"
	return p
}

func TestExplain(t *testing.T) {
	p := named()
	at := func(a evm.Address) string { return a.Hex() }
	pauser := evm.Keccak([]byte("PAUSER_ROLE")).Hex()
	all := new(uint256.Int).SetAllOne().Dec()
	payload := hexutil.Encode(world.Encode(t, "pause()"))
	none, zero := evm.Address{}.Hex(), evm.Hash{}.Hex()
	for _, c := range []struct {
		to     evm.Address
		call   string
		args   []string
		say    string   // in the sentence
		danger []string // each in one of the dangers, in order; none: no danger at all
		proof  string   // in the first suggestion
		inner  string   // sentence of the first call within
	}{
		{vault, "pause()", nil, "Pauses Vault (" + at(vault) + ").", nil, "paused() on Vault", ""},
		{vault, "unpause()", nil, "run again", nil, "answers false", ""},
		{vault, "setCap(address,uint256)", []string{at(token), "5"}, "Calls setCap(asset: " + at(token) + ", cap: 5) on Vault", nil, "", ""},
		{token, "transfer(address,uint256)", []string{at(janet), "1500000"}, "Sends 1.5 USDX of Token (" + at(token) + ") to Janet (" + at(janet) + ").", nil, "", ""},
		{token, "transfer(address,uint256)", []string{at(stranger), "1"}, "0.000001 USDX", []string{"nobody that the plan has"}, "", ""},
		{token, "approve(address,uint256)", []string{at(stranger), all}, "an unlimited amount", []string{"nobody that the plan has", "UNLIMITED APPROVAL"}, "", ""},
		{token, "approve(address,uint256)", []string{at(vault), "0"}, "take 0 USDX", nil, "", ""},
		{token, "setApprovalForAll(address,bool)", []string{at(vault), "true"}, "take everything", []string{"UNLIMITED"}, "", ""},
		{vault, "transferOwnership(address)", []string{at(janet)}, "Makes Janet", []string{"The owner changes"}, "owner() on Vault (" + at(vault) + ") answers " + at(janet), ""},
		{vault, "renounceOwnership()", nil, "for good", []string{"cannot be undone"}, "answers " + none, ""},
		{vault, "grantRole(bytes32,address)", []string{pauser, at(stranger)}, "Gives PAUSER_ROLE of Vault", []string{"gets PAUSER_ROLE", "nobody that"}, "hasRole(" + pauser + ", " + at(stranger) + ") on Vault", ""},
		{vault, "revokeRole(bytes32,address)", []string{zero, at(janet)}, "Takes DEFAULT_ADMIN_ROLE of Vault", nil, "answers false", ""},
		{vault, "upgradeTo(address)", []string{at(token)}, "Replaces the code of Vault", []string{"can do anything"}, "the slot 0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc of Vault", ""},
		{vault, "upgradeToAndCall(address,bytes)", []string{at(token), payload}, "and calls it", []string{"can do anything"}, "holds " + at(token), "Pauses Vault (" + at(vault) + ")."},
		{vault, "upgrade(address,address)", []string{at(vault), at(stranger)}, "by that of " + at(stranger), []string{"can do anything", "nobody that"}, "of Vault", ""},
		{vault, "upgradeAndCall(address,address,bytes)", []string{at(vault), at(token), payload}, "and calls it", []string{"can do anything"}, "holds " + at(token), "Pauses Vault"},
		{vault, "schedule(address,uint256,bytes,bytes32,bytes32,uint256)", []string{at(vault), "0", payload, zero, zero, "3600"}, "wait 3600 seconds", nil, "", "Pauses Vault"},
		{vault, "scheduleBatch(address[],uint256[],bytes[],bytes32,bytes32,uint256)", []string{"[" + at(vault) + "]", "[0]", "[" + payload + "]", zero, zero, "60"}, "wait 60 seconds", nil, "", "Pauses Vault"},
		{vault, "scheduleBatch(address[],uint256[],bytes[],bytes32,bytes32,uint256)", []string{"[" + at(vault) + "]", "[]", "[" + payload + "]", zero, zero, "60"}, "wait 60 seconds", []string{"not of one length"}, "", ""},
		{vault, "execute(address,uint256,bytes,bytes32,bytes32)", []string{at(vault), "0", payload, zero, zero}, "was scheduled", nil, "", "Pauses Vault"},
		{vault, "cancel(bytes32)", []string{pauser}, "Cancels the operation " + pauser, nil, "answers false", ""},
		{council, "addOwnerWithThreshold(address,uint256)", []string{at(stranger), "1"}, "Makes " + at(stranger) + " an owner of the Safe Council", []string{"new owner", "nobody that"}, "isOwner(" + at(stranger) + ")", ""},
		{council, "removeOwner(address,address,uint256)", []string{at(stranger), at(janet), "1"}, "Removes the owner Janet", []string{"loses an owner"}, "answers false", ""},
		{council, "swapOwner(address,address,address)", []string{at(stranger), at(janet), at(stranger)}, "Replaces the owner Janet", []string{"new owner", "nobody that"}, "answers true", ""},
		{council, "changeThreshold(uint256)", []string{"1"}, "Has 1 owners", []string{"How many must sign"}, "getThreshold() on Council", ""},
		{council, "enableModule(address)", []string{at(stranger)}, "a module of the Safe", []string{"WITHOUT ANY SIGNATURE", "nobody that"}, "isModuleEnabled", ""},
		{council, "setGuard(address)", []string{none}, "Has nobody", []string{"A guard can refuse"}, "the slot", ""},
		{council, "setFallbackHandler(address)", []string{at(vault)}, "answer for the Safe", []string{"ERC-1271"}, "the slot", ""},
		{stranger, "pause()", nil, "Pauses " + at(stranger), []string{"no contract of the plan"}, "paused()", ""},
		{vault, "drain(uint256)", []string{"7"}, "that nobody here knows, with 32 bytes", []string{"NOBODY HERE KNOWS"}, "", ""},
	} {
		e := action.Explain(p, 31337, c.to, nil, world.Encode(t, c.call, c.args...))
		if !strings.Contains(e.Sentence, c.say) {
			t.Errorf("%s: %q says nothing of %q", c.call, e.Sentence, c.say)
		}
		if len(e.Dangers) != len(c.danger) {
			t.Errorf("%s: dangers %q, want %q", c.call, e.Dangers, c.danger)
			continue
		}
		for i, d := range c.danger {
			if !strings.Contains(e.Dangers[i], d) {
				t.Errorf("%s: danger %q says nothing of %q", c.call, e.Dangers[i], d)
			}
		}
		if c.proof != "" && (len(e.Proofs) == 0 || !strings.Contains(e.Proofs[0].Words, c.proof)) {
			t.Errorf("%s: proofs %+v, want %q", c.call, e.Proofs, c.proof)
		}
		if c.inner != "" && (len(e.Inner) != 1 || !strings.HasPrefix(e.Inner[0].Sentence, c.inner)) {
			t.Errorf("%s: within %+v, want %q", c.call, e.Inner, c.inner)
		}
	}
	e := action.Explain(p, 31337, vault, nil, world.Encode(t, "drain(uint256)", "7"))
	if e.Known() || len(e.Raw) != 1 || e.Raw[0] != (evm.Hash{31: 7}) {
		t.Errorf("unknown: %+v", e)
	}
	if e := action.Explain(p, 31337, vault, nil, []byte{0xde, 0xad, 0xbe, 0xef}); e.Call != "an unknown function 0xdeadbeef" || !strings.Contains(e.Dangers[0], "WHAT 0xdeadbeef DOES") {
		t.Errorf("unknown: %q, %q", e.Call, e.Dangers)
	}
	if e := action.Explain(nil, 0, janet, uint256.NewInt(1e18), nil); !e.Known() || !strings.Contains(e.Sentence, "Sends 1 ether to "+at(janet)) {
		t.Errorf("a payment: %+v", e)
	}
	longer := append(world.Encode(t, "transferOwnership(address)", at(janet)), 1)
	if e := action.Explain(p, 31337, vault, nil, longer); len(e.Dangers) != 2 || !strings.Contains(e.Dangers[0], "more in them") {
		t.Errorf("with a byte more: %q", e.Dangers)
	}
}

func TestExplainSafe(t *testing.T) {
	p := named()
	x, err := action.PrepareSafe(p, "safe-batch", facts(), 4)
	if err != nil {
		t.Fatal(err)
	}
	e := action.ExplainSafe(p, *x.Safe.Transaction)
	if len(e.Inner) != 2 || e.Inner[0].Sentence != "Pauses Vault ("+vault.Hex()+")." || len(e.AllDangers()) != 0 || !e.Known() || e.Sentence != "Makes 2 calls, all or none." {
		t.Errorf("a batch: %+v", e)
	}
	exec, err := x.Safe.Transaction.ExecTransaction(nil)
	if err != nil {
		t.Fatal(err)
	}
	outer := action.Explain(p, 31337, council, nil, exec)
	if len(outer.Inner) != 1 || len(outer.Inner[0].Inner) != 2 || len(outer.AllDangers()) != 0 {
		t.Errorf("its execution: %+v", outer)
	}
	evil := safe.Transaction{Chain: 31337, Safe: council, To: stranger, Operation: safe.DelegateCall, Data: world.Encode(t, "pause()"), GasPrice: uint256.NewInt(5), RefundReceiver: stranger}
	if d := strings.Join(action.ExplainSafe(p, evil).AllDangers(), "\n"); !strings.HasPrefix(d, "DELEGATECALL to") || !strings.Contains(d, "THE SAFE PAYS") || !strings.Contains(d, "to "+stranger.Hex()) {
		t.Errorf("a delegatecall: %s", d)
	}
	tx := safe.Transaction{Chain: 31337, Safe: council}
	batch(t, &tx, safe.Inner{To: vault, Data: world.Encode(t, "pause()")}, safe.Inner{Operation: safe.DelegateCall, To: stranger})
	tx.Operation = safe.DelegateCall
	if d := action.ExplainSafe(p, tx).AllDangers(); len(d) == 0 || !strings.HasPrefix(d[0], "Call 2: DELEGATECALL") {
		t.Errorf("a batch with a delegatecall: %q", d)
	}
	if e := action.ExplainSafe(p, tx.Rejection()); !strings.Contains(e.Sentence, "nothing but use the nonce 0") || len(e.Dangers) != 0 {
		t.Errorf("a rejection: %+v", e)
	}
	cut := tx
	cut.Data = world.Encode(t, "multiSend(bytes)", "0x00ff")
	if d := action.ExplainSafe(p, cut).AllDangers(); len(d) != 1 || !strings.Contains(d[0], "cannot be read") {
		t.Errorf("a batch that is cut off: %q", d)
	}
}

// TestExplainEnds explains calls that hold each other deeper, and more of them, than are read.
func TestExplainEnds(t *testing.T) {
	data := world.Encode(t, "pause()")
	for range 20 {
		tx := safe.Transaction{To: council, Data: data}
		exec, err := tx.ExecTransaction(nil)
		if err != nil {
			t.Fatal(err)
		}
		data = exec
	}
	e := action.Explain(nil, 1, council, nil, data)
	if e.Known() || len(e.AllDangers()) == 0 {
		t.Error("what lies too deep passes for known")
	}
	wide, err := safe.EncodeBatch(make([]safe.Inner, 2000))
	if err != nil {
		t.Fatal(err)
	}
	if e := action.Explain(nil, 1, council, nil, wide); len(e.AllDangers()) == 0 {
		t.Error("what is too much passes for read")
	}
}

func FuzzExplain(f *testing.F) {
	batch, _ := safe.EncodeBatch([]safe.Inner{{To: vault, Data: []byte{0x84, 0x56, 0xcb, 0x59}}, {To: token}})
	f.Add(batch)
	exec, _ := safe.Transaction{To: council, Data: batch, Operation: safe.DelegateCall}.ExecTransaction([]byte{1})
	f.Add(exec)
	p := named()
	f.Fuzz(func(t *testing.T, data []byte) {
		e := action.Explain(p, 31337, vault, nil, data)
		if e.Sentence == "" || e.Call == "" {
			t.Fatalf("%x is explained by nothing", data)
		}
		if !e.Known() && len(e.AllDangers()) == 0 {
			t.Fatalf("%x is unknown, and no danger", data)
		}
	})
}
