// Package signer owns the keys that Tocsin itself signs with: keystore files (version 3), and keys of drills. A key never
// leaves the package, is never printed, and never stands in a configuration.
package signer

import (
	"context"
	"crypto/ecdsa"
	"fmt"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"

	"tocsin/evm"
)

// Signer signs with one account. Its methods are safe for concurrent use.
type Signer interface {
	Address() evm.Address
	// SignTransaction returns the signed transaction (EIP-2718, type 2) and its hash. A fault of code invalid says what is
	// missing in the request.
	SignTransaction(ctx context.Context, t Transaction) (raw []byte, hash evm.Hash, err error)
	// SignTyped signs typed data (EIP-712) and returns r, s and v (27 or 28): 65 bytes.
	SignTyped(ctx context.Context, d evm.TypedData) ([]byte, error)
}

// Key is a private key in memory. Printing it prints its address.
type Key struct {
	address evm.Address
	private *ecdsa.PrivateKey
}

var _ Signer = (*Key)(nil)

// Drill returns a signer for the demo keys of a stage. They are known to everybody who reads them there, so nothing but a
// drill's chain may ever trust them: no other package calls this.
func Drill(private *ecdsa.PrivateKey) *Key { return newKey(private) }

func newKey(private *ecdsa.PrivateKey) *Key {
	return &Key{address: crypto.PubkeyToAddress(private.PublicKey), private: private}
}

// Address is the account that the key controls.
func (k *Key) Address() evm.Address { return k.address }

// Format prints the address, whatever the verb.
func (k *Key) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "key of %s", k.address.Hex()) }

// MarshalText writes the address, so that no encoder looks inside.
func (k *Key) MarshalText() ([]byte, error) { return k.address.MarshalText() }

// SignTransaction signs a transaction.
func (k *Key) SignTransaction(ctx context.Context, t Transaction) ([]byte, evm.Hash, error) {
	if err := ctx.Err(); err != nil {
		return nil, evm.Hash{}, fmt.Errorf("sign transaction: %w", err)
	}
	if err := t.complete(); err != nil {
		return nil, evm.Hash{}, err
	}
	chain := uint256.NewInt(t.ChainID).ToBig()
	signed, err := types.SignNewTx(k.private, types.LatestSignerForChainID(chain), &types.DynamicFeeTx{
		ChainID: chain, Nonce: t.Nonce, To: t.To, Value: t.value(), Data: t.Data,
		Gas: t.Gas, GasTipCap: t.Tip.ToBig(), GasFeeCap: t.Cap.ToBig(),
	})
	if err != nil {
		return nil, evm.Hash{}, fmt.Errorf("sign transaction: %w", err)
	}
	raw, err := signed.MarshalBinary()
	if err != nil {
		return nil, evm.Hash{}, fmt.Errorf("encode transaction: %w", err)
	}
	return raw, signed.Hash(), nil
}

// SignTyped signs typed data.
func (k *Key) SignTyped(ctx context.Context, d evm.TypedData) ([]byte, error) {
	digest, err := d.Hash()
	if err != nil {
		return nil, fmt.Errorf("sign typed data: %w", err)
	}
	return k.SignDigest(ctx, digest)
}

// SignDigest signs a hash as it is. Whoever calls it knows what the hash stands for.
func (k *Key) SignDigest(ctx context.Context, digest evm.Hash) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("sign digest: %w", err)
	}
	sig, err := crypto.Sign(digest[:], k.private)
	if err != nil {
		return nil, fmt.Errorf("sign digest: %w", err)
	}
	sig[64] += 27
	return sig, nil
}
