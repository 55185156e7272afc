package detect

import (
	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"github.com/holiman/uint256"

	"tocsin/evm"
)

// view is what a rule sees of a block: one log, one transaction, or one call within it. It binds the variables of expressions, and decodes
// arguments only when the first rule asks for one.
type view struct {
	block   *evm.Block
	tx      *evm.Transaction // nil if the block came without its transactions
	receipt *evm.Receipt     // nil if it came without receipts
	log     *evm.Log         // nil for a transaction
	call    *evm.Frame       // within the transaction; nil for the transaction itself
	depth   int              // of the call
	nth     int              // among the calls of the transaction that the rule looks at

	shape *shape // whose arguments args holds
	args  []any
	err   error
}

var (
	blockVariables = []variable{{"block.number", numberType}, {"block.time", numberType}}
	txVariables    = []variable{
		{"tx.from", accountType},
		{"tx.to", accountType}, // zero where a contract is created
		{"tx.value", numberType},
		{"tx.failed", cel.BoolType},
	}
	eventVariables = []variable{{"event.address", accountType}}
)

// variablesOf lists what expressions of a rule may use. A shape may be missing.
func variablesOf(event bool, s *shape) []variable {
	vars := append(append([]variable{}, txVariables...), blockVariables...)
	if event {
		vars = append(vars, eventVariables...)
	}
	if s != nil {
		vars = append(vars, s.vars...)
	}
	return vars
}

// bound is a view through one shape: what a rule evaluates against.
func (v *view) through(s *shape) *view {
	if s != nil && v.shape != s {
		v.shape, v.args, v.err = s, nil, nil
	}
	return v
}

// Parent makes the view an activation: it has none.
func (v *view) Parent() cel.Activation { return nil }

// ResolveName binds a variable.
func (v *view) ResolveName(name string) (any, bool) {
	switch name {
	case "event.address":
		if v.log != nil {
			return account(v.log.Address), true
		}
	case "block.number":
		return numberOfUint(v.block.Number), true
	case "block.time":
		return numberOfUint(v.block.Time), true
	case "tx.from":
		return account(v.sender()), true
	case "tx.to":
		return account(v.to()), true
	case "tx.value":
		switch {
		case v.tx == nil:
			return types.NewErr("the block came without its transactions"), true
		case v.tx.Value == nil:
			return number{}, true
		}
		return numberOf(v.tx.Value), true
	case "tx.failed":
		return types.Bool(v.failed()), true
	case "call.from", "call.to", "call.value", "call.depth":
		return v.ofCall(name), true
	default:
		return v.arg(name)
	}
	return nil, false
}

func (v *view) arg(name string) (any, bool) {
	if v.shape == nil {
		return nil, false
	}
	i, ok := v.shape.slots[name]
	if !ok {
		return nil, false
	}
	if v.args == nil && v.err == nil {
		v.args, v.err = v.shape.decode(v)
	}
	if v.err != nil {
		return types.WrapErr(v.err), true
	}
	if i >= len(v.args) {
		return nil, false
	}
	return value(v.args[i]), true
}

// decodable reports whether the arguments can be read.
func (v *view) decodable() bool {
	if v.shape == nil {
		return true
	}
	if v.args == nil && v.err == nil {
		v.args, v.err = v.shape.decode(v)
	}
	return v.err == nil
}

func (v *view) to() evm.Address {
	switch {
	case v.tx != nil && v.tx.To != nil:
		return *v.tx.To
	case v.tx == nil && v.receipt != nil && v.receipt.To != nil:
		return *v.receipt.To
	}
	return evm.Address{}
}

// gasPrice is what the transaction paid for gas, in wei; nil if that is not known.
func (v *view) gasPrice() *uint256.Int {
	if v.receipt != nil && v.receipt.EffectiveGasPrice != nil {
		return v.receipt.EffectiveGasPrice
	}
	if v.tx != nil {
		return v.tx.GasPrice
	}
	return nil
}

// sender is who sent the transaction.
func (v *view) sender() evm.Address {
	switch {
	case v.tx != nil:
		return v.tx.From
	case v.receipt != nil:
		return v.receipt.From
	}
	return evm.Address{}
}

// contract is what emitted the log, or what was called.
func (v *view) contract() evm.Address {
	switch {
	case v.log != nil:
		return v.log.Address
	case v.call != nil:
		return v.call.To
	}
	return v.to()
}

func (v *view) failed() bool { return v.receipt != nil && v.receipt.Status == 0 }

func (v *view) hash() evm.Hash {
	switch {
	case v.log != nil && v.receipt != nil:
		return v.receipt.TxHash
	case v.tx != nil:
		return v.tx.Hash
	case v.receipt != nil:
		return v.receipt.TxHash
	}
	return evm.Hash{}
}
