package stage

import (
	"context"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"

	"tocsin/chain"
	"tocsin/contracts"
	"tocsin/evm"
)

// deposits is what each user puts into the vault at first, in whole HUSD; 12,000,000 in all. The attacker takes them in
// this order, small ones first, as somebody does who tries it out.
var deposits = [...]uint64{1_000_000, 1_500_000, 1_800_000, 2_200_000, 2_500_000, 3_000_000}

func userName(i int) string { return fmt.Sprintf("user-%d", i+1) }

// husd is an amount of whole tokens of 18 decimals in their smallest unit.
func husd(n uint64) *uint256.Int {
	return new(uint256.Int).Mul(uint256.NewInt(n), uint256.NewInt(1e18))
}

var unlimited = new(uint256.Int).SetAllOne()

// protocol is the example protocol: where its contracts are and how to speak to them.
type protocol struct {
	client chain.Client
	Token  evm.Address // HUSD
	Vault  evm.Address
	coin   coin
}

// coin is what the vault's token is called, and how it counts.
type coin struct {
	name, unit string
	decimals   int // up to 18
}

// harbourDollar is the token of the example plan.
func harbourDollar() coin { return coin{name: "Harbour Dollar", unit: "HUSD", decimals: 18} }

// money is an amount of whole tokens of the vault's, in their smallest unit.
func (p protocol) money(n uint64) *uint256.Int {
	return new(uint256.Int).Mul(uint256.NewInt(n), new(uint256.Int).Exp(uint256.NewInt(10), uint256.NewInt(uint64(p.coin.decimals))))
}

// making is the token's contract, its constructor, and what that takes.
func (c coin) making() (contract, constructor string, args []any) {
	if c.decimals == 18 {
		return "Token", "make(string,string)", []any{c.name, c.unit}
	}
	return "Coin", "make(string,string,uint8)", []any{c.name, c.unit, c.decimals}
}

// created is the address of what an account creates by its transaction with a nonce.
func created(by evm.Address, nonce uint64) evm.Address { return crypto.CreateAddress(by, nonce) }

// errNoContract says that there is nothing yet at the address asked.
var errNoContract = errors.New("there is no contract yet")

// read calls a function that returns one number.
func (p protocol) read(ctx context.Context, to evm.Address, at *uint64, function string, args ...any) (*uint256.Int, error) {
	data, err := encode(function, args...)
	if err != nil {
		return nil, err
	}
	out, err := p.client.Call(ctx, chain.Message{To: &to, Data: data}, at)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", function, err)
	}
	if len(out) == 0 {
		return nil, errNoContract
	}
	if len(out) != 32 {
		return nil, fmt.Errorf("read %s: %d bytes came back where 32 belong", function, len(out))
	}
	return new(uint256.Int).SetBytes(out), nil
}

// on makes a transaction that calls a function of a contract.
func on(contract evm.Address, function string, args ...any) (call, error) {
	data, err := encode(function, args...)
	return call{to: &contract, data: data}, err
}

// encode writes calldata. Amounts are written in decimal, everything else prints as the plan language wants it.
func encode(function string, args ...any) ([]byte, error) {
	literals := make([]string, len(args))
	for i, a := range args {
		if n, ok := a.(*uint256.Int); ok {
			literals[i] = n.Dec()
		} else {
			literals[i] = fmt.Sprint(a)
		}
	}
	return evm.EncodeCall(function, literals)
}

// creation makes a transaction that creates a contract. The constructor stands for its arguments' types.
func creation(c contracts.Contract, constructor string, args ...any) (call, error) {
	data, err := encode(constructor, args...)
	if err != nil {
		return call{}, err
	}
	return call{data: append(append([]byte(nil), c.Bytecode...), data[4:]...)}, nil // without the selector
}

// deploy makes a transaction that creates one of our contracts.
func deploy(name, constructor string, args ...any) (call, error) {
	c, err := contracts.Named(name)
	if err != nil {
		return call{}, err
	}
	return creation(c, constructor, args...)
}

// Paused reports whether the vault is paused at the head.
func (p protocol) Paused(ctx context.Context) (bool, error) {
	v, err := p.read(ctx, p.Vault, nil, "paused()")
	if err != nil {
		return false, err
	}
	return !v.IsZero(), nil
}

// VaultBalance is what the vault holds at a block (nil: the head), in HUSD's smallest unit.
func (p protocol) VaultBalance(ctx context.Context, block *uint64) (*uint256.Int, error) {
	return p.read(ctx, p.Token, block, "balanceOf(address)", p.Vault)
}

// shares is what the vault owes an account on its books at the head.
func (p protocol) shares(ctx context.Context, a evm.Address) (*uint256.Int, error) {
	return p.read(ctx, p.Vault, nil, "balanceOf(address)", a)
}

// tokens is what an account holds of HUSD at the head.
func (p protocol) tokens(ctx context.Context, a evm.Address) (*uint256.Int, error) {
	return p.read(ctx, p.Token, nil, "balanceOf(address)", a)
}
