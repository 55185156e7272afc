package safe

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"

	"tocsin/evm"
	"tocsin/fault"
)

// Kind says how an owner signed.
type Kind string

// The kinds of signatures that a Safe knows, by the last byte of their static part.
const (
	Account  Kind = "account"  // 27, 28: a key signed the hash
	EthSign  Kind = "eth_sign" // 31, 32: a key signed the hash as a message (EIP-191)
	Contract Kind = "contract" // 0: a contract vouches for it (ERC-1271), by data of its own
	Approved Kind = "approved" // 1: the owner approved the hash on the chain, or sends the transaction itself
)

// staticSize is how long the static part of each signature is.
const staticSize = 65

// maxSignatures bounds what is read at once.
const maxSignatures = 1024

// Signature is one owner's signature of a Safe transaction hash.
type Signature struct {
	Kind   Kind          `json:"kind"`
	Signer evm.Address   `json:"signer"`
	Bytes  hexutil.Bytes `json:"bytes,omitempty"` // account and eth_sign: 65 bytes, as the Safe takes them; contract: what the contract is given
}

// Pending reports whether only the chain can say that the signature counts.
func (s Signature) Pending() bool { return s.Kind == Contract || s.Kind == Approved }

// ByAccount is the signature of the hash by a wallet that signed the transaction as typed data. Its last byte may be 0, 1, 27 or 28.
// Faults: invalid, also if it could have been made from another signature by anybody (high s).
func ByAccount(hash evm.Hash, sig []byte) (Signature, error) {
	return recovered(Account, hash, sig)
}

// ByMessage is the signature of a wallet that can only sign the hash as a message (personal_sign). Its last byte may also be 31 or 32, as
// a Safe takes it. Faults as for ByAccount.
func ByMessage(hash evm.Hash, sig []byte) (Signature, error) {
	if len(sig) == staticSize && sig[64] >= 31 {
		sig = append(bytes.Clone(sig[:64]), sig[64]-4)
	}
	return recovered(EthSign, hash, sig)
}

// ByContract is what a contract that is an owner gets to see (ERC-1271). Whether it vouches, only the chain can say.
func ByContract(signer evm.Address, data []byte) Signature {
	return Signature{Kind: Contract, Signer: signer, Bytes: append([]byte{}, data...)}
}

// ByApproval stands for an owner who approved the hash on the chain. Whether it is so, only the chain can say.
func ByApproval(signer evm.Address) Signature { return Signature{Kind: Approved, Signer: signer} }

func recovered(kind Kind, hash evm.Hash, sig []byte) (Signature, error) {
	if len(sig) != staticSize {
		return Signature{}, fault.New(fault.Invalid, "The signature is %d bytes long where 65 are wanted.", len(sig))
	}
	digest, last := hash, byte(27)
	if kind == EthSign {
		digest, last = crypto.Keccak256Hash([]byte("\x19Ethereum Signed Message:\n32"), hash[:]), 31
	}
	signer, err := evm.Recover(digest, sig)
	if err != nil {
		return Signature{}, fault.New(fault.Invalid, "The signature of %s cannot be used.", short(hash)).Instead("Have it signed again.").Because(err)
	}
	own := bytes.Clone(sig)
	if own[64] >= 27 {
		own[64] -= 27
	}
	own[64] += last
	return Signature{Kind: kind, Signer: signer, Bytes: own}, nil
}

// static is the part of the signature that stands in order; at is where its own data will stand.
func (s Signature) static(at int) ([]byte, error) {
	switch s.Kind {
	case Account, EthSign:
		if len(s.Bytes) != staticSize {
			return nil, fault.New(fault.Invalid, "The signature of %s is %d bytes long where 65 are wanted.", s.Signer.Hex(), len(s.Bytes))
		}
		return s.Bytes, nil
	case Contract:
		return append(append(address(s.Signer), number(uint256.NewInt(uint64(at)))...), 0), nil
	case Approved:
		return append(append(address(s.Signer), make([]byte, 32)...), 1), nil
	default:
		return nil, fault.New(fault.Invalid, "The signature of %s is of the kind %q, which no Safe knows.", s.Signer.Hex(), clip(string(s.Kind)))
	}
}

// Encode writes signatures as execTransaction takes them: by the signers' addresses, lowest first, and each signer once. Faults: invalid.
func Encode(list []Signature) ([]byte, error) {
	order := slices.Clone(list)
	slices.SortStableFunc(order, func(a, b Signature) int { return bytes.Compare(a.Signer[:], b.Signer[:]) })
	var static, dynamic []byte
	for i, s := range order {
		if i > 0 && s.Signer == order[i-1].Signer {
			return nil, fault.New(fault.Invalid, "%s signed twice; the Safe counts each owner once.", s.Signer.Hex()).Instead("Leave one of the two out.")
		}
		b, err := s.static(staticSize*len(order) + len(dynamic))
		if err != nil {
			return nil, err
		}
		static = append(static, b...)
		if s.Kind == Contract {
			dynamic = append(dynamic, number(uint256.NewInt(uint64(len(s.Bytes))))...)
			dynamic = append(dynamic, s.Bytes...)
		}
	}
	return append(static, dynamic...), nil
}

// Parse reads signatures as execTransaction takes them, in the order in which they stand. It is strict: a signature with the larger s, a
// part that overlaps another, and bytes that belong to no signature are refused, so that the same signatures have one form. Faults: invalid.
func Parse(hash evm.Hash, blob []byte) ([]Signature, error) {
	bad := func(format string, args ...any) ([]Signature, error) {
		return nil, fault.New(fault.Invalid, "The signatures cannot be read: %s.", fmt.Sprintf(format, args...)).Instead("Export them again from the wallet, whole.")
	}
	var list []Signature
	end := len(blob) // of the static part; a contract's data begin there
	next := -1       // where the data of the next contract must begin
	for at := 0; at < end; at += staticSize {
		if end-at < staticSize {
			return bad("signature %d, at byte %d, has %d bytes where 65 are wanted", len(list)+1, at, end-at)
		}
		if len(list) == maxSignatures {
			return bad("there are more than %d", maxSignatures)
		}
		static := blob[at : at+staticSize]
		switch v := static[64]; {
		case v == 0 || v == 1:
			if !bytes.Equal(static[:12], make([]byte, 12)) || bytes.Equal(static[12:32], make([]byte, 20)) {
				return bad("signature %d names no account", len(list)+1)
			}
			signer := evm.Address(static[12:32])
			if v == 1 {
				if !bytes.Equal(static[32:64], make([]byte, 32)) {
					return bad("signature %d is an approval on the chain, and holds more than that", len(list)+1)
				}
				list = append(list, ByApproval(signer))
				continue
			}
			data, from, to, err := tail(blob, static[32:64])
			if err != nil {
				return bad("signature %d: %s", len(list)+1, err)
			}
			if next < 0 {
				end = from
			}
			if next >= 0 && from != next {
				return bad("signature %d: its data begin at byte %d where %d is the next", len(list)+1, from, next)
			}
			next = to
			list = append(list, ByContract(signer, data))
		default:
			read, kind := ByAccount, Account
			if v >= 31 {
				read, kind = ByMessage, EthSign
			}
			if v != 27 && v != 28 && v != 31 && v != 32 {
				return bad("signature %d ends with %d where 0, 1, 27, 28, 31 or 32 is wanted", len(list)+1, v)
			}
			s, err := read(hash, static)
			if err != nil {
				return nil, fault.New(fault.Invalid, "Signature %d (%s) cannot be used.", len(list)+1, kind).Because(err)
			}
			list = append(list, s)
		}
	}
	if next >= 0 && next != len(blob) {
		return bad("%d bytes at the end belong to none of them", len(blob)-next)
	}
	if end != staticSize*len(list) {
		return bad("the data of contracts begin at byte %d where %d is the first free", end, staticSize*len(list))
	}
	return list, nil
}

// tail reads the data of a contract's signature, which an offset leads to.
func tail(blob, offset []byte) (data []byte, from, to int, err error) {
	at := new(uint256.Int).SetBytes32(offset)
	if !at.IsUint64() || at.Uint64() > uint64(len(blob)) || len(blob)-int(at.Uint64()) < 32 {
		return nil, 0, 0, fmt.Errorf("its data would begin at byte %s of %d", at.Dec(), len(blob))
	}
	from = int(at.Uint64())
	size := new(uint256.Int).SetBytes32(blob[from : from+32])
	if !size.IsUint64() || size.Uint64() > uint64(len(blob)-from-32) {
		return nil, 0, 0, fmt.Errorf("its data would be %s bytes long, and %d are left", size.Dec(), len(blob)-from-32)
	}
	to = from + 32 + int(size.Uint64())
	return blob[from+32 : to], from, to, nil
}
