package decision_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tocsin/decision"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
)

func TestVerifyContract(t *testing.T) {
	m, sig := message(), []byte("whatever the contract takes")
	wallet := evm.Address{0xcc}
	ann := person(t, "Ann", "ann")
	ann.Keys = append(ann.Keys, plan.Key{Kind: plan.KeyContract, Address: wallet, Chain: 1})
	fact := func(change func(*decision.ContractFact)) *decision.ContractFact {
		f := &decision.ContractFact{
			Chain: 1, Account: wallet, Digest: m.Digest(), Signature: evm.Keccak(sig), Block: 9, BlockHash: evm.Hash{9}, At: signedAt.Add(-time.Second), Valid: true,
		}
		if change != nil {
			change(f)
		}
		return f
	}
	if signer, err := decision.VerifyContract(m, sig, fact(nil), ann, signedAt); err != nil || signer != wallet {
		t.Fatalf("%s, %v", signer.Hex(), err)
	}
	for what, c := range map[string]struct {
		code   fault.Code
		say    string
		change func(*decision.ContractFact)
	}{
		"another chain":     {fault.Forbidden, "no contract with which Ann signs", func(f *decision.ContractFact) { f.Chain = 2 }},
		"another contract":  {fault.Forbidden, "no contract with which Ann signs", func(f *decision.ContractFact) { f.Account = evm.Address{1} }},
		"her own account":   {fault.Forbidden, "no contract with which Ann signs", func(f *decision.ContractFact) { f.Account = ann.Keys[0].Address }},
		"another message":   {fault.Invalid, "not what is to be known", func(f *decision.ContractFact) { f.Digest = m.With(decision.Refuse).Digest() }},
		"another signature": {fault.Invalid, "not what is to be known", func(f *decision.ContractFact) { f.Signature = evm.Hash{} }},
		"no block's hash":   {fault.Invalid, "not what is to be known", func(f *decision.ContractFact) { f.BlockHash = evm.Hash{} }},
		"long ago":          {fault.Expired, "too long ago", func(f *decision.ContractFact) { f.At = signedAt.Add(-decision.FactAge - time.Second) }},
		"to come":           {fault.Expired, "too long ago", func(f *decision.ContractFact) { f.At = signedAt.Add(decision.FactAge + time.Second) }},
		"no":                {fault.Forbidden, "It reverts.", func(f *decision.ContractFact) { f.Valid, f.Why = false, "It reverts." }},
	} {
		if signer, err := decision.VerifyContract(m, sig, fact(c.change), ann, signedAt); !fault.Is(err, c.code) || !strings.Contains(fault.Sentence(err), c.say) || signer != (evm.Address{}) {
			t.Errorf("%s: %s, %v", what, signer.Hex(), err)
		}
	}
	if _, err := decision.VerifyContract(m, sig, fact(nil), ann, signedAt.Add(time.Hour)); !fault.Is(err, fault.Expired) {
		t.Errorf("after its time: %v", err)
	}
	alone := &plan.Person{ID: "ben", Name: "Ben", Keys: ann.Keys[1:]}
	if _, err := decision.Verify(m, sign(t, m, "ann"), alone, signedAt); !fault.Is(err, fault.Forbidden) || !strings.Contains(err.Error(), "it was not asked") {
		t.Errorf("without asking the contract: %v", err)
	}
}

func TestSameKeys(t *testing.T) {
	d := newDevice().key()
	a := &plan.Person{Keys: []plan.Key{{Address: evm.Address{1}}, d}}
	written := d
	written.Public, written.Note = fmt.Sprintf("0x04%x", d.Point()), "new telephone"
	if !decision.SameKeys(a, &plan.Person{Keys: []plan.Key{{Kind: plan.KeyAddress, Address: evm.Address{1}, Note: "n"}, written}}) {
		t.Error("the same keys, written otherwise, are others")
	}
	moved := d
	moved.Site = "example.com"
	for what, keys := range map[string][]plan.Key{
		"one less": a.Keys[:1], "another": {{Address: evm.Address{2}}, d}, "another kind": {{Kind: plan.KeyContract, Chain: 1, Address: evm.Address{1}}, d}, "another site": {a.Keys[0], moved},
	} {
		if decision.SameKeys(a, &plan.Person{Keys: keys}) {
			t.Errorf("%s: said to be the same", what)
		}
	}
}
