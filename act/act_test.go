package act_test

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"

	"tocsin/act"
	"tocsin/chain"
	"tocsin/chain/devchain"
	"tocsin/contracts"
	"tocsin/decision"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/outside"
	"tocsin/plan"
	"tocsin/signer"
)

const chainID = 31337

// world is a chain with the example's vault on it, and the example's plan for it.
type world struct {
	t      *testing.T
	client chain.Client
	plan   *plan.Plan
	vault  evm.Address
	dir    string
}

func key(t *testing.T, name string) *ecdsa.PrivateKey {
	t.Helper()
	k, err := crypto.ToECDSA(crypto.Keccak256([]byte("tocsin demo key: " + name)))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func newWorld(t *testing.T) *world {
	t.Helper()
	alloc := types.GenesisAlloc{}
	for _, who := range []string{"admin", "executor"} {
		alloc[crypto.PubkeyToAddress(key(t, who).PublicKey)] = types.Account{Balance: new(big.Int).Mul(big.NewInt(1000), big.NewInt(1e18))}
	}
	node, err := devchain.Start(t.Context(), devchain.Options{ChainID: chainID, Period: 20 * time.Millisecond, Alloc: alloc})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := node.Close(); err != nil {
			t.Error(err)
		}
	})
	w := &world{t: t, client: node.Client(), dir: t.TempDir()}
	c, err := contracts.Vault()
	if err != nil {
		t.Fatal(err)
	}
	admin := signer.Drill(key(t, "admin"))
	w.vault = *w.send(0, nil, append(c.Bytecode, w.data("f(address,address)", evm.Address{1}.Hex(), admin.Address().Hex())[4:]...)).ContractAddress
	w.send(1, &w.vault, w.data("grantRole(bytes32,address)", crypto.Keccak256Hash([]byte("PAUSER_ROLE")).Hex(), signer.Drill(key(t, "executor")).Address().Hex()))
	folder := fstest.MapFS{}
	files, err := filepath.Glob("../examples/vault/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		b = []byte(strings.ReplaceAll(string(b), "0x88bC4F6FCb5515C41D03673c039C596FA63952a9", w.vault.Hex()))
		folder[filepath.Base(f)] = &fstest.MapFile{Data: b}
	}
	if w.plan, _, err = plan.Load(folder); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) data(signature string, args ...string) []byte {
	w.t.Helper()
	b, err := evm.EncodeCall(signature, args)
	if err != nil {
		w.t.Fatal(err)
	}
	return b
}

// send sends a transaction of the administrator and waits for it.
func (w *world) send(nonce uint64, to *evm.Address, data []byte) *evm.Receipt {
	w.t.Helper()
	raw, hash, err := signer.Drill(key(w.t, "admin")).SignTransaction(w.t.Context(), signer.Transaction{
		ChainID: chainID, Nonce: nonce, To: to, Data: data, Gas: 5_000_000, Tip: uint256.NewInt(1e9), Cap: uint256.NewInt(100e9),
	})
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.client.Send(w.t.Context(), raw); err != nil {
		w.t.Fatal(err)
	}
	done := errors.New("done")
	var r *evm.Receipt
	err = w.client.Heads(w.t.Context(), func(h evm.Header) error {
		var err error
		if r, err = w.client.Receipt(w.t.Context(), hash); err == nil && h.Number >= r.BlockNumber {
			return done
		}
		return nil
	})
	if !errors.Is(err, done) || r.Status != 1 {
		w.t.Fatalf("transaction of the test: %v %+v", err, r)
	}
	return r
}

// asked writes a request that Carmen and Oscar have signed, and returns its path.
func (w *world) asked(name, action string) string {
	w.t.Helper()
	r, err := outside.Ask(w.plan, outside.Asking{ID: "act-" + name, Action: action, Now: time.Now()})
	if err != nil {
		w.t.Fatal(err)
	}
	path := filepath.Join(w.dir, name+".json")
	if err := act.Create(path, r); err != nil {
		w.t.Fatal(err)
	}
	f := w.open(path)
	defer f.Close()
	for _, who := range []string{"carmen", "oscar"} {
		sig, err := signer.Drill(key(w.t, who)).SignTyped(w.t.Context(), r.Message.With(decision.Approve).Typed())
		if err != nil {
			w.t.Fatal(err)
		}
		if _, err := f.Answer(outside.Answer{Choice: decision.Approve, Signature: sig}, time.Now()); err != nil {
			w.t.Fatal(err)
		}
	}
	return path
}

func (w *world) open(path string) *act.File {
	w.t.Helper()
	f, err := act.Open(path, w.plan)
	if err != nil {
		w.t.Fatal(err)
	}
	return f
}

var errDead = errors.New("the process was killed")

// dying is a chain whose caller is killed at one of its questions: before it is asked, or before the answer comes back.
type dying struct {
	chain.Client
	left int
	die  context.CancelFunc
	late bool
}

func (d *dying) now() (before, after error) {
	if d.left--; d.left > 0 {
		return nil, nil
	}
	d.die()
	if d.late && d.left == 0 {
		return nil, errDead
	}
	return errDead, nil
}

func (d *dying) Call(ctx context.Context, m chain.Message, at *uint64) ([]byte, error) {
	before, after := d.now()
	if before != nil {
		return nil, before
	}
	b, err := d.Client.Call(context.WithoutCancel(ctx), m, at)
	return b, errors.Join(err, after)
}

func (d *dying) Nonce(ctx context.Context, a evm.Address, pending bool) (uint64, error) {
	before, after := d.now()
	if before != nil {
		return 0, before
	}
	n, err := d.Client.Nonce(context.WithoutCancel(ctx), a, pending)
	return n, errors.Join(err, after)
}

func (d *dying) Send(ctx context.Context, raw []byte) (evm.Hash, error) {
	before, after := d.now()
	if before != nil {
		return evm.Hash{}, before
	}
	h, err := d.Client.Send(context.WithoutCancel(ctx), raw)
	return h, errors.Join(err, after)
}

func (d *dying) Receipt(ctx context.Context, tx evm.Hash) (*evm.Receipt, error) {
	before, after := d.now()
	if before != nil {
		return nil, before
	}
	r, err := d.Client.Receipt(context.WithoutCancel(ctx), tx)
	return r, errors.Join(err, after)
}

// TestCrashAnywhere has the machine die at each question that it asks the chain, before it and after it. Run again, the action is carried
// out, and exactly one transaction of it lands.
func TestCrashAnywhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	executor := signer.Drill(key(t, "executor"))
	actions := []string{"pause-vault", "unpause-vault"}
	runs, died := 0, 0
	for _, late := range []bool{false, true} {
		for left := 1; ; left++ {
			path := w.asked(fmt.Sprintf("run-%d", runs), actions[runs%2])
			runs++
			ctx, cancel := context.WithCancel(t.Context())
			f := w.open(path)
			err := f.Send(ctx, act.Options{Client: &dying{w.client, left, cancel, late}, Signer: executor, Now: time.Now, Pause: time.Millisecond})
			killed := ctx.Err() != nil
			cancel()
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
			if killed {
				died++
				f = w.open(path)
				if state := f.Record().State; state == outside.Failed {
					t.Fatalf("killed at question %d, it failed: %s", left, f.Record().Say)
				}
				if err := f.Send(t.Context(), act.Options{Client: w.client, Signer: executor, Now: time.Now, Pause: time.Millisecond}); err != nil {
					t.Fatal(err)
				}
				err = f.Close()
			}
			if err != nil {
				t.Fatal(err)
			}
			f = w.open(path)
			r := f.Record()
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
			n, err := w.client.Nonce(t.Context(), executor.Address(), true)
			if err != nil {
				t.Fatal(err)
			}
			if r.State != outside.Verified || n != uint64(runs) {
				t.Fatalf("killed at question %d (late %t): it is %s (%s), and %d transactions landed in %d runs", left, late, r.State, r.Say, n, runs)
			}
			if err := r.Verify(w.plan, time.Now()); err != nil {
				t.Fatalf("the record does not prove itself: %v", err)
			}
			if !killed {
				break
			}
		}
	}
	if died < 8 {
		t.Errorf("the machine died only %d times", died)
	}
}

// TestRecordCutShort: a line that was being written when the machine died never counted, and one that somebody changed is not read over.
func TestRecordCutShort(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := w.asked("cut-short", "pause-vault")
	record := act.RecordPath(path)
	whole, err := os.ReadFile(record)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(record, append(whole, `{"kind":"order","at":"20`...), 0o600); err != nil {
		t.Fatal(err)
	}
	f := w.open(path)
	if r := f.Record(); r.Order != nil || len(r.Answers) != 2 {
		t.Errorf("of a line that was cut short it reads %+v", r)
	}
	if _, err := act.Open(path, w.plan); !fault.Is(err, fault.Conflict) {
		t.Errorf("a second process works on it: %v", err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if after, err := os.ReadFile(record); err != nil || string(after) != string(whole) {
		t.Errorf("the record is not as it was: %v", err)
	}
	changed := strings.Replace(string(whole), `"kind":"answer"`, `"kind":"answers"`, 1)
	if err := os.WriteFile(record, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := act.Open(path, w.plan); !fault.Is(err, fault.Invalid) {
		t.Errorf("a changed record is read: %v", err)
	}
}
