// Package chain owns the contract with a chain: heads, blocks with receipts, calls, sending, and reorganisations. Package
// rpc speaks to endpoints; package devchain is a chain of our own.
package chain

import (
	"context"
	"fmt"

	"github.com/holiman/uint256"

	"tocsin/evm"
)

// Client speaks to one chain. Its methods are safe for concurrent use. Errors carry a fault code: not_found for what the
// chain does not have, unavailable when the endpoint failed. A call that reverts returns a *Revert.
type Client interface {
	ChainID() uint64
	Head(ctx context.Context) (evm.Header, error)
	// Block returns the canonical block at a height, with transactions and receipts, verified as far as its data allow.
	Block(ctx context.Context, number uint64) (*evm.Block, error)
	// Call runs a message at a height (nil: the head) without changing anything.
	Call(ctx context.Context, m Message, at *uint64) ([]byte, error)
	EstimateGas(ctx context.Context, m Message) (uint64, error)
	Balance(ctx context.Context, a evm.Address, at *uint64) (*uint256.Int, error)
	Code(ctx context.Context, a evm.Address) ([]byte, error)
	// Storage returns a slot of a contract's storage at a height (nil: the head); zero where nothing was ever stored.
	Storage(ctx context.Context, a evm.Address, slot evm.Hash, at *uint64) (evm.Hash, error)
	// Nonce is the next nonce of an account, counting its pending transactions if pending is true.
	Nonce(ctx context.Context, a evm.Address, pending bool) (uint64, error)
	Fee(ctx context.Context) (Fee, error)
	// Send broadcasts a signed transaction. A transaction the chain already knows or has mined is no error.
	Send(ctx context.Context, raw []byte) (evm.Hash, error)
	// Receipt returns the receipt of a mined transaction, not_found if it is not mined.
	Receipt(ctx context.Context, tx evm.Hash) (*evm.Receipt, error)
	// Heads calls f with each new head, by subscription or polling, until ctx ends or f fails. Heads may be skipped.
	Heads(ctx context.Context, f func(evm.Header) error) error
	// Follow calls f with every canonical block after from, in order, none skipped, until ctx ends or f fails. When the
	// chain reorganises it first calls f for each block that is no longer canonical, newest first, with Orphaned true.
	Follow(ctx context.Context, from Cursor, f func(Step) error) error
	// Finality returns the newest block that counts as safe and the newest that counts as finalized; not_found where the
	// chain knows no finality.
	Finality(ctx context.Context) (safe, finalized Ref, err error)
	Close()
}

// Message is a call or a transaction to be simulated.
type Message struct {
	From  evm.Address
	To    *evm.Address // nil creates a contract
	Value *uint256.Int // wei; nil is none
	Data  []byte
	Gas   uint64 // 0: as much as the endpoint allows
}

// Fee is what a transaction should offer now (EIP-1559), in wei per gas.
type Fee struct {
	Tip *uint256.Int
	Cap *uint256.Int
}

// Ref names a block.
type Ref struct {
	Number uint64   `json:"number"`
	Hash   evm.Hash `json:"hash"`
}

// Cursor is where following stands: the blocks processed last, oldest first, as far back as a reorganisation may reach.
// An empty cursor starts at the head.
type Cursor struct {
	Recent []Ref `json:"recent"`
}

// Last is the block processed last; zero if none was.
func (c Cursor) Last() Ref {
	if len(c.Recent) == 0 {
		return Ref{}
	}
	return c.Recent[len(c.Recent)-1]
}

// Advance returns the cursor after a step, keeping depth blocks.
func (c Cursor) Advance(s Step, depth int) Cursor {
	r := append([]Ref(nil), c.Recent...)
	if s.Orphaned {
		if len(r) > 0 && r[len(r)-1].Hash == s.Ref.Hash {
			r = r[:len(r)-1]
		}
		return Cursor{Recent: r}
	}
	r = append(r, s.Ref)
	if len(r) > depth {
		r = r[len(r)-depth:]
	}
	return Cursor{Recent: r}
}

// Step is one step of following: a block to process, or one that is no longer canonical.
type Step struct {
	Ref      Ref
	Block    *evm.Block // nil if orphaned
	Orphaned bool
}

// Revert is a call that reverted; Reason is decoded where it can be (Error(string), Panic(uint256)), else empty.
type Revert struct {
	Data   []byte
	Reason string
}

func (r *Revert) Error() string {
	if r.Reason != "" {
		return "the call reverted: " + r.Reason
	}
	return fmt.Sprintf("the call reverted with data 0x%x", r.Data)
}
