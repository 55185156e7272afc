package stage

import (
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/tracing"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/core/vm/runtime"

	"tocsin/evm"
)

// scene is a world state before there is a chain, in which contracts are made ready for the first block.
type scene struct {
	db    *state.StateDB
	slots map[common.Address]map[common.Hash]bool // written so far
}

func newScene() (*scene, error) {
	db, err := state.New(types.EmptyRootHash, state.NewDatabaseForTesting())
	if err != nil {
		return nil, err
	}
	return &scene{db: db, slots: make(map[common.Address]map[common.Hash]bool)}, nil
}

// put places code at an address.
func (x *scene) put(at evm.Address, code []byte) {
	a := common.Address(at)
	if !x.db.Exist(a) {
		x.db.CreateAccount(a)
	}
	x.db.SetCode(a, code, tracing.CodeChangeUnspecified)
}

// store writes a slot.
func (x *scene) store(at evm.Address, slot, value common.Hash) {
	x.note(common.Address(at), slot)
	x.db.SetState(common.Address(at), slot, value)
}

func (x *scene) note(a common.Address, slot common.Hash) {
	if x.slots[a] == nil {
		x.slots[a] = make(map[common.Hash]bool)
	}
	x.slots[a][slot] = true
}

// run lets an account call a contract, and returns what the contract returns.
func (x *scene) run(from, to evm.Address, data []byte) ([]byte, error) {
	hooks := &tracing.Hooks{OnOpcode: func(_ uint64, op byte, _, _ uint64, scope tracing.OpContext, _ []byte, _ int, _ error) {
		if stack := scope.StackData(); vm.OpCode(op) == vm.SSTORE && len(stack) > 0 {
			x.note(scope.Address(), stack[len(stack)-1].Bytes32())
		}
	}}
	out, _, err := runtime.Call(common.Address(to), data, &runtime.Config{
		State: x.db, Origin: common.Address(from), GasLimit: 10_000_000, EVMConfig: vm.Config{Tracer: hooks},
	})
	return out, err
}

// construct runs the creation code of a contract as if it stood at its address already, and leaves the code that it returns: the
// contract as a deployment to that address would have made it.
func (x *scene) construct(by, at evm.Address, creation []byte) error {
	x.put(at, creation)
	code, err := x.run(by, at, nil)
	if err == nil {
		x.put(at, code)
	}
	return err
}

// account is what stands at an address, for the first block.
func (x *scene) account(at evm.Address) types.Account {
	a := common.Address(at)
	account := types.Account{Code: x.db.GetCode(a), Storage: make(map[common.Hash]common.Hash), Nonce: 1, Balance: new(big.Int)}
	for slot := range x.slots[a] {
		if v := x.db.GetState(a, slot); v != (common.Hash{}) {
			account.Storage[slot] = v
		}
	}
	return account
}
