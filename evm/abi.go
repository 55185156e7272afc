package evm

import (
	"fmt"
	"strings"

	"github.com/ethereum/go-ethereum/crypto"
)

// ABI is what a contract understands: its functions, the events it emits and the errors it reverts with, in the order in
// which they were declared.
type ABI struct {
	Methods []Method
	Events  []Event
	Errors  []CustomError
}

// Method is a function of a contract.
type Method struct {
	Name       string
	Inputs     []Param
	Outputs    []Param
	Mutability string // pure, view, payable; empty if it changes state and takes no ether, or if nothing is said
}

// Event is what a contract emits.
type Event struct {
	Name      string
	Inputs    []Param
	Anonymous bool // its topic 0 is no hash of its signature

	topic Hash // kept by the parsers, for logs are many; zero if it must be computed
}

// CustomError is what a contract reverts with.
type CustomError struct {
	Name   string
	Inputs []Param
}

// Signature is the canonical signature: "withdraw(uint256,address)".
func (m Method) Signature() string { return m.Name + canonical(m.Inputs) }

// Selector is the first four bytes of the hash of the signature; calldata begins with it.
func (m Method) Selector() [4]byte { return [4]byte(crypto.Keccak256([]byte(m.Signature()))) }

// ReadOnly reports whether the function says of itself that it changes nothing.
func (m Method) ReadOnly() bool { return m.Mutability == "view" || m.Mutability == "pure" }

// String writes the declaration as people read it: "function paused() view returns (bool)".
func (m Method) String() string {
	s := "function " + m.Name + declared(m.Inputs)
	if m.Mutability != "" {
		s += " " + m.Mutability
	}
	if len(m.Outputs) > 0 {
		s += " returns " + declared(m.Outputs)
	}
	return s
}

// Signature is the canonical signature: "Paused(address)".
func (e Event) Signature() string { return e.Name + canonical(e.Inputs) }

// Topic is the hash of the signature, which is topic 0 unless the event is anonymous.
func (e Event) Topic() Hash {
	if e.topic != (Hash{}) {
		return e.topic
	}
	return crypto.Keccak256Hash([]byte(e.Signature()))
}

// String writes the declaration as people read it.
func (e Event) String() string {
	s := "event " + e.Name + declared(e.Inputs)
	if e.Anonymous {
		s += " anonymous"
	}
	return s
}

// Signature is the canonical signature: "InsufficientShares(address,uint256)".
func (e CustomError) Signature() string { return e.Name + canonical(e.Inputs) }

// Selector is the first four bytes of the hash of the signature; revert data begin with it.
func (e CustomError) Selector() [4]byte { return [4]byte(crypto.Keccak256([]byte(e.Signature()))) }

// String writes the declaration as people read it.
func (e CustomError) String() string { return "error " + e.Name + declared(e.Inputs) }

// Method finds a function by its name or by its signature. A name that several functions share is an error that lists them.
func (a ABI) Method(ref string) (Method, error) {
	return pick("function", ref, a.Methods, ParseSignature, func(m Method) (string, string) { return m.Name, m.Signature() })
}

// Event finds an event by its name or by its signature. A name that several events share is an error that lists them.
func (a ABI) Event(ref string) (Event, error) {
	return pick("event", ref, a.Events, ParseEvent, func(e Event) (string, string) { return e.Name, e.Signature() })
}

// MethodBySelector finds the function that calldata call.
func (a ABI) MethodBySelector(data []byte) (Method, bool) {
	if len(data) < 4 {
		return Method{}, false
	}
	for _, m := range a.Methods {
		if m.Selector() == [4]byte(data) {
			return m, true
		}
	}
	return Method{}, false
}

// MethodsOf finds every function of a name, or those of one signature, in the order of the ABI. That there is none is an
// error.
func (a ABI) MethodsOf(ref string) ([]Method, error) {
	return pickAll("function", ref, a.Methods, ParseSignature, func(m Method) (string, string) { return m.Name, m.Signature() })
}

// EventsOf finds every event of a name, or those of one signature, in the order of the ABI. That there is none is an error.
func (a ABI) EventsOf(ref string) ([]Event, error) {
	return pickAll("event", ref, a.Events, ParseEvent, func(e Event) (string, string) { return e.Name, e.Signature() })
}

// Join returns the ABI of a contract that answers to several, such as a proxy, or one that is upgraded. What two of them
// declare is taken from the first: functions and errors of one signature, and events that also index as many parameters,
// for a log does not tell them apart.
func Join(abis ...ABI) ABI {
	var out ABI
	seen := map[string]bool{}
	fresh := func(key string) bool {
		before := seen[key]
		seen[key] = true
		return !before
	}
	for _, a := range abis {
		for _, m := range a.Methods {
			if fresh("function " + m.Signature()) {
				out.Methods = append(out.Methods, m)
			}
		}
		for _, e := range a.Events {
			if fresh(fmt.Sprintf("event %s %d %t", e.Signature(), e.IndexedCount(), e.Anonymous)) {
				out.Events = append(out.Events, e)
			}
		}
		for _, e := range a.Errors {
			if fresh("error " + e.Signature()) {
				out.Errors = append(out.Errors, e)
			}
		}
	}
	return out
}

// IndexedCount is how many parameters stand in topics of their own.
func (e Event) IndexedCount() int {
	n := 0
	for i := range e.Inputs {
		if e.Inputs[i].Indexed {
			n++
		}
	}
	return n
}

func pickAll[T any](what, ref string, all []T, parse func(string) (T, error), names func(T) (name, signature string)) ([]T, error) {
	want, signed := strings.TrimSpace(ref), strings.Contains(ref, "(")
	if signed {
		v, err := parse(ref)
		if err != nil {
			return nil, err
		}
		_, want = names(v)
	}
	var found []T
	for _, v := range all {
		name, signature := names(v)
		if want == signature || (!signed && want == name) {
			found = append(found, v)
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("find %s %q: the ABI has none of that name", what, ref)
	}
	return found, nil
}

func pick[T any](what, ref string, all []T, parse func(string) (T, error), names func(T) (name, signature string)) (T, error) {
	var none T
	found, err := pickAll(what, ref, all, parse, names)
	if err != nil {
		return none, err
	}
	if len(found) == 1 {
		return found[0], nil
	}
	list := make([]string, len(found))
	for i, v := range found {
		_, list[i] = names(v)
	}
	return none, fmt.Errorf("find %s %q: the ABI has several; write which: %s", what, ref, strings.Join(list, ", "))
}

// declared writes parameters with their names.
func declared(params []Param) string {
	var b strings.Builder
	b.WriteByte('(')
	for i, p := range params {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(p.Type.declared())
		if p.Indexed {
			b.WriteString(" indexed")
		}
		if p.Name != "" {
			b.WriteString(" " + p.Name)
		}
	}
	b.WriteByte(')')
	return b.String()
}

// declared writes the type with the names of its components.
func (t Type) declared() string {
	switch t.kind {
	case kindArray, kindSlice:
		return t.elem.declared() + strings.TrimPrefix(t.String(), t.elem.String())
	case kindTuple:
		return declared(t.fields)
	default:
		return t.String()
	}
}
