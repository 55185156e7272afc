package action

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/holiman/uint256"

	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
)

// Transaction is a transaction that was signed in advance and lies encrypted in the plan folder. Only File, FileHash and ValidUntil are known
// until PrepareSigned has seen its bytes, which are never part of it: whoever has them can send it.
type Transaction struct {
	File       string       `json:"file"`
	FileHash   evm.Hash     `json:"file_hash"` // keccak256 of the file as it lies in the folder, as the plan's hash covers it
	ValidUntil string       `json:"valid_until,omitzero"`
	Hash       evm.Hash     `json:"hash,omitzero"` // of the transaction
	From       evm.Address  `json:"from,omitzero"`
	Nonce      uint64       `json:"nonce,omitzero"`
	Gas        uint64       `json:"gas,omitzero"`      // limit
	Cap        *uint256.Int `json:"cap,omitempty"`     // most wei per gas
	Tip        *uint256.Int `json:"tip,omitempty"`     // wei per gas for the block's proposer
	Most       *uint256.Int `json:"most,omitempty"`    // most that it can cost, in wei, with what it sends
	Payload    int          `json:"payload,omitzero"`  // bytes of the transaction
	Fees       string       `json:"fees,omitzero"`     // the fees in words
	Validity   string       `json:"validity,omitzero"` // until when it can be sent, in words
}

// signed prepares a transaction that was signed in advance, as far as the plan says what it does.
func (r resolver) signed(a plan.Action) (Prepared, error) {
	x := Prepared{Value: new(uint256.Int), Data: []byte{}, Sender: a.Sender, Transaction: &Transaction{File: a.Transaction}}
	for _, f := range r.plan.Attachments {
		if f.Name == a.Transaction {
			x.Transaction.FileHash = f.Hash
		}
	}
	if x.Transaction.FileHash == (evm.Hash{}) {
		return Prepared{}, r.invalid("sends the transaction in %q, which was not read with the plan.", a.Transaction).Instead("Put the file into the plan folder.")
	}
	if !a.ValidUntil.IsZero() {
		x.Transaction.ValidUntil = a.ValidUntil.Format(time.DateOnly)
		x.Transaction.Validity = "It counts until " + x.Transaction.ValidUntil + ", and only while its account has sent nothing else with its nonce."
	} else {
		x.Transaction.Validity = "It counts only while its account has sent nothing else with its nonce."
	}
	if a.Asset == "" || a.Function == "" {
		return Prepared{}, r.invalid("does not say what the transaction does that was signed in advance: whoever approves it could not know.").
			Instead("Name its asset and its function, with args and value if it has any.")
	}
	s, target, err := r.step(a.Asset, a.Function, a.Args, a.Value)
	if err != nil {
		return Prepared{}, err
	}
	x.Chain, x.To, x.Value, x.Data, x.Function, x.Args = target.Chain, s.To, s.Value, s.Data, s.Function, s.Args
	x.Words = r.words(target, s)
	x.Words.Sentence += fmt.Sprintf(" It was signed in advance and lies in %s.", a.Transaction)
	return x, nil
}

// PrepareSigned makes a transaction that was signed in advance ready, by what was decrypted: RLP, or the same in hexadecimal. It returns
// the transaction as it is sent beside it, for that is never part of what is prepared. Faults as for Prepare; invalid if it is no signed
// transaction, is for another chain, or is not what the plan says of it.
func PrepareSigned(p *plan.Plan, actionID string, text []byte) (x Prepared, raw []byte, err error) {
	x, err = Prepare(p, actionID)
	if err != nil {
		return Prepared{}, nil, err
	}
	if x.Transaction == nil {
		return Prepared{}, nil, fault.New(fault.Invalid, "Action %s is of kind %q, and sends no transaction that was signed in advance.", actionID, x.Kind)
	}
	a, _ := p.Action(actionID)
	r := resolver{plan: p, what: "The transaction of action " + actionID}
	tx, from, err := r.read(text)
	if err != nil {
		return Prepared{}, nil, err
	}
	if err := r.matches(a, x, tx, from); err != nil {
		return Prepared{}, nil, err
	}
	if raw, err = tx.MarshalBinary(); err != nil {
		return Prepared{}, nil, fmt.Errorf("encode transaction: %w", err)
	}
	value, _ := uint256.FromBig(tx.Value())
	x.Chain, x.To, x.Value, x.Data, x.Sender = tx.ChainId().Uint64(), *tx.To(), value, tx.Data(), from
	t := x.Transaction
	t.Hash, t.From, t.Nonce, t.Gas = tx.Hash(), from, tx.Nonce(), tx.Gas()
	t.Cap, _ = uint256.FromBig(tx.GasFeeCap())
	t.Tip, _ = uint256.FromBig(tx.GasTipCap())
	t.Most, _ = uint256.FromBig(tx.Cost())
	t.Payload = int(tx.Size())
	t.Fees = fmt.Sprintf("At most %s gwei per gas, %s gwei of it for the block's proposer, for %d gas: at most %s in all.", gwei(t.Cap), gwei(t.Tip), t.Gas, etherText(t.Most))
	words := Explain(p, x.Chain, x.To, x.Value, x.Data)
	place, full := r.chainText(x.Chain)
	x.Words.Chain, x.Words.Sender, x.Words.Target, x.Words.Function = full, from.Hex(), words.Target, words.Call
	if !value.IsZero() {
		x.Words.Value = etherText(value)
	}
	x.Words.Sentence = fmt.Sprintf("Calls %s on %s on %s%s, by a transaction that %s signed in advance with the nonce %d.", words.Call, words.Target, place, sendingText(value), from.Hex(), t.Nonce)
	return x, raw, nil
}

// read reads a signed transaction and who signed it.
func (r resolver) read(raw []byte) (*types.Transaction, evm.Address, error) {
	bad := func(say string, cause error) (*types.Transaction, evm.Address, error) {
		f := r.invalid("%s.", say).Instead("Sign it again, and put it into the plan folder encrypted with age.")
		if cause != nil {
			f = f.Because(cause)
		}
		return nil, evm.Address{}, f
	}
	if text, ok := strings.CutPrefix(string(bytes.TrimSpace(raw)), "0x"); ok {
		b, err := hex.DecodeString(text)
		if err != nil {
			return bad("is not hexadecimal", err)
		}
		raw = b
	}
	tx := new(types.Transaction)
	if err := tx.UnmarshalBinary(raw); err != nil {
		return bad("is no signed transaction", err)
	}
	switch {
	case !tx.Protected() || tx.ChainId().Sign() == 0:
		return bad("is bound to no chain, so that it would count on every one", nil)
	case !tx.ChainId().IsUint64():
		return bad("is for a chain whose id is too large", nil)
	case tx.Type() == types.SetCodeTxType:
		return bad("hands the account over to code (EIP-7702), which is never sent", nil)
	case tx.Type() == types.BlobTxType:
		return bad("carries blobs, which are not kept for it", nil)
	case tx.To() == nil:
		return bad("creates a contract, which no action does", nil)
	case tx.Value().BitLen() > 256 || tx.GasFeeCap().BitLen() > 256 || tx.GasTipCap().BitLen() > 256 || tx.Cost().BitLen() > 256:
		return bad("sends or offers more than there can be", nil)
	}
	from, err := types.Sender(types.LatestSignerForChainID(tx.ChainId()), tx)
	if err != nil {
		return bad("has a signature that no key can have made", err)
	}
	return tx, from, nil
}

// matches refuses a transaction that is not what the plan says.
func (r resolver) matches(a plan.Action, x Prepared, tx *types.Transaction, from evm.Address) error {
	chain := tx.ChainId().Uint64()
	switch {
	case x.Chain != chain:
		_, want := r.chainText(x.Chain)
		return r.invalid("is for chain %d, where the plan says %s.", chain, want).Instead("Sign one for the right chain.")
	case *tx.To() != x.To:
		return r.invalid("goes to %s where the plan says %s.", tx.To().Hex(), x.Words.Target)
	case !bytes.Equal(tx.Data(), x.Data):
		return r.invalid("has the calldata %s where the plan says %s (%s).", brief(tx.Data()), brief(x.Data), x.Words.Function)
	case tx.Value().Cmp(x.Value.ToBig()) != 0:
		return r.invalid("sends %s wei where the plan says %s.", tx.Value(), x.Value.Dec())
	case a.Sender != (evm.Address{}) && from != a.Sender:
		return r.invalid("was signed by %s where the plan says %s.", from.Hex(), a.Sender.Hex())
	}
	return nil
}

// gwei writes wei per gas in gwei, exactly.
func gwei(wei *uint256.Int) string { return scaled(wei, 9) }
