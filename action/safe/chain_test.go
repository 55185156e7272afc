package safe_test

import (
	"crypto/ecdsa"
	"encoding/json"
	"math/rand/v2"
	"testing"

	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"

	"tocsin/action/safe"
	"tocsin/chain/devchain"
	"tocsin/evm"
	world "tocsin/internal/safe"
)

// ground is a chain with a funded account that pays for what the tests do.
func ground(t *testing.T) (*devchain.Chain, *ecdsa.PrivateKey) {
	t.Helper()
	keys := world.Keys(t, "payer", 6)
	c, err := devchain.Start(t.Context(), devchain.Options{ChainID: 31337, Alloc: world.Alloc(t, world.Addresses(keys...)...)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c, keys[0]
}

func random(r *rand.Rand, chain uint64, at evm.Address) safe.Transaction {
	address := func() (a evm.Address) {
		for i := range a {
			a[i] = byte(r.Uint32())
		}
		return a
	}
	number := func() *uint256.Int {
		n := new(uint256.Int)
		for i := range n {
			n[i] = r.Uint64()
		}
		return n.Rsh(n, uint(r.IntN(257)))
	}
	data := make([]byte, r.IntN(200))
	for i := range data {
		data[i] = byte(r.Uint32())
	}
	return safe.Transaction{
		Chain: chain, Safe: at, To: address(), Value: number(), Data: data, Operation: safe.Operation(r.IntN(2)), SafeTxGas: number(),
		BaseGas: number(), GasPrice: number(), GasToken: address(), RefundReceiver: address(), Nonce: r.Uint64(),
	}
}

func TestRealSafeHashesAlike(t *testing.T) {
	c, payer := ground(t)
	for _, v := range safe.Versions() {
		t.Run(string(v), func(t *testing.T) {
			s := world.Deploy(t, c.Client(), payer, v, world.Addresses(world.Keys(t, "owner", 3)...), 2)
			r := rand.New(rand.NewPCG(1, 2))
			for i := range 1000 {
				tx := random(r, c.Client().ChainID(), s.Address)
				h, err := tx.Hashes()
				if err != nil {
					t.Fatal(err)
				}
				if want := s.Hash(t, tx); h.Hash != want {
					t.Fatalf("transaction %d: hash %s, the contract says %s: %+v", i, h.Hash, want, tx)
				}
				if domain := s.Call(t, s.Address, world.Encode(t, "domainSeparator()")); h.Domain != evm.Hash(domain) {
					t.Fatalf("domain %s, the contract says %x", h.Domain, domain)
				}
				if i%50 == 0 {
					sameForWallets(t, tx, h)
				}
			}
		})
	}
}

// sameForWallets holds the typed data to the hashes.
func sameForWallets(t *testing.T, tx safe.Transaction, h safe.Hashes) {
	t.Helper()
	domain, message, err := tx.Typed().Parts()
	if err != nil {
		t.Fatal(err)
	}
	if domain != h.Domain || message != h.Message {
		t.Fatalf("the typed data have the hashes %s and %s, the transaction %+v", domain, message, h)
	}
	b, err := json.Marshal(tx.Typed())
	if err != nil {
		t.Fatal(err)
	}
	d, err := safe.Read(b, 0)
	if err != nil {
		t.Fatal(err)
	}
	if back, err := d.Transaction.Hashes(); err != nil || back != h {
		t.Fatalf("read again the typed data have the hashes %+v, %v; want %+v", back, err, h)
	}
}

func TestRealSafeFacts(t *testing.T) {
	c, payer := ground(t)
	owners := world.Addresses(world.Keys(t, "owner", 3)...)
	for _, v := range safe.Versions() {
		s := world.Deploy(t, c.Client(), payer, v, owners, 2)
		f := s.Facts(t)
		if f.Version != v || f.Threshold != 2 || f.Nonce != 0 || len(f.Owners) != 3 || !f.Owner(owners[0]) || !f.Owner(owners[2]) || f.Owner(s.Address) || len(f.Modules) != 0 {
			t.Errorf("facts of a Safe %s: %+v", v, f)
		}
		if f.Guard != (evm.Address{}) || f.Handler == (evm.Address{}) || f.Block == 0 || f.BlockHash == (evm.Hash{}) {
			t.Errorf("facts of a Safe %s: %+v", v, f)
		}
	}
	if _, err := safe.FactsOf(1, evm.Address{1}, 1, evm.Hash{1}, make([][]byte, len(safe.Questions(evm.Address{1})))); err == nil {
		t.Error("an account without code is a Safe")
	}
}

// TestRealSafeExecutes has real Safes accept what is encoded here: signatures by accounts, as messages, and approved on the chain, for a
// batch that pays two accounts; and refuse it with too few.
func TestRealSafeExecutes(t *testing.T) {
	c, payer := ground(t)
	keys := world.Keys(t, "payer", 6)[1:4] // funded, for one approves on the chain
	for _, v := range safe.Versions() {
		t.Run(string(v), func(t *testing.T) {
			s := world.Deploy(t, c.Client(), payer, v, world.Addresses(keys...), 3)
			s.Send(t, payer, s.Address, uint256.NewInt(100), nil)
			to, err := s.Facts(t).Batcher()
			if err != nil {
				t.Fatal(err)
			}
			a, b := evm.Address{0xaa, byte(v[2])}, evm.Address{0xbb, byte(v[2])}
			data, err := safe.EncodeBatch([]safe.Inner{{To: a, Value: uint256.NewInt(30)}, {To: b, Value: uint256.NewInt(12)}})
			if err != nil {
				t.Fatal(err)
			}
			tx := safe.Transaction{Chain: 31337, Safe: s.Address, Version: v, To: to.Address, Data: data, Operation: safe.DelegateCall}
			h, err := tx.Hashes()
			if err != nil {
				t.Fatal(err)
			}
			sigs := []safe.Signature{world.Sign(t, keys[0], h.Hash), world.SignMessage(t, keys[1], h.Hash)}
			if tally := safe.Count(s.Facts(t), h.Hash, sigs, safe.Said{}); tally.Enough() || len(tally.Counted) != 2 {
				t.Errorf("two of three: %+v", tally)
			}
			few, err := safe.Encode(sigs)
			if err != nil {
				t.Fatal(err)
			}
			if exec, _ := tx.ExecTransaction(few); s.Try(t, payer, s.Address, exec) == nil {
				t.Error("the Safe accepts two signatures of three")
			}
			s.Send(t, keys[2], s.Address, nil, world.Encode(t, "approveHash(bytes32)", h.Hash.Hex()))
			third := world.Addresses(keys[2])[0]
			q := safe.ApprovedQuestion(s.Address, third, h.Hash)
			said := safe.Said{}
			if answer := s.Call(t, q.To, q.Data); new(uint256.Int).SetBytes(answer).IsZero() {
				t.Error("the approval on the chain is not seen")
			} else {
				said.Approved = []evm.Address{third}
			}
			tally := safe.Count(s.Facts(t), h.Hash, sigs, said)
			all, err := tally.Encode()
			if err != nil {
				t.Fatalf("%v: %+v", err, tally)
			}
			exec, err := tx.ExecTransaction(all)
			if err != nil {
				t.Fatal(err)
			}
			s.Send(t, payer, s.Address, nil, exec)
			if f := s.Facts(t); f.Nonce != 1 {
				t.Errorf("nonce %d after one transaction", f.Nonce)
			}
			for who, want := range map[evm.Address]uint64{a: 30, b: 12} {
				if has, err := c.Client().Balance(t.Context(), who, nil); err != nil || has.Uint64() != want {
					t.Errorf("%s has %v, %v; want %d", who, has, err, want)
				}
			}
			if s.Try(t, payer, s.Address, exec) == nil {
				t.Error("the Safe executes it twice")
			}
		})
	}
}

// TestRealSafeRejection has a rejection take the place of a transaction that all have signed.
func TestRealSafeRejection(t *testing.T) {
	c, payer := ground(t)
	key := world.Keys(t, "owner", 1)[0]
	s := world.Deploy(t, c.Client(), payer, safe.V141, world.Addresses(key), 1)
	s.Send(t, payer, s.Address, uint256.NewInt(100), nil)
	tx := safe.Transaction{Chain: 31337, Safe: s.Address, Version: safe.V141, To: evm.Address{0xcc}, Value: uint256.NewInt(5)}
	exec := func(tx safe.Transaction) []byte {
		h, err := tx.Hashes()
		if err != nil {
			t.Fatal(err)
		}
		sigs, err := safe.Encode([]safe.Signature{world.Sign(t, key, h.Hash)})
		if err != nil {
			t.Fatal(err)
		}
		data, err := tx.ExecTransaction(sigs)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	signed := exec(tx)
	if err := s.Try(t, payer, s.Address, signed); err != nil {
		t.Fatalf("the transaction would not run: %v", err)
	}
	no := tx.Rejection()
	if !no.Rejects() || tx.Rejects() {
		t.Error("a rejection is not told from what it rejects")
	}
	s.Send(t, payer, s.Address, nil, exec(no))
	if s.Try(t, payer, s.Address, signed) == nil {
		t.Error("the rejected transaction still runs")
	}
}

func TestDeploymentsArePublished(t *testing.T) {
	codes := world.Codes(t)
	for _, v := range safe.Versions() {
		var published struct {
			Deployments map[string]struct {
				Address  evm.Address `json:"address"`
				CodeHash evm.Hash    `json:"codeHash"`
			} `json:"deployments"`
		}
		if err := json.Unmarshal(world.File(t, "@safe-global/safe-deployments/dist/assets/v"+string(v)+"/multi_send_call_only.json"), &published); err != nil {
			t.Fatal(err)
		}
		list := safe.MultiSends(v)
		if list[0].Address != published.Deployments["canonical"].Address {
			t.Errorf("the usual MultiSendCallOnly of %s is %s, published is %s", v, list[0].Address, published.Deployments["canonical"].Address)
		}
		for _, d := range list {
			found := false
			for _, p := range published.Deployments {
				found = found || p.Address == d.Address && p.CodeHash == d.Code
			}
			if !found {
				t.Errorf("%+v is not published", d)
			}
			if got := crypto.Keccak256Hash(codes[d.Address]); got != d.Code {
				t.Errorf("the artefact of %s hashes to %s, want %s", v, got, d.Code)
			}
		}
		if got, ok := safe.IsMultiSend(v, list[0].Address); !ok || got != list[0] {
			t.Errorf("%s is not found by its address", v)
		}
	}
	if _, ok := safe.IsMultiSend("", evm.Address{1}); ok {
		t.Error("any address is a MultiSendCallOnly")
	}
}
