package decision

import (
	"slices"
	"time"

	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
)

// FactAge is how long what a contract answered counts as what it says.
const FactAge = 2 * time.Minute

// ContractFact is what a contract answered when it was asked whether a signature is its own (ERC-1271). Only a chain can say it, so it is
// a fact with the block at which it was so.
type ContractFact struct {
	Chain     uint64      `json:"chain"`
	Account   evm.Address `json:"account"`   // the contract
	Digest    evm.Hash    `json:"digest"`    // what was signed
	Signature evm.Hash    `json:"signature"` // keccak of the signature's bytes
	Block     uint64      `json:"block"`     // at whose end it was asked
	BlockHash evm.Hash    `json:"block_hash"`
	At        time.Time   `json:"at"` // when it was asked
	Valid     bool        `json:"valid"`
	Why       string      `json:"why,omitempty"` // why it is not, in one sentence
}

// About says why a fact does not prove a signature of a digest; nil if it does. Faults: invalid for a fact about something else, expired
// for an old one, forbidden if the contract did not vouch.
func (f *ContractFact) About(chain uint64, account evm.Address, digest evm.Hash, sig []byte, now time.Time) error {
	switch {
	case f.Chain != chain || f.Account != account || f.Digest != digest || f.Signature != evm.Keccak(sig) || f.BlockHash == (evm.Hash{}):
		return fault.New(fault.Invalid, "What the contract was asked is not what is to be known.").Instead("Hand the signature in once more.")
	case f.At.After(now.Add(FactAge)) || now.Sub(f.At) > FactAge:
		return fault.New(fault.Expired, "The contract %s was asked at %s, which is too long ago.", account.Hex(), f.At.UTC().Format(time.RFC3339)).Instead("Hand the signature in once more.")
	case !f.Valid:
		why := f.Why
		if why == "" {
			why = "It did not vouch for the signature."
		}
		return fault.New(fault.Forbidden, "The contract %s does not confirm this signature at block %d. %s", account.Hex(), f.Block, why).
			Instead("Sign what is shown here with the contract's own wallet, and hand in what it gives.")
	}
	return nil
}

// VerifyContract proves, by what a contract answered, that a person signed a message with an account that is a contract, and that the
// message still stands. It returns the account. Faults as of Verify, and of About.
func VerifyContract(m Message, sig []byte, f *ContractFact, person *plan.Person, now time.Time) (evm.Address, error) {
	if err := standing(m, person, now); err != nil {
		return evm.Address{}, err
	}
	if !slices.ContainsFunc(Contracts(person), func(k plan.Key) bool { return k.Chain == f.Chain && k.Address == f.Account }) {
		return evm.Address{}, fault.New(fault.Forbidden, "%s on chain %d is no contract with which %s signs.", f.Account.Hex(), f.Chain, name(person)).
			Instead("They sign with %s.", expected(person))
	}
	if err := f.About(f.Chain, f.Account, m.Digest(), sig, now); err != nil {
		return evm.Address{}, err
	}
	return f.Account, nil
}
