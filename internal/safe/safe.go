// Package safe is a world for tests in which a Safe is real: the contracts of its makers, deployed on any chain that a chain.Client
// speaks to. `make needs` installs them; without them the tests that use this package fail.
package safe

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"

	core "tocsin/action/safe"
	"tocsin/chain"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/signer"
)

// Safe is a Safe on a chain, with a funded account that pays for what the test does.
type Safe struct {
	Address evm.Address
	Version core.Version

	client chain.Client
	payer  *ecdsa.PrivateKey
}

func common0() *big.Int  { return new(big.Int) }
func thousand() *big.Int { return new(big.Int).Mul(big.NewInt(1000), big.NewInt(1e18)) }

// Keys makes n keys of accounts, the same at each call for the same name.
func Keys(t testing.TB, name string, n int) []*ecdsa.PrivateKey {
	t.Helper()
	var keys []*ecdsa.PrivateKey
	for i := range n {
		k, err := crypto.ToECDSA(crypto.Keccak256(fmt.Appendf(nil, "%s %d", name, i)))
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, k)
	}
	return keys
}

// Addresses are the accounts of keys.
func Addresses(keys ...*ecdsa.PrivateKey) []evm.Address {
	var list []evm.Address
	for _, k := range keys {
		list = append(list, crypto.PubkeyToAddress(k.PublicKey))
	}
	return list
}

// Deploy deploys a Safe of a version with its factory, singleton and fallback handler, paid for by a funded account that nothing else
// sends from meanwhile.
func Deploy(t testing.TB, client chain.Client, payer *ecdsa.PrivateKey, v core.Version, owners []evm.Address, threshold int) Safe {
	t.Helper()
	s := Safe{Version: v, client: client, payer: payer}
	singleton := s.create(t, load(t, v, places[v].safe).Creation)
	factory := s.create(t, load(t, v, places[v].factory).Creation)
	handler := s.create(t, load(t, v, handlerPath).Creation)
	list := "["
	for i, o := range owners {
		if i > 0 {
			list += ", "
		}
		list += o.Hex()
	}
	none := evm.Address{}.Hex()
	setup := Encode(t, "setup(address[],uint256,address,bytes,address,address,uint256,address)", list+"]", fmt.Sprint(threshold), none, "0x", handler.Hex(), none, "0", none)
	make := Encode(t, "createProxyWithNonce(address,bytes,uint256)", singleton.Hex(), hexutil.Encode(setup), "42")
	answer := s.Call(t, factory, make)
	if len(answer) != 32 {
		t.Fatalf("the factory of Safe %s answers %x", v, answer)
	}
	s.Send(t, payer, factory, nil, make)
	s.Address = evm.Address(answer[12:])
	return s
}

// Encode encodes a call of a function by its signature.
func Encode(t testing.TB, signature string, args ...string) []byte {
	t.Helper()
	data, err := evm.EncodeCall(signature, args)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Call asks a contract at the head.
func (s Safe) Call(t testing.TB, to evm.Address, data []byte) []byte {
	t.Helper()
	answer, err := s.client.Call(t.Context(), chain.Message{From: Addresses(s.payer)[0], To: &to, Data: data}, nil)
	if err != nil {
		t.Fatalf("call %x of %s: %v", data[:min(4, len(data))], to, err)
	}
	return answer
}

// Send sends a transaction from an account and waits until it is mined and the head has it. The transaction must succeed.
func (s Safe) Send(t testing.TB, from *ecdsa.PrivateKey, to evm.Address, value *uint256.Int, data []byte) *evm.Receipt {
	t.Helper()
	return s.send(t, from, &to, value, data)
}

// Try asks whether a transaction from an account would succeed at the head.
func (s Safe) Try(t testing.TB, from *ecdsa.PrivateKey, to evm.Address, data []byte) error {
	t.Helper()
	_, err := s.client.Call(t.Context(), chain.Message{From: Addresses(from)[0], To: &to, Data: data}, nil)
	return err
}

func (s Safe) create(t testing.TB, code []byte) evm.Address {
	t.Helper()
	r := s.send(t, s.payer, nil, nil, code)
	if r.ContractAddress == nil {
		t.Fatal("a contract was deployed nowhere")
	}
	return *r.ContractAddress
}

func (s Safe) send(t testing.TB, from *ecdsa.PrivateKey, to *evm.Address, value *uint256.Int, data []byte) *evm.Receipt {
	t.Helper()
	ctx := t.Context()
	key := signer.Drill(from)
	nonce, err := s.client.Nonce(ctx, key.Address(), true)
	if err != nil {
		t.Fatal(err)
	}
	gas, err := s.client.EstimateGas(ctx, chain.Message{From: key.Address(), To: to, Value: value, Data: data})
	if err != nil {
		t.Fatalf("a transaction of the test would fail: %v", err)
	}
	fee, err := s.client.Fee(ctx)
	if err != nil {
		t.Fatal(err)
	}
	raw, hash, err := key.SignTransaction(ctx, signer.Transaction{ChainID: s.client.ChainID(), Nonce: nonce, To: to, Value: value, Data: data, Gas: gas + gas/4, Tip: fee.Tip, Cap: fee.Cap})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.client.Send(ctx, raw); err != nil {
		t.Fatal(err)
	}
	r := s.mined(t, hash)
	if r.Status != 1 {
		t.Fatalf("transaction %s of the test failed", hash)
	}
	return r
}

// mined waits until the head has the block of a transaction.
func (s Safe) mined(t testing.TB, hash evm.Hash) *evm.Receipt {
	t.Helper()
	var found *evm.Receipt
	enough := errors.New("mined")
	look := func(h evm.Header) error {
		r, err := s.client.Receipt(t.Context(), hash)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		if err == nil && r.BlockNumber <= h.Number {
			found = r
			return enough
		}
		return nil
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	if h, err := s.client.Head(ctx); err == nil && errors.Is(look(h), enough) {
		return found
	}
	if err := s.client.Heads(ctx, look); !errors.Is(err, enough) {
		t.Fatalf("wait for %s: %v", hash, err)
	}
	return found
}
