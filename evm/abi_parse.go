package evm

import (
	"fmt"
)

// ParseType reads a type as Solidity writes it in signatures: "uint256", "address[]", "(uint8 a, bytes b)[2]".
func ParseType(s string) (Type, error) {
	p := parser{text: s}
	t, err := p.typ(0)
	if err == nil {
		err = p.end()
	}
	if err != nil {
		return Type{}, fmt.Errorf("read type %q: %w", s, err)
	}
	return t, nil
}

// ParseSignature reads a function as people write it, with or without its keyword, names and results:
// "pause()", "function withdraw(uint256 assets, address receiver) returns (uint256)".
func ParseSignature(s string) (Method, error) {
	p := parser{text: s}
	p.keyword("function")
	m, err := p.method()
	if err != nil {
		return Method{}, fmt.Errorf("read function %q: %w", s, err)
	}
	return m, nil
}

// ParseEvent reads an event, with or without its keyword: "event Paused(address account)".
func ParseEvent(s string) (Event, error) {
	p := parser{text: s}
	p.keyword("event")
	e, err := p.event()
	if err != nil {
		return Event{}, fmt.Errorf("read event %q: %w", s, err)
	}
	return e, nil
}

// ParseABI reads declarations, one to a line: functions (with or without their keyword), events and errors. Constructors
// and fallback functions are passed over, since nobody can call them by name.
func ParseABI(lines []string) (ABI, error) {
	var a ABI
	for _, line := range lines {
		p := parser{text: line}
		var err error
		switch {
		case p.keyword("event"):
			var e Event
			e, err = p.event()
			a.Events = append(a.Events, e)
		case p.keyword("error"):
			var e CustomError
			e, err = p.custom()
			a.Errors = append(a.Errors, e)
		case p.keyword("struct"):
			err = fmt.Errorf("structs are not read; write the tuple where it is used, such as (uint256 amount, address to)")
		case p.peeks("constructor"), p.peeks("fallback"), p.peeks("receive"):
		default:
			p.keyword("function")
			var m Method
			m, err = p.method()
			a.Methods = append(a.Methods, m)
		}
		if err != nil {
			return ABI{}, fmt.Errorf("read ABI entry %q: %w", line, err)
		}
	}
	return a, nil
}
