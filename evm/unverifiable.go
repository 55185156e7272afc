package evm

import "fmt"

// Unverifiable says why hashes neither prove nor refute what was given. It is ErrUnverifiable.
type Unverifiable struct {
	Reason string // what is so about the block, the same for each block of which it is so
	Header bool   // even the header is not proven by the block's hash
}

func (u *Unverifiable) Error() string { return ErrUnverifiable.Error() + ": " + u.Reason }

func (u *Unverifiable) Is(target error) bool { return target == ErrUnverifiable }

func unknownType(typ uint8) *Unverifiable {
	return &Unverifiable{Reason: fmt.Sprintf("it has transactions of type 0x%x, whose encoding is not known here", typ)}
}

// unverifiable says why a transaction without Raw is.
func (t *Transaction) unverifiable() *Unverifiable {
	switch {
	case !known(t.Type):
		return unknownType(t.Type)
	case t.Foreign:
		return &Unverifiable{Reason: "it has transactions with fields that Ethereum's do not have, which do not hash as Ethereum's"}
	}
	return &Unverifiable{Reason: "it has transactions that come without all that their hash covers, as a signature"}
}

// unsigned is the doubt about a block with transactions that nobody can have signed: the chain adds them by itself, and its
// roots may leave them out.
func (b *Block) unsigned() error {
	for i := range b.Transactions {
		if t := &b.Transactions[i]; t.Raw == nil && known(t.Type) && t.From == (Address{}) {
			return t.unverifiable()
		}
	}
	return nil
}
