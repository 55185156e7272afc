package sim

import (
	"sync"

	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"

	"tocsin/action/safe"
	"tocsin/evm"
)

// council is the Safe of the small plan, and what it has frozen, as a block leaves it. Two of its three owners carry something out.
type council struct {
	nonce  uint64
	ousted bool // Ben is no owner any more; a stranger is
	frozen bool
}

// councilAt is where the Safe is.
var councilAt = evm.Address{0x5a, 0xfe, 19: 1}

const councilThreshold = 2

// execTransaction is how a Safe is told to do something.
const execTransaction = "execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)"

// facts are what a block says of the Safe.
func (c *council) facts(b *block) safe.Facts {
	k := keyring()
	owners := []evm.Address{k["ada"], k["ben"], k["cyd"]}
	if c.ousted {
		owners[1] = k["stranger"]
	}
	return safe.Facts{
		Chain: chainID, Safe: councilAt, Version: safe.V141, Nonce: c.nonce, Owners: owners, Threshold: councilThreshold, Block: b.number, BlockHash: b.hash,
	}
}

// carry does what a transaction wants of the Safe, if enough of its owners have signed that; false if it reverts.
func (c *council) carry(data []byte) bool {
	m, err := evm.ParseSignature(execTransaction)
	if err != nil {
		return false
	}
	v, err := m.DecodeCall(data)
	if err != nil {
		return false
	}
	number := func(i int) *uint256.Int { n, _ := v[i].Go.(*uint256.Int); return n }
	account := func(i int) evm.Address { a, _ := v[i].Go.(evm.Address); return a }
	bytes := func(i int) []byte { b, _ := v[i].Go.([]byte); return b }
	tx := safe.Transaction{
		Chain: chainID, Safe: councilAt, Version: safe.V141, To: account(0), Value: number(1), Data: bytes(2), Operation: safe.Operation(number(3).Uint64()),
		SafeTxGas: number(4), BaseGas: number(5), GasPrice: number(6), GasToken: account(7), RefundReceiver: account(8), Nonce: c.nonce,
	}
	h, err := tx.Hashes()
	if err != nil {
		return false
	}
	signed, err := safe.Parse(h.Hash, bytes(9))
	if err != nil || !safe.Count(c.facts(&block{number: genesis}), h.Hash, signed, safe.Said{}).Enough() {
		return false
	}
	c.nonce++
	c.frozen = c.frozen || len(tx.Data) > 0
	return true
}

// outside is what the Safe's owners do with it elsewhere; each is a transaction of it.
func (c *council) outside(word string) bool {
	switch word {
	case "spend":
	case "oust":
		c.ousted = !c.ousted
	case "freeze":
		c.frozen = true
	case "thaw":
		c.frozen = false
	default:
		return false
	}
	c.nonce++
	return true
}

// keyring is the accounts of those who may own the Safe.
var keyring = sync.OnceValue(func() map[string]evm.Address {
	ring := map[string]evm.Address{}
	for _, who := range []string{"ada", "ben", "cyd", "stranger"} {
		if k, err := key(who); err == nil {
			ring[who] = crypto.PubkeyToAddress(k.PublicKey)
		}
	}
	return ring
})
