package evm

import (
	"fmt"
	"strconv"
	"strings"
)

// parser reads one declaration from left to right.
type parser struct {
	text string
	at   int
}

func (p *parser) errorf(format string, args ...any) error {
	return fmt.Errorf("at character %d: %s", p.at+1, fmt.Sprintf(format, args...))
}

func (p *parser) space() {
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.at]) >= 0 {
		p.at++
	}
}

func (p *parser) char(c byte) bool {
	p.space()
	if p.at < len(p.text) && p.text[p.at] == c {
		p.at++
		return true
	}
	return false
}

// word reads an identifier; it is empty if none stands here.
func (p *parser) word() string {
	p.space()
	start := p.at
	for p.at < len(p.text) {
		c := p.text[p.at]
		letter := c == '_' || c == '$' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
		if !letter && (p.at == start || c < '0' || c > '9') {
			break
		}
		p.at++
	}
	return p.text[start:p.at]
}

// keyword skips a leading word if it is the one wanted and another word follows.
func (p *parser) keyword(want string) bool {
	before := p.at
	if p.word() == want {
		after := p.at
		if p.word() != "" {
			p.at = after
			return true
		}
	}
	p.at = before
	return false
}

// peeks reports whether the next word is the one wanted.
func (p *parser) peeks(want string) bool {
	before := p.at
	w := p.word()
	p.at = before
	return w == want
}

func (p *parser) end() error {
	p.space()
	if p.at < len(p.text) {
		return p.errorf("%q is one too many", p.text[p.at:])
	}
	return nil
}

func (p *parser) method() (Method, error) {
	var m Method
	var err error
	if m.Name, m.Inputs, err = p.named("function", false); err != nil {
		return Method{}, err
	}
	for {
		before := p.at
		switch w := p.word(); w {
		case "":
			p.char(';')
			if err := p.end(); err != nil {
				return Method{}, err
			}
			return m, nil
		case "view", "pure", "payable":
			m.Mutability = w
		case "external", "public", "nonpayable", "virtual", "override":
		case "returns":
			if m.Outputs, err = p.params(0, false); err != nil {
				return Method{}, err
			}
		default:
			p.at = before
			return Method{}, p.errorf("%q is not understood; write view, pure, payable or returns (…)", w)
		}
	}
}

func (p *parser) event() (Event, error) {
	var e Event
	var err error
	if e.Name, e.Inputs, err = p.named("event", true); err != nil {
		return Event{}, err
	}
	e.Anonymous = p.keywordLast("anonymous")
	p.char(';')
	if err := p.end(); err != nil {
		return Event{}, err
	}
	e.topic = e.Topic()
	return e, e.check()
}

// check refuses an event that no log could hold.
func (e Event) check() error {
	indexed, most := 0, 3
	if e.Anonymous {
		most = 4
	}
	for _, in := range e.Inputs {
		if in.Indexed {
			indexed++
		}
	}
	if indexed > most {
		return fmt.Errorf("%d parameters are indexed, of at most %d", indexed, most)
	}
	return nil
}

func (p *parser) keywordLast(want string) bool {
	if !p.peeks(want) {
		return false
	}
	p.word()
	return true
}

func (p *parser) custom() (CustomError, error) {
	var e CustomError
	var err error
	if e.Name, e.Inputs, err = p.named("error", false); err != nil {
		return CustomError{}, err
	}
	p.char(';')
	return e, p.end()
}

func (p *parser) named(what string, indexed bool) (string, []Param, error) {
	name := p.word()
	if name == "" {
		return "", nil, p.errorf("a name is missing; write the %s as name(type name, …)", what)
	}
	params, err := p.params(0, indexed)
	if err == nil && head(params) > maxTypeWords {
		err = p.errorf("the parameters are too large")
	}
	return name, params, err
}

// params reads parameters between parentheses.
func (p *parser) params(depth int, indexed bool) ([]Param, error) {
	if !p.char('(') {
		return nil, p.errorf("an opening parenthesis is missing")
	}
	if p.char(')') {
		return nil, nil
	}
	var list []Param
	for {
		t, err := p.typ(depth)
		if err != nil {
			return nil, err
		}
		in := Param{Type: t}
		for in.Name == "" {
			before := p.at
			w := p.word()
			if w == "" {
				break
			}
			switch w {
			case "indexed":
				if !indexed {
					p.at = before
					return nil, p.errorf("only parameters of events can be indexed")
				}
				in.Indexed = true
			case "calldata", "memory", "storage", "payable":
			default:
				in.Name = w
			}
		}
		if list = append(list, in); len(list) > maxParams {
			return nil, p.errorf("there are more than %d parameters", maxParams)
		}
		if p.char(')') {
			return list, nil
		}
		if !p.char(',') {
			return nil, p.errorf("a comma or a closing parenthesis is missing")
		}
	}
}

// typ reads a type with its array brackets.
func (p *parser) typ(depth int) (Type, error) {
	if depth >= maxTypeDepth {
		return Type{}, p.errorf("types stand more than %d deep within each other", maxTypeDepth)
	}
	p.space()
	before := p.at
	name := p.word()
	var t Type
	p.space()
	switch {
	case (name == "" || name == "tuple") && p.at < len(p.text) && p.text[p.at] == '(':
		fields, err := p.params(depth+1, false)
		if err != nil {
			return Type{}, err
		}
		if len(fields) == 0 {
			return Type{}, p.errorf("a tuple must have components")
		}
		t = Type{kind: kindTuple, fields: fields}
	case name == "":
		return Type{}, p.errorf("a type is missing")
	default:
		var ok bool
		if t, ok = elementary(name); !ok {
			p.at = before
			return Type{}, p.errorf("there is no type %q; write address for a contract, uint8 for an enum, (…) for a struct", name)
		}
	}
	return p.brackets(t, depth)
}

// brackets reads the brackets after a type, each of which makes an array of what stands before it.
func (p *parser) brackets(t Type, depth int) (Type, error) {
	for p.char('[') {
		if depth++; depth >= maxTypeDepth {
			return Type{}, p.errorf("types stand more than %d deep within each other", maxTypeDepth)
		}
		elem := t
		if p.char(']') {
			t = Type{kind: kindSlice, elem: &elem}
			continue
		}
		start := p.at
		for p.at < len(p.text) && p.text[p.at] >= '0' && p.text[p.at] <= '9' {
			p.at++
		}
		n, err := strconv.ParseUint(p.text[start:p.at], 10, 16)
		if err != nil || n == 0 || p.text[start] == '0' {
			return Type{}, p.errorf("the length of an array must be a number from 1 to 65535")
		}
		if !p.char(']') {
			return Type{}, p.errorf("a closing bracket is missing")
		}
		t = Type{kind: kindArray, size: int(n), elem: &elem}
		if t.size*elem.words() > maxTypeWords {
			return Type{}, p.errorf("the array is too large")
		}
	}
	return t, nil
}
