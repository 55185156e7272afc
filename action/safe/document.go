package safe

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/holiman/uint256"

	"tocsin/evm"
	"tocsin/fault"
)

// Document is a Safe transaction as somebody else wrote it down. Nothing in it is believed: the hash is worked out anew.
type Document struct {
	Transaction   Transaction    `json:"transaction"`
	Claimed       evm.Hash       `json:"claimed,omitzero"` // the hash that the document states; zero if it states none
	Confirmations []Confirmation `json:"confirmations,omitempty"`
	Executed      bool           `json:"executed,omitzero"` // the document says that it was executed
}

// Confirmation is an owner's signature in the form of the transaction service.
type Confirmation struct {
	Owner     evm.Address `json:"owner"`
	Signature Signature   `json:"signature,omitzero"`
	Why       string      `json:"why,omitzero"` // why it cannot be used; empty if it can
}

// Read reads a Safe transaction from JSON: the typed data that wallets sign, what the Safe transaction service answers about a
// multisig transaction, or a Transaction as this package writes it. The service does not say on which chain the Safe is: give it; for the
// other forms it may be zero. Faults: invalid, naming the member that cannot be used, or saying that the document contradicts itself.
func Read(b []byte, chain uint64) (Document, error) {
	var form map[string]json.RawMessage
	if err := json.Unmarshal(b, &form); err != nil {
		return Document{}, fault.New(fault.Invalid, "This is no JSON object.").Instead("Give the typed data that the wallet shows, or the transaction service's answer.").Because(err)
	}
	has := func(keys ...string) bool {
		for _, k := range keys {
			if _, ok := form[k]; !ok {
				return false
			}
		}
		return true
	}
	var d Document
	var err error
	switch {
	case has("primaryType", "message", "domain"):
		d.Transaction, err = readTyped(form)
	case has("safe", "to", "nonce") && (has("safeTxGas") || has("safeTxHash") || has("contractTransactionHash")):
		d, err = readService(form, chain)
	case has("safe", "to", "chain"):
		err = json.Unmarshal(b, &d.Transaction)
		if err != nil {
			err = fault.New(fault.Invalid, "This Safe transaction cannot be read.").Because(err)
		}
	default:
		return Document{}, fault.New(fault.Invalid, "This is no Safe transaction: it is neither typed data (primaryType, domain, message) nor an answer of the transaction service (safe, to, nonce, safeTxHash).").
			Instead("Save the whole answer or the whole typed data.")
	}
	if err != nil {
		return Document{}, err
	}
	for _, n := range []**uint256.Int{&d.Transaction.Value, &d.Transaction.SafeTxGas, &d.Transaction.BaseGas, &d.Transaction.GasPrice} {
		if *n == nil {
			*n = new(uint256.Int)
		}
	}
	if chain != 0 && d.Transaction.Chain != chain {
		return Document{}, fault.New(fault.Invalid, "This Safe transaction is for chain %d, where chain %d was asked for.", d.Transaction.Chain, chain)
	}
	h, err := d.Transaction.Hashes()
	if err != nil {
		return Document{}, err
	}
	if d.Claimed != (evm.Hash{}) && d.Claimed != h.Hash {
		return Document{}, fault.New(fault.Invalid, "THE DOCUMENT CONTRADICTS ITSELF: it states the hash %s, and what it describes has the hash %s on chain %d.", d.Claimed.Hex(), h.Hash.Hex(), d.Transaction.Chain).
			Instead("Check the chain id. If it is right, do not sign, and tell the others over a channel you trust.")
	}
	if raw, ok := form["confirmations"]; ok {
		d.Confirmations, err = readConfirmations(raw, h.Hash)
	}
	return d, err
}

// Confirmations reads signatures of a known hash out of an answer of the Safe transaction service: one about a transaction, or a list of
// its confirmations. Faults: invalid if it is about another hash or cannot be read. A confirmation that cannot be used says why.
func Confirmations(b []byte, hash evm.Hash) ([]Confirmation, error) {
	var answer struct {
		SafeTxHash    string          `json:"safeTxHash"`
		Confirmations json.RawMessage `json:"confirmations"`
		Results       json.RawMessage `json:"results"`
	}
	list := bytes.TrimSpace(b)
	if len(list) == 0 || list[0] != '[' {
		if err := json.Unmarshal(b, &answer); err != nil {
			return nil, fault.New(fault.Invalid, "The signatures are no JSON as the transaction service writes it.").Because(err)
		}
		if answer.SafeTxHash != "" && !strings.EqualFold(answer.SafeTxHash, hash.Hex()) {
			return nil, fault.New(fault.Invalid, "These are signatures of %s, not of %s.", clip(answer.SafeTxHash), hash.Hex()).Instead("Ask the service for that hash.")
		}
		if list = answer.Confirmations; list == nil {
			list = answer.Results
		}
	}
	if list == nil {
		return nil, fault.New(fault.Invalid, "The answer has no confirmations.").Instead("Save the whole answer about the transaction.")
	}
	return readConfirmations(list, hash)
}

// readConfirmations reads the service's list; null is an empty one.
func readConfirmations(raw json.RawMessage, hash evm.Hash) ([]Confirmation, error) {
	var given []struct {
		Owner     string  `json:"owner"`
		Signature *string `json:"signature"`
	}
	if err := json.Unmarshal(raw, &given); err != nil {
		return nil, fault.New(fault.Invalid, "The confirmations cannot be read.").Because(err)
	}
	if len(given) > maxSignatures {
		return nil, fault.New(fault.Invalid, "There are more than %d confirmations.", maxSignatures)
	}
	var list []Confirmation
	for n, g := range given {
		owner, err := evm.ParseAddress(g.Owner)
		if err != nil {
			return nil, fault.New(fault.Invalid, "The owner of confirmation %d cannot be read.", n+1).Because(err)
		}
		c := Confirmation{Owner: owner}
		switch sig, err := confirmed(g.Signature, hash); {
		case err != nil:
			c.Why = fault.Sentence(err)
		case sig.Signer != owner:
			c.Why = "It is said to be by " + owner.Hex() + ", and is by " + sig.Signer.Hex() + ", or of another transaction."
		default:
			c.Signature = sig
		}
		list = append(list, c)
	}
	return list, nil
}

func confirmed(text *string, hash evm.Hash) (Signature, error) {
	if text == nil {
		return Signature{}, fault.New(fault.Invalid, "It has no signature.")
	}
	raw, err := hexadecimal(*text)
	if err != nil {
		return Signature{}, fault.New(fault.Invalid, "Its signature is not hexadecimal.").Because(err)
	}
	sigs, err := Parse(hash, raw)
	if err != nil {
		return Signature{}, err
	}
	if len(sigs) != 1 {
		return Signature{}, fault.New(fault.Invalid, "It holds %d signatures where one is wanted.", len(sigs))
	}
	return sigs[0], nil
}
