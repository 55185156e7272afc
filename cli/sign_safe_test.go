package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/holiman/uint256"

	"tocsin/action"
	"tocsin/action/safe"
	"tocsin/evm"
	"tocsin/internal/anvil"
	"tocsin/signer"
)

// signWorld is a machine with the council's plan, a key file and a remote signer.
type signWorld struct {
	t        *testing.T
	plan     string // folder
	keystore string
	account  evm.Address
	good     safe.Transaction
}

func newSignWorld(t *testing.T) *signWorld {
	t.Helper()
	dir, p := councilFolder(t)
	w := &signWorld{t: t, plan: dir, keystore: filepath.Join(t.TempDir(), "key.json")}
	k, err := signer.New(w.keystore, "open sesame", signer.Light)
	if err != nil {
		t.Fatal(err)
	}
	w.account = k.Address()
	t.Setenv(passwordVariable, "open sesame")
	t.Setenv(trustVariable, filepath.Join(t.TempDir(), "trust.json"))
	f := safe.Facts{Chain: 1, Safe: evm.Address{0x33, 19: 3}, Version: safe.V141, Nonce: 7, Owners: []evm.Address{{1}}, Threshold: 1}
	x, err := action.PrepareSafe(p, "stop", f, 7)
	if err != nil {
		t.Fatal(err)
	}
	w.good = *x.Safe.Transaction
	return w
}

// file holds the typed data of a Safe transaction.
func (w *signWorld) file(tx safe.Transaction) string {
	w.t.Helper()
	b, err := json.Marshal(tx.Typed())
	if err != nil {
		w.t.Fatal(err)
	}
	file := filepath.Join(w.t.TempDir(), "safe.json")
	if err := os.WriteFile(file, b, 0o600); err != nil {
		w.t.Fatal(err)
	}
	return file
}

// signed checks that what a command printed is a signature of a Safe transaction by an account.
func (w *signWorld) signed(said string, tx safe.Transaction, by evm.Address) {
	w.t.Helper()
	var out struct {
		Signature hexutil.Bytes `json:"signature"`
		Digest    evm.Hash      `json:"digest"`
		Nonce     uint64        `json:"nonce"`
	}
	if err := json.Unmarshal([]byte(said[strings.Index(said, "{"):strings.LastIndex(said, "}")+1]), &out); err != nil {
		w.t.Fatalf("%v: %s", err, said)
	}
	h, err := tx.Hashes()
	if err != nil {
		w.t.Fatal(err)
	}
	sig, err := safe.ByAccount(h.Hash, out.Signature)
	if err != nil || sig.Signer != by || out.Digest != h.Hash || out.Nonce != tx.Nonce {
		w.t.Errorf("signed by %s, %v: %+v", sig.Signer.Hex(), err, out)
	}
}

func TestSignSafeTransaction(t *testing.T) {
	w := newSignWorld(t)
	for name, tx := range map[string]safe.Transaction{"an action": w.good, "a rejection": w.good.Rejection()} {
		code, said := runLine(t, "", "sign", "--json", "--file", w.file(tx), "--plan", w.plan, "--keystore", w.keystore, "--yes")
		if code != exitFine || !strings.Contains(said, "with the nonce 7") || !strings.Contains(said, "cannot be taken back") {
			t.Errorf("%s: exit %d: %s", name, code, said)
			continue
		}
		w.signed(said, tx, w.account)
	}
	code, said := runLine(t, "no\n", "sign", "--file", w.file(w.good), "--plan", w.plan, "--keystore", w.keystore)
	if code != exitNo || !strings.Contains(said, "Nothing was signed") {
		t.Errorf("without a yes: exit %d: %s", code, said)
	}
}

// What the service answers about a transaction is signed by what it describes, not by the hash that it states.
func TestSignWhatTheServiceAnswers(t *testing.T) {
	w := newSignWorld(t)
	h, err := w.good.Hashes()
	if err != nil {
		t.Fatal(err)
	}
	answer := func(hash evm.Hash) string {
		b, err := json.Marshal(map[string]any{
			"safe": w.good.Safe.Hex(), "to": w.good.To.Hex(), "value": "0", "data": w.good.Data.String(), "operation": w.good.Operation,
			"safeTxGas": 0, "baseGas": 0, "gasPrice": "0", "nonce": w.good.Nonce, "safeTxHash": hash.Hex(), "confirmations": []any{},
		})
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "service.json")
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	sign := []string{"sign", "--json", "--plan", w.plan, "--keystore", w.keystore, "--yes", "--file"}
	code, said := runLine(t, "", append(sign, answer(h.Hash), "--chain", "1")...)
	if code != exitFine {
		t.Fatalf("exit %d: %s", code, said)
	}
	w.signed(said, w.good, w.account)
	for name, args := range map[string][]string{"no chain": {answer(h.Hash)}, "another chain": {answer(h.Hash), "--chain", "10"}, "another hash": {answer(evm.Hash{1}), "--chain", "1"}} {
		if code, said := runLine(t, "", append(sign, args...)...); code != exitUnusable || strings.Contains(said, "signature\"") {
			t.Errorf("%s: exit %d: %s", name, code, said)
		}
	}
}

func TestSignSafeRefuses(t *testing.T) {
	w := newSignWorld(t)
	change := func(f func(*safe.Transaction)) string {
		tx := w.good
		f(&tx)
		return w.file(tx)
	}
	for name, c := range map[string]struct {
		file string
		more []string
		code int
		say  string
	}{
		"no plan":           {w.file(w.good), nil, exitNo, "NOTHING ON THIS MACHINE SAYS"},
		"another target":    {change(func(x *safe.Transaction) { x.To = evm.Address{0xee} }), []string{"--plan", w.plan}, exitNo, "NOT WHAT THE PLAN"},
		"a delegatecall":    {change(func(x *safe.Transaction) { x.Operation, x.To = safe.DelegateCall, evm.Address{0xee} }), []string{"--plan", w.plan}, exitNo, "NOT WHAT THE PLAN"},
		"another chain":     {change(func(x *safe.Transaction) { x.Chain = 10 }), []string{"--plan", w.plan}, exitNo, "NOT WHAT THE PLAN"},
		"a refund":          {change(func(x *safe.Transaction) { x.GasPrice = uint256.NewInt(1) }), []string{"--plan", w.plan}, exitNo, "NOT WHAT THE PLAN"},
		"another Safe":      {change(func(x *safe.Transaction) { x.Safe = evm.Address{9} }), []string{"--plan", w.plan}, exitNo, "NOT WHAT THE PLAN"},
		"a stranger's no":   {change(func(x *safe.Transaction) { *x = safe.Transaction{Chain: 1, Safe: evm.Address{9}, Nonce: 7}.Rejection() }), []string{"--plan", w.plan}, exitNo, "NOT WHAT THE PLAN"},
		"refused":           {w.file(w.good), []string{"--plan", w.plan, "--refuse"}, exitUnusable, "cannot be refused"},
		"two keys":          {w.file(w.good), []string{"--plan", w.plan, "--signer", "http://127.0.0.1:1"}, exitUnusable, "not both"},
		"account of a file": {w.file(w.good), []string{"--plan", w.plan, "--account", w.account.Hex()}, exitUnusable, "--account is for a remote signer"},
	} {
		code, said := runLine(t, "", append([]string{"sign", "--file", c.file, "--keystore", w.keystore, "--yes"}, c.more...)...)
		if code != c.code || !strings.Contains(said, c.say) || strings.Contains(said, "0x1b") || len(said) == 0 {
			t.Errorf("%s: exit %d: %s", name, code, said)
		}
	}
}

func TestSignByRemoteSigner(t *testing.T) {
	w := newSignWorld(t)
	node := "http://" + anvil.Start(t)
	sign := []string{"sign", "--json", "--file", w.file(w.good), "--plan", w.plan, "--yes"}
	code, said := runLine(t, "", append(sign, "--signer", node)...)
	if code != exitNo || !strings.Contains(said, "holds 10 accounts") {
		t.Errorf("no account named: exit %d: %s", code, said)
	}
	const first = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266" // of anvil
	account, err := evm.ParseAddress(first)
	if err != nil {
		t.Fatal(err)
	}
	code, said = runLine(t, "", append(sign, "--signer", node, "--account", first)...)
	if code != exitFine {
		t.Fatalf("exit %d: %s", code, said)
	}
	w.signed(said, w.good, account)

	// From the environment it may hold credentials; on the command line it may not.
	secret := strings.Replace(node, "http://", "http://tocsin:hush@", 1)
	if code, said := runLine(t, "", append(sign, "--signer", secret, "--account", first)...); code != exitUnusable || strings.Contains(said, "hush") {
		t.Errorf("credentials on the command line: exit %d: %s", code, said)
	}
	file := filepath.Join(t.TempDir(), "signer")
	if err := os.WriteFile(file, []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv(signerVariable+"_FILE", file)
	code, said = runLine(t, "", append(sign, "--account", first)...)
	if code != exitFine || strings.Contains(said, "hush") {
		t.Fatalf("from a file: exit %d: %s", code, said)
	}
	w.signed(said, w.good, account)
	if code, said := runLine(t, "", append(sign, "--account", "0x12")...); code != exitUnusable || !strings.Contains(said, "no address") {
		t.Errorf("no address: exit %d: %s", code, said)
	}
}
