package safe

import (
	"crypto/ecdsa"
	"testing"

	"github.com/ethereum/go-ethereum/crypto"

	core "tocsin/action/safe"
	"tocsin/chain"
	"tocsin/evm"
)

// Facts reads what the chain says of the Safe at its head.
func (s Safe) Facts(t testing.TB) core.Facts {
	t.Helper()
	head, err := s.client.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var answers [][]byte
	for _, q := range core.Questions(s.Address) {
		answer, err := s.client.Call(t.Context(), chain.Message{To: &q.To, Data: q.Data}, &head.Number)
		if err != nil {
			t.Fatalf("ask the Safe for its %s: %v", q.Name, err)
		}
		answers = append(answers, answer)
	}
	f, err := core.FactsOf(s.client.ChainID(), s.Address, head.Number, head.Hash, answers)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// Hash is what the contract itself says that the owners of a transaction sign.
func (s Safe) Hash(t testing.TB, tx core.Transaction) evm.Hash {
	t.Helper()
	m, err := evm.ParseSignature("getTransactionHash(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,uint256)")
	if err != nil {
		t.Fatal(err)
	}
	exec, err := tx.ExecTransaction(nil)
	if err != nil {
		t.Fatal(err)
	}
	// The arguments are those of execTransaction, with the nonce in the place of the signatures: its head is as long.
	selector := m.Selector()
	data := append([]byte{}, exec...)
	copy(data, selector[:])
	word := uint256Word(tx.Nonce)
	copy(data[4+9*32:], word[:])
	answer := s.Call(t, s.Address, data)
	if len(answer) != 32 {
		t.Fatalf("getTransactionHash answers %x", answer)
	}
	return evm.Hash(answer)
}

// Sign signs a hash as a wallet does that shows typed data.
func Sign(t testing.TB, key *ecdsa.PrivateKey, hash evm.Hash) core.Signature {
	t.Helper()
	raw, err := crypto.Sign(hash[:], key)
	if err != nil {
		t.Fatal(err)
	}
	sig, err := core.ByAccount(hash, raw)
	if err != nil {
		t.Fatal(err)
	}
	return sig
}

// SignMessage signs a hash as a wallet does that can only sign messages.
func SignMessage(t testing.TB, key *ecdsa.PrivateKey, hash evm.Hash) core.Signature {
	t.Helper()
	raw, err := crypto.Sign(crypto.Keccak256([]byte("\x19Ethereum Signed Message:\n32"), hash[:]), key)
	if err != nil {
		t.Fatal(err)
	}
	sig, err := core.ByMessage(hash, raw)
	if err != nil {
		t.Fatal(err)
	}
	return sig
}

func uint256Word(n uint64) [32]byte {
	var w [32]byte
	for i := range 8 {
		w[31-i] = byte(n >> (8 * i))
	}
	return w
}
