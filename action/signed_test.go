package action_test

import (
	"bytes"
	"encoding/json"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/holiman/uint256"

	"tocsin/action"
	"tocsin/evm"
	"tocsin/fault"
	world "tocsin/internal/safe"
)

func TestPrepareSigned(t *testing.T) {
	p := kinds()
	key := world.Keys(t, "executor", 1)[0]
	from := world.Addresses(key)[0]
	pause := []byte{0x84, 0x56, 0xcb, 0x59}
	signed := func(chain int64, inner types.TxData) []byte {
		tx, err := types.SignNewTx(key, types.LatestSignerForChainID(big.NewInt(chain)), inner)
		if err != nil {
			t.Fatal(err)
		}
		b, err := tx.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	dynamic := func(change func(*types.DynamicFeeTx)) []byte {
		tx := &types.DynamicFeeTx{ChainID: big.NewInt(31337), Nonce: 3, To: &vault, Gas: 100_000, GasFeeCap: big.NewInt(30e9), GasTipCap: big.NewInt(2e9), Data: pause, Value: new(big.Int)}
		change(tx)
		return signed(tx.ChainID.Int64(), tx)
	}
	good := dynamic(func(*types.DynamicFeeTx) {})
	x, wire, err := action.PrepareSigned(p, "signed", good)
	if err != nil {
		t.Fatal(err)
	}
	if s := "Calls pause() on Vault (" + vault.Hex() + ") on Harbour devnet, by a transaction that " + from.Hex() + " signed in advance with the nonce 3."; x.Words.Sentence != s {
		t.Errorf("%q, want %q", x.Words.Sentence, s)
	}
	if s := "At most 30 gwei per gas, 2 gwei of it for the block's proposer, for 100000 gas: at most 0.003 ether in all."; x.Transaction.Fees != s {
		t.Errorf("%q, want %q", x.Transaction.Fees, s)
	}
	if x.Transaction.From != from || x.Transaction.Nonce != 3 || x.Transaction.Hash != evm.Keccak(good) || x.Hash != prepare(t, p, "signed").Hash {
		t.Errorf("%+v", x)
	}
	if b, _ := json.Marshal(x); strings.Contains(string(b), hexutil.Encode(good)[4:]) {
		t.Error("the signed transaction stands in what is recorded: whoever reads it can send it")
	}
	if again, same, err := action.PrepareSigned(p, "signed", []byte(" "+hexutil.Encode(good)+"\n")); err != nil || again.Transaction.Hash != x.Transaction.Hash || !bytes.Equal(wire, good) || !bytes.Equal(same, good) {
		t.Errorf("in hexadecimal: %v", err)
	}
	unprotected, err := types.SignNewTx(key, types.HomesteadSigner{}, &types.LegacyTx{To: &vault, Gas: 100_000, GasPrice: big.NewInt(1), Data: pause})
	if err != nil {
		t.Fatal(err)
	}
	everywhere, _ := unprotected.MarshalBinary()
	for say, raw := range map[string][]byte{
		"no signed transaction":  []byte("hello"),
		"not hexadecimal":        []byte("0xzz"),
		"bound to no chain":      everywhere,
		"is for chain 6":         dynamic(func(tx *types.DynamicFeeTx) { tx.ChainID = big.NewInt(6) }),
		"is for chain 99":        dynamic(func(tx *types.DynamicFeeTx) { tx.ChainID = big.NewInt(99) }),
		"creates a contract":     dynamic(func(tx *types.DynamicFeeTx) { tx.To = nil }),
		"goes to":                dynamic(func(tx *types.DynamicFeeTx) { tx.To = &token }),
		"has the calldata":       dynamic(func(tx *types.DynamicFeeTx) { tx.Data = []byte{1} }),
		"sends 5 wei":            dynamic(func(tx *types.DynamicFeeTx) { tx.Value = big.NewInt(5) }),
		"hands the account over": signed(31337, &types.SetCodeTx{ChainID: uint256.NewInt(31337), To: vault, Gas: 1, GasFeeCap: uint256.NewInt(1), GasTipCap: uint256.NewInt(1), Value: new(uint256.Int)}),
	} {
		if x, _, err := action.PrepareSigned(p, "signed", raw); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), say) {
			t.Errorf("%q: %+v, %v", say, x, err)
		}
	}
	until := prepare(t, p, "signed").Transaction
	*until = *x.Transaction
	until.ValidUntil = "2026-11-21"
	day := time.Date(2026, 11, 21, 23, 59, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		s    action.Standing
		want []action.Hindrance
	}{
		"as it should be": {action.Standing{Nonce: 3, Balance: uint256.NewInt(1e18), BaseFee: uint256.NewInt(1e9), At: day}, nil},
		"used":            {action.Standing{Nonce: 4, Balance: uint256.NewInt(1e18), BaseFee: uint256.NewInt(1e9), At: day}, []action.Hindrance{action.Used}},
		"too early":       {action.Standing{Nonce: 2, Balance: uint256.NewInt(1e18), BaseFee: uint256.NewInt(1e9), At: day}, []action.Hindrance{action.Early}},
		"too dear":        {action.Standing{Nonce: 3, Balance: uint256.NewInt(1e15), BaseFee: uint256.NewInt(31e9), At: day}, []action.Hindrance{action.Unpaid, action.Cheap}},
		"too late":        {action.Standing{Nonce: 3, Balance: uint256.NewInt(1e18), BaseFee: uint256.NewInt(1e9), At: day.Add(time.Minute)}, []action.Hindrance{action.Past}},
	} {
		var got []action.Hindrance
		for _, w := range until.Wants(c.s) {
			if got = append(got, w.Kind); w.Say == "" {
				t.Errorf("%s: it does not say why", name)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	undeclared := kinds()
	for i := range undeclared.Actions {
		undeclared.Actions[i].Function = ""
	}
	if _, _, err := action.PrepareSigned(undeclared, "signed", good); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "does not say what the transaction does") {
		t.Errorf("undeclared: %v", err)
	}
}
