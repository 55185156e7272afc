package app

import (
	"bytes"
	"io/fs"
	"math/big"
	"strings"
	"testing"
	"testing/fstest"

	"filippo.io/age"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/evm"
	"tocsin/examples"
	"tocsin/fault"
	"tocsin/plan"
	"tocsin/trial"
)

// What was signed in advance is opened out of the plan that an incident runs under, with the server's key and no other.
func TestPreparedIsOpenedOutOfThePlan(t *testing.T) {
	ctx := t.Context()
	key, err := crypto.ToECDSA(crypto.Keccak256([]byte("test guardian")))
	if err != nil {
		t.Fatal(err)
	}
	vault := evm.Address{}
	folder := fstest.MapFS{}
	err = fs.WalkDir(examples.Vault(), ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := fs.ReadFile(examples.Vault(), path)
		folder[path] = &fstest.MapFile{Data: b}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	before, _, err := plan.Load(folder)
	if err != nil {
		t.Fatal(err)
	}
	if a, ok := before.Asset("vault"); ok {
		vault = a.Address
	}
	tx, err := types.SignNewTx(key, types.LatestSignerForChainID(big.NewInt(31337)), &types.DynamicFeeTx{
		ChainID: big.NewInt(31337), To: &vault, Gas: 100_000, GasTipCap: big.NewInt(1e9), GasFeeCap: big.NewInt(9e9), Data: crypto.Keccak256([]byte("pause()"))[:4],
	})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := tx.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	reader, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	other, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	into, err := age.Encrypt(&file, reader.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := into.Write(raw); err != nil {
		t.Fatal(err)
	}
	if err := into.Close(); err != nil {
		t.Fatal(err)
	}
	folder["pause.age"] = &fstest.MapFile{Data: file.Bytes()}
	folder["decisions.yaml"] = &fstest.MapFile{Data: append(decisionsOf(t), "\n  - { id: advance, name: Pause in advance, kind: signed-transaction, transaction: pause.age, asset: vault, function: pause() }\n"...)}
	p, src, err := plan.Load(folder)
	if err != nil {
		t.Fatal(err)
	}
	desk, err := Open(ctx, t.TempDir(), true, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer desk.Close()
	if _, err := desk.Engine.Pin(ctx, p, src.Files); err != nil {
		t.Fatal(err)
	}
	p, err = desk.Engine.InForce(ctx, p.Protocol)
	if err != nil {
		t.Fatal(err)
	}
	pr, got, err := trial.Signed(ctx, prepared(reader.String(), adopted(desk.Engine)), p, "advance")
	if err != nil || !bytes.Equal(got, raw) || pr.Transaction.From != crypto.PubkeyToAddress(key.PublicKey) {
		t.Errorf("%+v, %x, %v", pr, got, err)
	}
	if _, _, err := trial.Signed(ctx, prepared(other.String(), adopted(desk.Engine)), p, "advance"); !fault.Is(err, fault.Forbidden) {
		t.Errorf("with another key: %v", err)
	}
	if _, _, err := trial.Signed(ctx, prepared("", adopted(desk.Engine)), p, "advance"); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "no key to open it") {
		t.Errorf("without a key: %v", err)
	}
}

// decisionsOf is the example's file of decisions, which ends with its actions.
func decisionsOf(t *testing.T) []byte {
	t.Helper()
	b, err := fs.ReadFile(examples.Vault(), "decisions.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return b
}
