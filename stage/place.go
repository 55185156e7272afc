package stage

import (
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/tracing"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/core/vm/runtime"

	"tocsin/contracts"
	"tocsin/evm"
)

// place puts into the first block what stands at addresses of the plan that no deployment would give it.
func (s *Stage) place(alloc types.GenesisAlloc) error {
	put := func(at evm.Address, name, constructor string, args ...any) error {
		if at == (evm.Address{}) {
			return nil
		}
		c, err := contracts.Named(name)
		if err != nil {
			return err
		}
		made, err := creation(c, constructor, args...)
		if err != nil {
			return err
		}
		account, err := construct(s.deployer.address(), at, made.data)
		if err != nil {
			return fmt.Errorf("place contract %s at %s: %w", name, at, err)
		}
		account.Balance = new(big.Int)
		if was, ok := alloc[common.Address(at)]; ok {
			account.Balance = was.Balance
		}
		alloc[common.Address(at)] = account
		return nil
	}
	if err := put(s.places.Token, "Token", tokenMaker, tokenName, tokenUnit); err != nil {
		return err
	}
	return put(s.places.Vault, s.world.contract, s.maker(), s.making()...)
}

// construct runs the creation code of a contract as if it stood at an address already, and returns the code that it leaves and what it
// stored: the contract as a deployment to that address would have made it. The constructors of our contracts call nobody.
func construct(by, at evm.Address, creation []byte) (types.Account, error) {
	db, err := state.New(types.EmptyRootHash, state.NewDatabaseForTesting())
	if err != nil {
		return types.Account{}, err
	}
	to := common.Address(at)
	db.CreateAccount(to)
	db.SetCode(to, creation, tracing.CodeChangeUnspecified)
	slots := make(map[common.Hash]bool)
	hooks := &tracing.Hooks{OnOpcode: func(_ uint64, op byte, _, _ uint64, scope tracing.OpContext, _ []byte, _ int, _ error) {
		if stack := scope.StackData(); vm.OpCode(op) == vm.SSTORE && len(stack) > 0 {
			slots[stack[len(stack)-1].Bytes32()] = true
		}
	}}
	code, _, err := runtime.Call(to, nil, &runtime.Config{
		State: db, Origin: common.Address(by), GasLimit: 10_000_000, EVMConfig: vm.Config{Tracer: hooks},
	})
	if err != nil {
		return types.Account{}, err
	}
	account := types.Account{Code: code, Storage: make(map[common.Hash]common.Hash), Nonce: 1}
	for slot := range slots {
		if v := db.GetState(to, slot); v != (common.Hash{}) {
			account.Storage[slot] = v
		}
	}
	return account, nil
}
