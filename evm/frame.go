package evm

import "github.com/holiman/uint256"

// FrameType says how a call was made.
type FrameType uint8

const (
	// UnknownFrame stands for a transaction whose calls are not known: whoever traced the block could not trace it.
	UnknownFrame FrameType = iota
	CallFrame
	CallCodeFrame
	DelegateCallFrame
	StaticCallFrame
	CreateFrame
	Create2Frame
	SelfDestructFrame
	OtherFrame // of a kind that only some chains know
)

// MaxFrameDepth is how deep calls may be nested: the chain's own limit, below the call that the transaction itself makes.
const MaxFrameDepth = 1024

// Frame is one call of a transaction with the calls that it made in turn, in their order. The frame of a transaction is the
// call that it makes itself. No root proves what stands in it.
type Frame struct {
	Type         FrameType
	From         Address
	To           Address      // what was called or created, or who got what a contract left; zero if nothing came into being
	Value        *uint256.Int // wei; nil if none was named
	Gas          uint64
	GasUsed      uint64
	Input        []byte // calldata, or the code that creates
	Output       []byte
	Error        string // why it failed; empty if it did not
	RevertReason string // what the contract said of that
	Calls        []Frame
}

// Failed reports whether the call failed: whatever was done in it and below it has not happened.
func (f *Frame) Failed() bool { return f.Error != "" }

// Creates reports whether the frame creates a contract.
func (f *Frame) Creates() bool { return f.Type == CreateFrame || f.Type == Create2Frame }

// Sent is what the frame moves from one account to another, in wei; nil if nothing. Code that runs in the place of its
// caller moves nothing, and what failed has moved nothing.
func (f *Frame) Sent() *uint256.Int {
	switch f.Type {
	case CallFrame, CreateFrame, Create2Frame, SelfDestructFrame:
	default:
		return nil
	}
	if f.Failed() || f.Value == nil || f.Value.IsZero() || f.From == f.To {
		return nil
	}
	return f.Value
}

// Walk calls visit for the frame and for each that it brought about, in the order in which they began, with how deep it lies:
// 0 for the frame itself. What failed is passed over with all below it, for it did not happen.
func (f *Frame) Walk(visit func(f *Frame, depth int)) { f.walk(0, visit) }

func (f *Frame) walk(depth int, visit func(*Frame, int)) {
	if f.Failed() || f.Type == UnknownFrame || depth > MaxFrameDepth {
		return
	}
	visit(f, depth)
	for i := range f.Calls {
		f.Calls[i].walk(depth+1, visit)
	}
}

// frameTypes are the kinds of calls as tracers name them.
var frameTypes = map[string]FrameType{
	"CALL": CallFrame, "CALLCODE": CallCodeFrame, "DELEGATECALL": DelegateCallFrame, "STATICCALL": StaticCallFrame,
	"CREATE": CreateFrame, "CREATE2": Create2Frame, "SELFDESTRUCT": SelfDestructFrame, "SUICIDE": SelfDestructFrame,
}

func (t FrameType) String() string {
	switch t {
	case UnknownFrame:
		return "unknown"
	case CallFrame:
		return "CALL"
	case CallCodeFrame:
		return "CALLCODE"
	case DelegateCallFrame:
		return "DELEGATECALL"
	case StaticCallFrame:
		return "STATICCALL"
	case CreateFrame:
		return "CREATE"
	case Create2Frame:
		return "CREATE2"
	case SelfDestructFrame:
		return "SELFDESTRUCT"
	}
	return "other"
}
