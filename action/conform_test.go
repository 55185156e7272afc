package action_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/holiman/uint256"

	"tocsin/action"
	"tocsin/action/safe"
	"tocsin/evm"
	"tocsin/fault"
)

func TestPrepareSafe(t *testing.T) {
	p := kinds()
	x, err := action.PrepareSafe(p, "safe-pause", facts(), 4)
	if err != nil {
		t.Fatal(err)
	}
	tx := *x.Safe.Transaction
	if tx.To != vault || tx.Operation != safe.Call || tx.Nonce != 4 || tx.Chain != 31337 || tx.Safe != council || !bytes.Equal(tx.Data, x.Data) || tx.Refunds() {
		t.Errorf("transaction %+v", tx)
	}
	if h, err := tx.Hashes(); err != nil || h != x.Safe.Hashes || len(x.Safe.Warnings) != 0 {
		t.Errorf("hashes %+v, %v, warnings %v", x.Safe.Hashes, err, x.Safe.Warnings)
	}
	if x.Hash != prepare(t, p, "safe-pause").Hash {
		t.Error("the nonce changes what is decided")
	}
	f := facts()
	f.Guard, f.Modules = evm.Address{7}, []evm.Address{{8}}
	if x, err = action.PrepareSafe(p, "safe-batch", f, 6); err != nil || len(x.Safe.Warnings) != 3 {
		t.Fatalf("%v, %v", x.Safe, err)
	}
	tx = *x.Safe.Transaction
	if calls, err := safe.DecodeBatch(tx.Data); err != nil || len(calls) != 2 || calls[0].To != vault || calls[1].Value.Uint64() != 7 || tx.Operation != safe.DelegateCall || tx.To != safe.MultiSends(safe.V141)[0].Address {
		t.Errorf("%+v: %+v, %v", tx, calls, err)
	}
	for name, c := range map[string]struct {
		action string
		change func(*safe.Facts)
		nonce  uint64
		code   fault.Code
	}{
		"a nonce used":       {"safe-pause", func(*safe.Facts) {}, 3, fault.Conflict},
		"another Safe":       {"safe-pause", func(f *safe.Facts) { f.Safe = token }, 4, fault.Invalid},
		"another chain":      {"safe-pause", func(f *safe.Facts) { f.Chain = 1 }, 4, fault.Invalid},
		"an old version":     {"safe-pause", func(f *safe.Facts) { f.Version = "1.1.1" }, 4, fault.Invalid},
		"no threshold":       {"safe-pause", func(f *safe.Facts) { f.Threshold = 0 }, 4, fault.Invalid},
		"a false MultiSend":  {"safe-batch", func(f *safe.Facts) { f.MultiSend = token }, 4, fault.Invalid},
		"no action of Safes": {"pause-vault", func(*safe.Facts) {}, 4, fault.Invalid},
		"no action":          {"drain", func(*safe.Facts) {}, 4, fault.NotFound},
	} {
		f := facts()
		c.change(&f)
		if x, err := action.PrepareSafe(p, c.action, f, c.nonce); !fault.Is(err, c.code) {
			t.Errorf("%s: %+v, %v", name, x, err)
		}
	}
}

func TestConform(t *testing.T) {
	p := kinds()
	for _, id := range []string{"safe-pause", "safe-batch"} {
		x, err := action.PrepareSafe(p, id, facts(), 4)
		if err != nil {
			t.Fatal(err)
		}
		good := *x.Safe.Transaction
		if err := action.Conform(p, id, good); err != nil {
			t.Errorf("%s: %v", id, err)
		}
		if got, err := action.Declared(p, good); got != id || err != nil {
			t.Errorf("%s: declared by %q, %v", id, got, err)
		}
		for name, change := range map[string]func(*safe.Transaction){
			"value":     func(tx *safe.Transaction) { tx.Value = uint256.NewInt(1) },
			"target":    func(tx *safe.Transaction) { tx.To = evm.Address{0xee} },
			"data":      func(tx *safe.Transaction) { tx.Data = append(append([]byte{}, tx.Data...), 0) },
			"operation": func(tx *safe.Transaction) { tx.Operation = 1 - tx.Operation },
			"refund":    func(tx *safe.Transaction) { tx.GasPrice = uint256.NewInt(1) },
			"receiver":  func(tx *safe.Transaction) { tx.RefundReceiver = token },
			"Safe":      func(tx *safe.Transaction) { tx.Safe = token },
			"chain":     func(tx *safe.Transaction) { tx.Chain = 6 },
			"rejection": func(tx *safe.Transaction) { *tx = tx.Rejection() },
		} {
			tx := good
			change(&tx)
			if err := action.Conform(p, id, tx); !fault.Is(err, fault.Forbidden) || !strings.Contains(err.Error(), "NOT WHAT THE PLAN SAYS") {
				t.Errorf("%s with another %s: %v", id, name, err)
			}
			if got, err := action.Declared(p, tx); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s with another %s: declared by %q, %v", id, name, got, err)
			}
		}
	}
	evil := safe.Transaction{Chain: 31337, Safe: council, To: evm.Address{0xee}, Operation: safe.DelegateCall, Data: []byte{1}}
	for say, change := range map[string]func(*safe.Transaction){
		"is a delegatecall to":          func(*safe.Transaction) {},
		"goes to":                       func(tx *safe.Transaction) { tx.Operation = safe.Call },
		"its batch is a delegatecall":   func(tx *safe.Transaction) { batch(t, tx, safe.Inner{Operation: safe.DelegateCall, To: vault}) },
		"which is no contract of the":   func(tx *safe.Transaction) { batch(t, tx, safe.Inner{To: evm.Address{0xee}}) },
		"cannot be read":                func(tx *safe.Transaction) { tx.To = safe.MultiSends(safe.V130)[0].Address },
		"The plan":                      func(tx *safe.Transaction) { tx.To, tx.Operation = vault, safe.Call },
		"the Safe would pay for its ex": func(tx *safe.Transaction) { tx.BaseGas = uint256.NewInt(1) },
	} {
		tx := evil
		change(&tx)
		if _, err := action.Declared(p, tx); !fault.Is(err, fault.Forbidden) || !strings.Contains(strings.ToLower(err.Error()), strings.ToLower(say)) {
			t.Errorf("%q: %v", say, err)
		}
	}
}

func batch(t *testing.T, tx *safe.Transaction, calls ...safe.Inner) {
	t.Helper()
	data, err := safe.EncodeBatch(calls)
	if err != nil {
		t.Fatal(err)
	}
	tx.To, tx.Data = safe.MultiSends(safe.V141)[0].Address, data
}
