package safe_test

import (
	"bytes"
	"crypto/ecdsa"
	"testing"

	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/crypto/secp256k1"
	"github.com/holiman/uint256"

	"tocsin/action/safe"
	"tocsin/evm"
	"tocsin/fault"
	world "tocsin/internal/safe"
)

var hash = evm.Keccak([]byte("a Safe transaction"))

// mixed is one signature of each kind, by signers in no order.
func mixed(t *testing.T) ([]safe.Signature, []*ecdsa.PrivateKey) {
	t.Helper()
	keys := world.Keys(t, "owner", 3)
	return []safe.Signature{
		safe.ByContract(evm.Address{0xff, 1}, []byte("what the contract is given")),
		world.Sign(t, keys[0], hash),
		safe.ByApproval(evm.Address{0, 0, 7}),
		world.SignMessage(t, keys[1], hash),
		safe.ByContract(evm.Address{0, 1}, nil),
	}, keys
}

func TestSignaturesThereAndBack(t *testing.T) {
	list, _ := mixed(t)
	blob, err := safe.Encode(list)
	if err != nil {
		t.Fatal(err)
	}
	back, err := safe.Parse(hash, blob)
	if err != nil {
		t.Fatal(err)
	}
	if len(back) != len(list) {
		t.Fatalf("%d signatures became %d", len(list), len(back))
	}
	for i, s := range back {
		if i > 0 && bytes.Compare(back[i-1].Signer[:], s.Signer[:]) >= 0 {
			t.Errorf("signature %d is out of order", i+1)
		}
		found := false
		for _, x := range list {
			found = found || x.Kind == s.Kind && x.Signer == s.Signer && bytes.Equal(x.Bytes, s.Bytes)
		}
		if !found {
			t.Errorf("%+v was not encoded", s)
		}
	}
	if again, err := safe.Encode(back); err != nil || !bytes.Equal(again, blob) {
		t.Errorf("encoded again they differ: %v", err)
	}
}

func TestParseRefuses(t *testing.T) {
	list, keys := mixed(t)
	blob, err := safe.Encode(list)
	if err != nil {
		t.Fatal(err)
	}
	one := []byte(world.Sign(t, keys[0], hash).Bytes)
	high := bytes.Clone(one)
	s := new(uint256.Int).SetBytes(high[32:64])
	order := uint256.MustFromBig(secp256k1.S256().Params().N)
	w := new(uint256.Int).Sub(order, s).Bytes32()
	copy(high[32:64], w[:])
	high[64] ^= 27 ^ 28
	change := func(b []byte, at int, to byte) []byte {
		c := bytes.Clone(b)
		c[at] = to
		return c
	}
	for name, bad := range map[string][]byte{
		"cut off":                  one[:64],
		"a byte too many":          append(bytes.Clone(one), 0),
		"the larger s":             high,
		"another last byte":        change(one, 64, 29),
		"bare recovery id":         append(bytes.Clone(one[:64]), 2),
		"bytes at the end":         append(bytes.Clone(blob), 0),
		"offset into the static":   change(blob, 0*65+63, 1),
		"approval with more":       append(append(make([]byte, 31), 7), append(bytes.Repeat([]byte{1}, 32), 1)...),
		"approval by nobody":       append(make([]byte, 64), 1),
		"contract without data":    append(append(make([]byte, 31), 7), append(make([]byte, 32), 0)...),
		"half a static at the end": blob[:len(blob)-1],
	} {
		if got, err := safe.Parse(hash, bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	if _, err := safe.Encode([]safe.Signature{list[1], list[1]}); !fault.Is(err, fault.Invalid) {
		t.Errorf("one owner twice: %v", err)
	}
	if _, err := safe.Encode([]safe.Signature{{Kind: "other"}}); !fault.Is(err, fault.Invalid) {
		t.Errorf("an unknown kind: %v", err)
	}
}

func TestCount(t *testing.T) {
	keys := world.Keys(t, "owner", 3)
	owners := world.Addresses(keys...)
	contract, stranger := evm.Address{0xcc}, world.Keys(t, "stranger", 1)[0]
	f := safe.Facts{Chain: 1, Safe: evm.Address{1}, Version: safe.V141, Threshold: 3, Owners: append(owners[:3:3], contract), Block: 7}
	first, second := world.Sign(t, keys[0], hash), world.Sign(t, keys[1], hash)
	forged := second
	forged.Signer = owners[2]
	other := world.Sign(t, keys[2], evm.Keccak([]byte("another")))
	for name, c := range map[string]struct {
		list    []safe.Signature
		said    safe.Said
		counted int
		refused int
	}{
		"nothing":                {nil, safe.Said{}, 0, 0},
		"two":                    {[]safe.Signature{first, second}, safe.Said{}, 2, 0},
		"one twice":              {[]safe.Signature{first, first}, safe.Said{}, 1, 0},
		"by another":             {[]safe.Signature{first, forged}, safe.Said{}, 1, 1},
		"of another hash":        {[]safe.Signature{first, other}, safe.Said{}, 1, 1},
		"by no owner":            {[]safe.Signature{world.Sign(t, stranger, hash)}, safe.Said{}, 0, 1},
		"contract, unasked":      {[]safe.Signature{safe.ByContract(contract, []byte{1})}, safe.Said{}, 0, 1},
		"contract, vouched":      {[]safe.Signature{safe.ByContract(contract, []byte{1})}, safe.Said{Vouched: []evm.Address{contract}}, 1, 0},
		"approved, not so":       {[]safe.Signature{safe.ByApproval(owners[0])}, safe.Said{}, 0, 1},
		"approved, so":           {nil, safe.Said{Approved: []evm.Address{owners[0]}}, 1, 0},
		"approved and signed":    {[]safe.Signature{first}, safe.Said{Approved: []evm.Address{owners[0]}}, 1, 0},
		"approved by a stranger": {nil, safe.Said{Approved: world.Addresses(stranger)}, 0, 0},
		"of no kind":             {[]safe.Signature{{Kind: "x", Signer: owners[0]}}, safe.Said{}, 0, 1},
	} {
		got := safe.Count(f, hash, c.list, c.said)
		if len(got.Counted) != c.counted || len(got.Refused) != c.refused || got.Enough() {
			t.Errorf("%s: %+v", name, got)
		}
		if _, err := got.Encode(); err == nil {
			t.Errorf("%s: too few are encoded", name)
		}
	}
	all := []safe.Signature{second, world.SignMessage(t, keys[2], hash), first}
	got := safe.Count(f, hash, all, safe.Said{Approved: []evm.Address{contract}})
	blob, err := got.Encode()
	if !got.Enough() || err != nil || len(blob) != 3*65 {
		t.Errorf("four of three: %+v, %d bytes, %v", got, len(blob), err)
	}
}

func TestLastByteOfWallets(t *testing.T) {
	key := world.Keys(t, "owner", 1)[0]
	raw, err := crypto.Sign(hash[:], key)
	if err != nil {
		t.Fatal(err)
	}
	want, err := safe.ByAccount(hash, raw) // 0 or 1, as some devices write it
	if err != nil || want.Bytes[64] < 27 || want.Signer != world.Addresses(key)[0] {
		t.Fatalf("%+v, %v", want, err)
	}
	raw[64] += 27
	if got, err := safe.ByAccount(hash, raw); err != nil || !bytes.Equal(got.Bytes, want.Bytes) {
		t.Errorf("%+v, %v", got, err)
	}
	message := world.SignMessage(t, key, hash)
	if got, err := safe.ByMessage(hash, message.Bytes); err != nil || got.Signer != want.Signer || message.Bytes[64] < 31 {
		t.Errorf("%+v, %v", got, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte{})
	f.Add(bytes.Repeat([]byte{1}, 130))
	f.Add(append(append(make([]byte, 31), 7), append(make([]byte, 31), 65, 0)...))
	f.Fuzz(func(t *testing.T, blob []byte) {
		list, err := safe.Parse(hash, blob)
		if err != nil {
			return
		}
		seen := map[evm.Address]bool{}
		for _, s := range list {
			if seen[s.Signer] {
				return // which Encode refuses
			}
			seen[s.Signer] = true
		}
		again, err := safe.Encode(list)
		if err != nil {
			t.Fatal(err)
		}
		if len(again) != len(blob) {
			t.Fatalf("%x is read, and written as %x", blob, again)
		}
	})
}
