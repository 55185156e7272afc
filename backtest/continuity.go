package backtest

import (
	"fmt"

	"github.com/ethereum/go-ethereum/core/types"

	"tocsin/evm"
	"tocsin/fault"
)

// maxSpans bounds what is remembered of which blocks were seen; beyond it, gaps between the oldest are forgotten.
const maxSpans = 100_000

// span is a range of blocks without a gap.
type span struct {
	From uint64 `json:"from"`
	To   uint64 `json:"to"`
}

// admit reports whether a block is one that was replayed already, or says why it cannot come next. Where blocks are
// verified they must form one chain; else some may be missing, but they must come in the order of their numbers.
func (r *replay) admit(p Piece, b *evm.Block) (double bool, err error) {
	t := &r.state.Tally
	if err := r.sameChain(p, b); err != nil || t.Last == nil {
		return false, err
	}
	last := *t.Last
	if b.Number <= last.Number && r.seen(b) {
		return true, nil
	}
	broken := func(format string, args ...any) error {
		f := fault.New(fault.Invalid, "%s: %s", p.Where, fmt.Sprintf(format, args...))
		switch {
		case p.Name == blockMark:
			return f.Instead("The chain was reorganised while it was read: begin again, and end at an older block.")
		case b.Number <= last.Number:
			return f.Instead("Put the blocks into the order of their numbers.")
		}
		return f.Instead("Give the blocks that are missing, or replay with --unverified what there is.")
	}
	switch {
	case b.Number <= last.Number:
		return false, broken("block %d comes after block %d.", b.Number, last.Number)
	case r.o.Loose:
		return false, nil
	case b.Number == last.Number+2:
		return false, broken("block %d is missing before it.", b.Number-1)
	case b.Number > last.Number+1:
		return false, broken("blocks %d to %d are missing before it.", last.Number+1, b.Number-1)
	case b.ParentHash != last.Hash:
		return false, broken("block %d follows block %s, but the block before it is %s: they are not of one chain.", b.Number, b.ParentHash, last.Hash)
	}
	return false, nil
}

// seen reports whether a block not above the last one was replayed. Verified blocks are told by their hash.
func (r *replay) seen(b *evm.Block) bool {
	if r.o.Loose {
		return r.state.Tally.holds(b.Number)
	}
	for _, p := range r.state.Detect.Recent {
		if p.Number == b.Number {
			return p.Hash == b.Hash
		}
	}
	return false
}

// holds reports whether a block of this number was replayed. Nearly always it is one of the last.
func (t *tally) holds(number uint64) bool {
	for i := len(t.Seen) - 1; i >= 0 && t.Seen[i].To >= number; i-- {
		if t.Seen[i].From <= number {
			return true
		}
	}
	return false
}

// mark remembers that the block after all seen so far was seen.
func (t *tally) mark(number uint64) {
	if n := len(t.Seen); n > 0 && t.Seen[n-1].To+1 == number {
		t.Seen[n-1].To = number
		return
	}
	if len(t.Seen) >= maxSpans {
		const most = maxSpans / 2
		t.Seen[most].From = t.Seen[0].From
		t.Seen = append([]span(nil), t.Seen[most:]...)
	}
	t.Seen = append(t.Seen, span{number, number})
}

// sameChain looks once, at the first signed transaction, whether the blocks are of the chain that the detectors look at:
// else all would be silent, and nobody would know why.
func (r *replay) sameChain(p Piece, b *evm.Block) error {
	for i := range b.Transactions {
		if r.looked || b.Transactions[i].Raw == nil {
			continue
		}
		var tx types.Transaction
		if tx.UnmarshalBinary(b.Transactions[i].Raw) != nil || !tx.Protected() {
			continue
		}
		r.looked = true
		id := tx.ChainId()
		if id.IsUint64() && id.Uint64() == r.chain {
			continue
		}
		say := fmt.Sprintf("the transactions of block %d are of chain %s, the detectors look at chain %d.", b.Number, id, r.chain)
		if r.o.Loose {
			r.notes = append(r.notes, "Of another chain? "+upper(say))
			continue
		}
		return fault.New(fault.Invalid, "%s: %s", p.Where, say).Instead("Name the chain of the blocks with --chain.")
	}
	return nil
}

func upper(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return string(s[0]-32) + s[1:]
}
