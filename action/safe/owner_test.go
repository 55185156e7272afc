package safe_test

import (
	"testing"

	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"

	"tocsin/action/safe"
	"tocsin/evm"
	world "tocsin/internal/safe"
)

// TestRealSafeOwnedBySafe has a Safe that is the owner of another sign by ERC-1271, with data of its own behind the signatures.
func TestRealSafeOwnedBySafe(t *testing.T) {
	c, payer := ground(t)
	keys := world.Keys(t, "owner", 2)
	typeHash := evm.Keccak([]byte("SafeMessage(bytes message)"))
	for _, v := range safe.Versions() {
		t.Run(string(v), func(t *testing.T) {
			within := world.Deploy(t, c.Client(), payer, v, world.Addresses(keys[0]), 1)
			s := world.Deploy(t, c.Client(), payer, v, []evm.Address{within.Address, world.Addresses(keys[1])[0]}, 2)
			s.Send(t, payer, s.Address, uint256.NewInt(100), nil)
			tx := safe.Transaction{Chain: 31337, Safe: s.Address, Version: v, To: evm.Address{0xdd, byte(v[2])}, Value: uint256.NewInt(9)}
			h, err := tx.Hashes()
			if err != nil {
				t.Fatal(err)
			}
			said := h.Hash[:] // what the Safe hands its owner; before 1.5.0 that was what is hashed
			if v != safe.V150 {
				said = append(append([]byte{0x19, 0x01}, h.Domain[:]...), h.Message[:]...)
			}
			domain := within.Call(t, within.Address, world.Encode(t, "domainSeparator()"))
			message := crypto.Keccak256(typeHash[:], crypto.Keccak256(said))
			inner := world.Sign(t, keys[0], crypto.Keccak256Hash([]byte{0x19, 0x01}, domain, message))
			list := []safe.Signature{safe.ByContract(within.Address, inner.Bytes), world.Sign(t, keys[1], h.Hash)}
			if tally := safe.Count(s.Facts(t), h.Hash, list, safe.Said{}); tally.Enough() {
				t.Errorf("the contract was not asked: %+v", tally)
			}
			blob, err := safe.Count(s.Facts(t), h.Hash, list, safe.Said{Vouched: []evm.Address{within.Address}}).Encode()
			if err != nil {
				t.Fatal(err)
			}
			if back, err := safe.Parse(h.Hash, blob); err != nil || len(back) != 2 {
				t.Errorf("%+v, %v", back, err)
			}
			exec, err := tx.ExecTransaction(blob)
			if err != nil {
				t.Fatal(err)
			}
			s.Send(t, payer, s.Address, nil, exec)
			if has, err := c.Client().Balance(t.Context(), tx.To, nil); err != nil || has.Uint64() != 9 {
				t.Errorf("it was paid %v, %v", has, err)
			}
		})
	}
}
