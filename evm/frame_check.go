package evm

import "bytes"

// CheckTraces looks whether traces are those of a block's transactions: as many, of the same hashes, and each begins with what
// its transaction says and ended as its receipt says. It returns the frames, one for each transaction; that of one that was
// not traced is of type UnknownFrame. A contradiction is ErrLie. What was called within a transaction no root proves: it
// stays the word of whoever traced it.
//
// A chain whose blocks cannot be verified may hold transactions that its tracers do not know or tell otherwise: there, what
// does not agree is not known.
func CheckTraces(b *Block, traces []Trace) ([]Frame, error) {
	strange := b.Unverified != ""
	frames := make([]Frame, len(b.Transactions))
	if len(traces) != len(frames) && !strange {
		return nil, lie("block %d has %d transactions and %d traces", b.Number, len(frames), len(traces))
	}
	next := 0
	for i := range frames {
		tx := &b.Transactions[i]
		if next >= len(traces) {
			frames[i].Error = "there is no trace of it"
			continue
		}
		t := &traces[next]
		if t.TxHash != (Hash{}) && t.TxHash != tx.Hash || t.TxHash == (Hash{}) && len(traces) != len(frames) {
			if !strange {
				return nil, lie("trace %d of block %d is of transaction %s, not of %s", i, b.Number, t.TxHash, tx.Hash)
			}
			frames[i].Error = "there is no trace of it"
			continue // it may be that of the next
		}
		next++
		if t.Type == UnknownFrame {
			frames[i] = t.Frame
			continue
		}
		var receipt *Receipt
		if i < len(b.Receipts) {
			receipt = &b.Receipts[i]
		}
		if say := t.contradicts(tx, receipt); say != "" {
			if !strange {
				return nil, lie("the trace of transaction %s %s", tx.Hash, say)
			}
			frames[i].Error = "its trace " + say
			continue
		}
		frames[i] = t.Frame
	}
	return frames, nil
}

// contradicts says in what a transaction's frame differs from the transaction and its receipt, which may be missing; empty if
// in nothing.
func (f *Frame) contradicts(tx *Transaction, receipt *Receipt) string {
	switch {
	case f.From != tx.From:
		return "begins with another sender"
	case tx.To == nil && f.Type != CreateFrame:
		return "creates no contract"
	case tx.To != nil && (f.Type != CallFrame || f.To != *tx.To):
		return "begins with a call of something else"
	case value(f.Value).Cmp(value(tx.Value)) != 0:
		return "begins with another value"
	case !bytes.Equal(f.Input, tx.Input):
		return "begins with other calldata"
	case receipt == nil || receipt.PostState != nil || tx.Type == DepositType:
		return ""
	case f.Failed() != (receipt.Status == 0):
		return "ended otherwise than its receipt"
	case tx.To == nil && !f.Failed() && receipt.ContractAddress != nil && f.To != *receipt.ContractAddress:
		return "creates another contract"
	}
	return ""
}
