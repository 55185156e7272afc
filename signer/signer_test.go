package signer_test

import (
	"context"
	"crypto/ecdsa"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/keystore"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"

	"tocsin/evm"
	"tocsin/fault"
	"tocsin/signer"
)

func newKey(t *testing.T) (path string, k *signer.Keystore) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "executor.json")
	k, err := signer.New(path, "correct horse", signer.Light)
	if err != nil {
		t.Fatal(err)
	}
	return path, k
}

func TestKeystoreOpensWhatItWrote(t *testing.T) {
	path, made := newKey(t)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("key file: %v, %v; want mode 0600", info.Mode(), err)
	}
	k, err := signer.Open(path, "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	if k.Address() != made.Address() || k.Note() != "" {
		t.Errorf("opened %v with note %q, want %v and none", k.Address(), k.Note(), made.Address())
	}
	// Other tools read it too.
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	geth, err := keystore.DecryptKey(b, "correct horse")
	if err != nil || geth.Address != made.Address() {
		t.Errorf("geth reads %v, %v", geth, err)
	}
}

func TestOpenSaysWhoElseCanRead(t *testing.T) {
	path, _ := newKey(t)
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	k, err := signer.Open(path, "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(k.Note(), "0640") {
		t.Errorf("note %q does not say the mode", k.Note())
	}
}

func TestOpenRefuses(t *testing.T) {
	path, made := newKey(t)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	edit := func(f func(file, crypto, kdf map[string]any)) string {
		var file map[string]any
		if err := json.Unmarshal(good, &file); err != nil {
			t.Fatal(err)
		}
		c := file["crypto"].(map[string]any)
		f(file, c, c["kdfparams"].(map[string]any))
		b, err := json.Marshal(file)
		if err != nil {
			t.Fatal(err)
		}
		p := filepath.Join(t.TempDir(), "edited.json")
		if err := os.WriteFile(p, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	garbage := filepath.Join(t.TempDir(), "garbage")
	if err := os.WriteFile(garbage, []byte(`{"crypto": "hunter2`), 0o600); err != nil {
		t.Fatal(err)
	}
	cases := map[string]struct {
		path, password string
		code           fault.Code
		say            string
	}{
		"wrong password":     {path, "wrong horse", fault.Unauthenticated, "password"},
		"no password":        {path, "", fault.Unauthenticated, "password"},
		"no file":            {path + ".not", "x", fault.NotFound, "no key file"},
		"a folder":           {filepath.Dir(path), "x", fault.Invalid, "folder"},
		"not JSON":           {garbage, "x", fault.Invalid, "no key file"},
		"version 1":          {edit(func(f, _, _ map[string]any) { f["version"] = 1 }), "correct horse", fault.Invalid, "version"},
		"huge scrypt":        {edit(func(_, _, k map[string]any) { k["n"] = 1 << 30 }), "correct horse", fault.Invalid, "scrypt"},
		"no salt":            {edit(func(_, _, k map[string]any) { delete(k, "salt") }), "correct horse", fault.Invalid, "salt"},
		"short key":          {edit(func(_, _, k map[string]any) { k["dklen"] = 8 }), "correct horse", fault.Invalid, "dklen"},
		"short iv":           {edit(func(_, c, _ map[string]any) { c["cipherparams"] = map[string]any{"iv": "00"} }), "correct horse", fault.Invalid, "iv"},
		"no kdf":             {edit(func(_, c, _ map[string]any) { delete(c, "kdf") }), "correct horse", fault.Invalid, "kdf"},
		"no r":               {edit(func(_, _, k map[string]any) { k["r"] = "8" }), "correct horse", fault.Invalid, "scrypt"},
		"pbkdf2 without prf": {edit(func(_, c, k map[string]any) { c["kdf"] = "pbkdf2"; k["c"] = 1000 }), "correct horse", fault.Invalid, "pbkdf2"},
		"other address":      {edit(func(f, _, _ map[string]any) { f["address"] = strings.Repeat("ab", 20) }), "correct horse", fault.Invalid, made.Address().Hex()},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			k, err := signer.Open(c.path, c.password)
			if !fault.Is(err, c.code) || !strings.Contains(err.Error(), c.say) {
				t.Errorf("got %v, %v; want %s saying %q", k, err, c.code, c.say)
			}
			if err != nil && strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%v quotes the file", err)
			}
		})
	}
}

func TestNewOverwritesNothing(t *testing.T) {
	path, made := newKey(t)
	if _, err := signer.New(path, "other", signer.Light); !fault.Is(err, fault.Conflict) {
		t.Fatalf("second key: %v, want a conflict", err)
	}
	if k, err := signer.Open(path, "correct horse"); err != nil || k.Address() != made.Address() {
		t.Errorf("the first key is gone: %v", err)
	}
	if _, err := signer.New(path+"2", "", signer.Light); !fault.Is(err, fault.Invalid) {
		t.Errorf("empty password: %v, want invalid", err)
	}
}

func drillKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	k, err := crypto.ToECDSA(crypto.Keccak256([]byte("signer test")))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestSignTransaction(t *testing.T) {
	k := signer.Drill(drillKey(t))
	to := evm.Address{0xaa}
	req := signer.Transaction{ChainID: 31337, Nonce: 7, To: &to, Value: uint256.NewInt(5), Data: []byte{1, 2}, Gas: 50_000, Tip: uint256.NewInt(1), Cap: uint256.NewInt(30)}
	raw, hash, err := k.SignTransaction(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}
	var tx types.Transaction
	if err := tx.UnmarshalBinary(raw); err != nil {
		t.Fatal(err)
	}
	from, err := types.Sender(types.LatestSignerForChainID(big.NewInt(31337)), &tx)
	if err != nil || from != k.Address() {
		t.Errorf("sender %v, %v; want %v", from, err, k.Address())
	}
	if tx.Hash() != hash || tx.Nonce() != 7 || *tx.To() != to || tx.Value().Int64() != 5 || tx.Gas() != 50_000 || tx.GasFeeCap().Int64() != 30 || tx.GasTipCap().Int64() != 1 {
		t.Errorf("signed another transaction: %+v", &tx)
	}
	for name, spoil := range map[string]func(*signer.Transaction){
		"no chain":     func(t *signer.Transaction) { t.ChainID = 0 },
		"no gas":       func(t *signer.Transaction) { t.Gas = 0 },
		"no fee":       func(t *signer.Transaction) { t.Cap = nil },
		"tip over cap": func(t *signer.Transaction) { t.Tip = uint256.NewInt(31) },
	} {
		bad := req
		spoil(&bad)
		if _, _, err := k.SignTransaction(context.Background(), bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v, want invalid", name, err)
		}
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if _, _, err := k.SignTransaction(ended, req); err == nil {
		t.Error("signed after the context ended")
	}
}

func TestSignDigest(t *testing.T) {
	k := signer.Drill(drillKey(t))
	digest := crypto.Keccak256Hash([]byte("hello"))
	sig, err := k.SignDigest(context.Background(), digest)
	if err != nil {
		t.Fatal(err)
	}
	if by, err := evm.Recover(digest, sig); err != nil || by != k.Address() || sig[64] < 27 {
		t.Errorf("recovered %v, %v from %x", by, err, sig)
	}
}

func TestKeyIsNeverPrinted(t *testing.T) {
	private := drillKey(t)
	k := &signer.Keystore{Key: signer.Drill(private)}
	secret := []string{hex.EncodeToString(crypto.FromECDSA(private)), fmt.Sprint(crypto.FromECDSA(private))}
	held := struct{ Signer signer.Signer }{k}
	var out []string
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x", "%q"} {
		out = append(out, fmt.Sprintf(verb, k), fmt.Sprintf(verb, *k), fmt.Sprintf(verb, k.Key), fmt.Sprintf(verb, held))
	}
	b, err := json.Marshal(held)
	if err != nil {
		t.Fatal(err)
	}
	out = append(out, string(b))
	for _, o := range out {
		for _, s := range secret {
			if strings.Contains(strings.ToLower(o), s) {
				t.Errorf("%q holds the key", o)
			}
		}
	}
}

func TestPassword(t *testing.T) {
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte("pass word \r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, []byte("\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("KEY_PASSWORD", "from the environment")
	t.Setenv("KEY_EMPTY", "")
	for _, c := range []struct {
		variable, file, want string
		code                 fault.Code
	}{
		{"KEY_PASSWORD", "", "from the environment", ""},
		{"", file, "pass word ", ""},
		{"", "", "", fault.Invalid},
		{"KEY_PASSWORD", file, "", fault.Invalid},
		{"KEY_NOT_SET", "", "", fault.NotFound},
		{"KEY_EMPTY", "", "", fault.Invalid},
		{"", file + ".not", "", fault.NotFound},
		{"", empty, "", fault.Invalid},
		{"", filepath.Dir(file), "", fault.Invalid},
	} {
		got, err := signer.Password(c.variable, c.file)
		if got != c.want || fault.CodeOf(err) != c.code {
			t.Errorf("Password(%q, %q) = %q, %v; want %q, %q", c.variable, c.file, got, err, c.want, c.code)
		}
		if err != nil && strings.Contains(err.Error(), "pass word") {
			t.Errorf("%v holds the password", err)
		}
	}
}
