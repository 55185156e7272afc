package detect

import (
	"reflect"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"tocsin/evm"
)

// account is an address in an expression. It compares by its bytes: how a literal is capitalised does not matter.
type account evm.Address

var accountType = cel.OpaqueType("address")

// Equal reports whether other is the same address.
func (a account) Equal(other ref.Val) ref.Val {
	o, ok := other.(account)
	return types.Bool(ok && a == o)
}

func (a account) Type() ref.Type { return accountType }

func (a account) Value() any { return a }

func (a account) ConvertToNative(t reflect.Type) (any, error) { return native(a, t) }

func (a account) ConvertToType(t ref.Type) ref.Val {
	if t == types.StringType {
		return types.String(evm.Address(a).Hex())
	}
	return types.NewErr("an address does not become a %s", t.TypeName())
}
