package safe_test

import (
	"testing"

	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"

	core "tocsin/action/safe"
	"tocsin/chain/rpc"
	"tocsin/evm"
	"tocsin/internal/anvil"
	"tocsin/internal/safe"
)

// TestRealSafeOnAnvil has a Safe pay on a chain that is not go-ethereum.
func TestRealSafeOnAnvil(t *testing.T) {
	client, err := rpc.Dial(t.Context(), rpc.Options{URL: "http://" + anvil.Start(t), ChainID: 31337, PollEvery: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	payer, err := crypto.HexToECDSA("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80") // anvil's first account
	if err != nil {
		t.Fatal(err)
	}
	keys := safe.Keys(t, "owner", 3)
	for _, v := range core.Versions() {
		s := safe.Deploy(t, client, payer, v, safe.Addresses(keys...), 2)
		s.Send(t, payer, s.Address, uint256.NewInt(100), nil)
		f := s.Facts(t)
		tx := core.Transaction{Chain: 31337, Safe: s.Address, Version: f.Version, To: evm.Address{0xaa, byte(v[2])}, Value: uint256.NewInt(11), Nonce: f.Nonce}
		h, err := tx.Hashes()
		if err != nil {
			t.Fatal(err)
		}
		if want := s.Hash(t, tx); want != h.Hash {
			t.Errorf("%s: hash %s, the contract says %s", v, h.Hash, want)
		}
		sigs, err := core.Encode([]core.Signature{safe.Sign(t, keys[2], h.Hash), safe.SignMessage(t, keys[0], h.Hash)})
		if err != nil {
			t.Fatal(err)
		}
		exec, err := tx.ExecTransaction(sigs)
		if err != nil {
			t.Fatal(err)
		}
		s.Send(t, payer, s.Address, nil, exec)
		if has, err := client.Balance(t.Context(), tx.To, nil); err != nil || has.Uint64() != 11 {
			t.Errorf("%s: it was paid %v, %v", v, has, err)
		}
	}
}
