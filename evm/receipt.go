package evm

import (
	"encoding/binary"

	"github.com/ethereum/go-ethereum/crypto"
)

// Bloom is the bloom filter over the addresses and topics of a receipt's logs.
func (r *Receipt) Bloom() [256]byte { return new(bloomer).bloom(r) }

// bloomer makes bloom filters. It remembers the bits of what it saw lately, for most of a block's logs name the same few
// addresses and topics.
type bloomer struct {
	known [512]struct {
		of   [33]byte // the bytes, and how many
		bits [3]uint16
	}
}

func (m *bloomer) bloom(r *Receipt) (b [256]byte) {
	for i := range r.Logs {
		m.add(&b, r.Logs[i].Address[:])
		for k := range r.Logs[i].Topics {
			m.add(&b, r.Logs[i].Topics[k][:])
		}
	}
	return b
}

// add sets the bits of up to 32 bytes: the three numbers that the hash begins with, modulo 2048, counted from the end.
func (m *bloomer) add(b *[256]byte, v []byte) {
	var of [33]byte
	copy(of[:], v)
	of[32] = byte(len(v))
	last := binary.LittleEndian.Uint64(v[len(v)-8:])
	e := &m.known[last*0x9e3779b97f4a7c15>>55]
	if e.of != of {
		h := crypto.Keccak256Hash(v)
		e.of = of
		for i := range e.bits {
			e.bits[i] = binary.BigEndian.Uint16(h[2*i:]) & 2047
		}
	}
	for _, n := range e.bits {
		b[255-n/8] |= 1 << (n % 8)
	}
}

// encode appends the EIP-2718 encoding, as the root of receipts wants it. It is right for known types only.
func (r *Receipt) encode(b []byte, bloom *[256]byte) []byte {
	if r.Type != LegacyType {
		b = append(b, r.Type)
	}
	start := len(b)
	if r.PostState != nil {
		b = appendRLPBytes(b, r.PostState)
	} else {
		b = appendRLPUint(b, r.Status)
	}
	b = appendRLPUint(b, r.CumulativeGasUsed)
	b = appendRLPBytes(b, bloom[:])
	logs := len(b)
	for i := range r.Logs {
		l := &r.Logs[i]
		one := len(b)
		b = appendRLPBytes(b, l.Address[:])
		b = appendRLPWords(b, l.Topics)
		b = endList(appendRLPBytes(b, l.Data), one)
	}
	b = endList(b, logs)
	if r.Type == DepositType && r.DepositVersion != nil {
		// Before Canyon the root left the nonce out, though receipts had one; since then both stand in it.
		if r.DepositNonce != nil {
			b = appendRLPUint(b, *r.DepositNonce)
		} else {
			b = append(b, 0x80)
		}
		b = appendRLPUint(b, *r.DepositVersion)
	}
	return endList(b, start)
}
