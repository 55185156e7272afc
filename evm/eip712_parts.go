package evm

import "fmt"

// Parts are the two hashes that hardware wallets show beside the digest: that of the domain and that of the message.
func (d TypedData) Parts() (domain, message Hash, err error) {
	if err := d.check(); err != nil {
		return Hash{}, Hash{}, fmt.Errorf("hash typed data: %w", err)
	}
	if domain, err = d.structHash(domainType, d.Domain, 0); err != nil {
		return Hash{}, Hash{}, fmt.Errorf("hash typed data: domain: %w", err)
	}
	if message, err = d.structHash(d.PrimaryType, d.Message, 0); err != nil {
		return Hash{}, Hash{}, fmt.Errorf("hash typed data: message: %w", err)
	}
	return domain, message, nil
}
