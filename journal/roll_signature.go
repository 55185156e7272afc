package journal

import (
	"slices"

	"github.com/ethereum/go-ethereum/common/hexutil"

	"tocsin/evm"
)

// RollSignature is somebody's signature over a roll.
type RollSignature struct {
	Signer    evm.Address   `json:"signer"`
	Signature hexutil.Bytes `json:"signature"` // 65 bytes: r, s, v
}

// Digest is what is signed: an EIP-712 message that binds the protocols, the time, the number of streams and the root. Its domain is
// of no chain and of no contract, so that it counts nowhere else.
func (r Roll) Digest() (evm.Hash, error) {
	root, err := r.Root()
	if err != nil {
		return evm.Hash{}, err
	}
	if !slices.IsSorted(r.Protocols) || r.At.UnixMicro() < 0 {
		return evm.Hash{}, invalid("The list's protocols are not in order, or it has no time.")
	}
	protocols := make([]any, len(r.Protocols))
	for i, p := range r.Protocols {
		protocols[i] = p
	}
	hash, err := evm.TypedData{
		Types: map[string][]evm.Field{
			"EIP712Domain": {{Name: "name", Type: "string"}, {Name: "version", Type: "string"}},
			"Heads": {
				{Name: "protocols", Type: "string[]"}, {Name: "at", Type: "uint256"}, {Name: "streams", Type: "uint256"}, {Name: "root", Type: "bytes32"},
			},
		},
		PrimaryType: "Heads",
		Domain:      map[string]any{"name": "Tocsin heads", "version": "1"},
		Message: map[string]any{
			"protocols": protocols, "at": uint64(r.At.UnixMicro()), "streams": uint64(len(r.Streams)), "root": evm.Hash(root),
		},
	}.Hash()
	if err != nil {
		return evm.Hash{}, invalid("The list cannot be signed.").Because(err)
	}
	return hash, nil
}

// Signers are the accounts that signed the roll, in order. A fault of code invalid says which signature is not what it says: one that
// was made over anything else reads as that of an account that nobody has.
func (r Roll) Signers() ([]evm.Address, error) {
	if len(r.Signed) == 0 {
		return nil, nil
	}
	digest, err := r.Digest()
	if err != nil {
		return nil, err
	}
	var list []evm.Address
	for _, s := range r.Signed {
		is, err := evm.Recover(digest, s.Signature)
		if err != nil {
			return nil, invalid("The signature of %s cannot be read.", s.Signer.Hex()).Because(err)
		}
		if is != s.Signer {
			return nil, invalid("%s did not sign this list: it was changed since, or the signature is over another.", s.Signer.Hex())
		}
		list = append(list, is)
	}
	return list, nil
}
