package detect

import (
	"math/big"
	"strconv"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"github.com/holiman/uint256"

	"tocsin/evm"
)

// shape is the declaration of an event or a function, as expressions see it: a variable for each parameter.
type shape struct {
	name   string // signature
	prefix string // "event.args." or "call.args."
	event  evm.Event
	method evm.Method
	topic  evm.Hash // of a log of the event
	topics int      // of it, the signature's included
	loose  bool     // which parameters are indexed is taken from each log
	vars   []variable
	slots  map[string]int // variable → parameter
}

func eventShape(e evm.Event, loose bool) *shape {
	s := &shape{name: e.Signature(), prefix: "event.args.", event: e, topic: e.Topic(), topics: 1 + e.IndexedCount(), loose: loose}
	s.event.Anonymous = true // the index has compared topic 0; decoding need not hash the signature again
	s.declare(e.Inputs)
	return s
}

// fits reports whether a log with so many topics can be of the event.
func (s *shape) fits(topics int) bool {
	return topics == s.topics || s.loose && topics > 0 && topics <= min(len(s.event.Inputs), maxIndexed)+1
}

func callShape(m evm.Method) *shape {
	s := &shape{name: m.Signature(), prefix: "call.args.", method: m}
	s.declare(m.Inputs)
	return s
}

func (s *shape) declare(params []evm.Param) {
	s.slots = map[string]int{}
	for i, p := range params {
		name := p.Name
		if name == "" {
			name = "arg" + strconv.Itoa(i)
		}
		t, ok := typeOf(p.Type.String(), p.Indexed)
		if _, twice := s.slots[s.prefix+name]; !ok || twice {
			continue
		}
		s.slots[s.prefix+name] = i
		s.vars = append(s.vars, variable{s.prefix + name, t})
	}
}

// typeOf tells how a value of the ABI's type reads in an expression; tuples do not.
func typeOf(abi string, indexed bool) (*cel.Type, bool) {
	switch {
	case strings.HasPrefix(abi, "("):
		return cel.BytesType, indexed
	case strings.HasSuffix(abi, "]"):
		if indexed {
			return cel.BytesType, true // only the hash stands in the topic
		}
		elem, ok := typeOf(abi[:strings.LastIndexByte(abi, '[')], false)
		return cel.ListType(elem), ok
	case strings.HasPrefix(abi, "uint"), strings.HasPrefix(abi, "int"):
		return numberType, true
	case abi == "address":
		return accountType, true
	case abi == "bool":
		return cel.BoolType, true
	case abi == "string" && !indexed:
		return cel.StringType, true
	default:
		return cel.BytesType, true
	}
}

// decode reads the arguments of a log, or of calldata.
func (s *shape) decode(v *view) ([]any, error) {
	if v.log != nil {
		l := *v.log
		l.Topics = l.Topics[1:]
		if s.loose {
			return looseValues(s.event, l)
		}
		return s.event.Values(l)
	}
	values, err := s.method.DecodeCall(v.calldata())
	if err != nil {
		return nil, err
	}
	list := make([]any, len(values))
	for i := range values {
		list[i] = values[i].Go
	}
	return list, nil
}

// maxListed is how many values of a list an expression sees, those of lists within it included: who writes calldata also
// decides how long judging them takes.
const maxListed = 4096

// value turns a decoded value into one of the expression language.
func value(v any) ref.Val {
	left := maxListed
	return bounding(v, &left)
}

func bounding(v any, left *int) ref.Val {
	switch v := v.(type) {
	case *uint256.Int:
		return numberOf(v)
	case *big.Int:
		if n, ok := numberOfBig(v); ok {
			return n
		}
	case evm.Address:
		return account(v)
	case evm.Hash:
		return types.Bytes(v[:])
	case []byte:
		return types.Bytes(v)
	case string:
		return types.String(v)
	case bool:
		return types.Bool(v)
	case []any:
		if *left -= len(v); *left < 0 {
			return types.NewErr("the list has more than %d values", maxListed)
		}
		list := make([]ref.Val, len(v))
		for i := range v {
			if list[i] = bounding(v[i], left); types.IsError(list[i]) {
				return list[i]
			}
		}
		return types.NewRefValList(types.DefaultTypeAdapter, list)
	}
	return types.NewErr("a value of this kind cannot be used")
}
