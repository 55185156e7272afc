package action

import "tocsin/evm"

// lesson is what is known of a function that many contracts have. In its texts {0} stands for the first argument as people read it, {to} for
// the contract.
type lesson struct {
	method evm.Method
	say    string
	danger string   // empty if there is none by itself
	new    []int    // arguments that are accounts which get power: dangerous if the plan does not have them
	proofs []reveal // readings that would prove it
	nested nested   // what it holds besides
}

// nested says what a function holds that must be looked at by itself. (Functions in the list would refer back to it.)
type nested struct {
	kind     nesting
	on, data int // of a call: arguments that are the contract (-1: the one that is called) and the calldata
}

type nesting int

const (
	nothing    nesting = iota
	allowance          // an amount that somebody may take
	operator           // somebody who may take everything
	oneCall            // calldata for a contract
	operation          // a timelock's operation
	operations         // a timelock's operation of several calls
	batch              // a MultiSend's calls
	execution          // a Safe's transaction
)

// reveal is a reading that would prove a lesson. Its texts are filled like those of the lesson, with the values as they are.
type reveal struct {
	on       int // argument that is the contract to ask; -1 for the one that is called
	function string
	args     []string
	want     string
	slot     evm.Hash // of storage, in the place of a function
}

// asks is a reading of the contract that is called.
func asks(function, want string, args ...string) []reveal {
	return []reveal{{on: -1, function: function, args: args, want: want}}
}

// The slots of EIP-1967.
var (
	implementationSlot = evm.Hash{0x36, 0x08, 0x94, 0xa1, 0x3b, 0xa1, 0xa3, 0x21, 0x06, 0x67, 0xc8, 0x28, 0x49, 0x2d, 0xb9, 0x8d, 0xca, 0x3e, 0x20, 0x76, 0xcc, 0x37, 0x35, 0xa9, 0x20, 0xa3, 0xca, 0x50, 0x5d, 0x38, 0x2b, 0xbc}
	adminSlot          = evm.Hash{0xb5, 0x31, 0x27, 0x68, 0x4a, 0x56, 0x8b, 0x31, 0x73, 0xae, 0x13, 0xb9, 0xf8, 0xa6, 0x01, 0x6e, 0x24, 0x3e, 0x63, 0xb6, 0xe8, 0xee, 0x11, 0x78, 0xd6, 0xa7, 0x17, 0x85, 0x0b, 0x5d, 0x61, 0x03}
	guardSlot          = evm.Keccak([]byte("guard_manager.guard.address"))
	handlerSlot        = evm.Keccak([]byte("fallback_manager.handler.address"))
)

// lessons are what is known, by selector.
var lessons = bySelector(lessonList)

func bySelector(list []lesson) map[[4]byte]lesson {
	m := make(map[[4]byte]lesson, len(list))
	for _, l := range list {
		m[l.method.Selector()] = l
	}
	return m
}

// taught reads a signature that a test holds to be right.
func taught(signature string) evm.Method {
	m, err := evm.ParseSignature(signature)
	if err != nil {
		return evm.Method{}
	}
	return m
}
