package plan

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// abiName returns the kind (function, event, error, constructor, receive, fallback) and the name of a human-readable ABI
// entry, or says what is wrong with it.
func abiName(entry string) (kind, name string, err error) {
	s := signature{rest: strings.TrimSpace(entry)}
	kind = s.word()
	switch kind {
	case "function", "event", "error":
		if name = s.word(); name == "" {
			return kind, "", fmt.Errorf("the %s has no name", kind)
		}
	case "constructor", "receive", "fallback":
	default:
		return "", "", fmt.Errorf(`it begins with neither "function", "event", "error" nor "constructor"`)
	}
	if err := s.list(0); err != nil {
		return kind, name, err
	}
	for {
		switch w := s.word(); w {
		case "external", "public", "view", "pure", "payable", "nonpayable", "virtual", "override", "anonymous":
		case "returns":
			if err := s.list(0); err != nil {
				return kind, name, err
			}
		case "":
			if s.rest = strings.TrimSuffix(s.rest, ";"); s.rest != "" {
				return kind, name, fmt.Errorf("%q is left over", clip(s.rest))
			}
			return kind, name, nil
		default:
			return kind, name, fmt.Errorf("%q does not belong there", clip(w))
		}
	}
}

// signature reads the text of an ABI entry from the left.
type signature struct{ rest string }

func (s *signature) space() { s.rest = strings.TrimLeftFunc(s.rest, unicode.IsSpace) }

// word takes an identifier, or returns "" if there is none.
func (s *signature) word() string {
	s.space()
	n := strings.IndexFunc(s.rest, func(r rune) bool {
		return r != '_' && r != '$' && (r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r))
	})
	if n < 0 {
		n = len(s.rest)
	}
	w := s.rest[:n]
	s.rest = s.rest[n:]
	return w
}

func (s *signature) take(prefix string) bool {
	s.space()
	rest, ok := strings.CutPrefix(s.rest, prefix)
	s.rest = rest
	return ok
}

// list takes a list of parameters in parentheses.
func (s *signature) list(depth int) error {
	if depth > 16 {
		return fmt.Errorf("its tuples are nested too deeply")
	}
	if !s.take("(") {
		return fmt.Errorf("its parameters are not in parentheses")
	}
	if s.take(")") {
		return nil
	}
	for {
		if err := s.parameter(depth); err != nil {
			return err
		}
		if s.take(")") {
			return nil
		}
		if !s.take(",") {
			return fmt.Errorf("a comma or a closing parenthesis is missing after a parameter")
		}
	}
}

// parameter takes a type, perhaps "indexed" or a data location, perhaps a name.
func (s *signature) parameter(depth int) error {
	s.space()
	if strings.HasPrefix(s.rest, "(") {
		if err := s.list(depth + 1); err != nil {
			return err
		}
	} else if t := s.word(); t == "tuple" {
		if err := s.list(depth + 1); err != nil {
			return err
		}
	} else if !elementary(t) {
		return fmt.Errorf("%q is not a type of the ABI", clip(t))
	}
	for s.take("[") {
		if n := s.word(); n != "" {
			if v, err := strconv.ParseUint(n, 10, 32); err != nil || v == 0 {
				return fmt.Errorf("%q is not the length of an array", clip(n))
			}
		}
		if !s.take("]") {
			return fmt.Errorf("a square bracket is not closed")
		}
	}
	for range 3 { // at most: indexed, a data location, the name
		s.word()
	}
	return nil
}

// elementary reports whether t is an elementary type of the ABI.
func elementary(t string) bool {
	switch t {
	case "address", "bool", "string", "bytes", "function", "int", "uint":
		return true
	}
	sized := func(prefix string, lo, hi, step int) bool {
		digits, ok := strings.CutPrefix(t, prefix)
		n, err := strconv.Atoi(digits)
		return ok && err == nil && strconv.Itoa(n) == digits && n >= lo && n <= hi && n%step == 0
	}
	return sized("uint", 8, 256, 8) || sized("int", 8, 256, 8) || sized("bytes", 1, 32, 1)
}
