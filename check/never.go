package check

import (
	"math/big"
	"regexp"
	"strings"
)

// never reports whether a condition can be seen to be false whatever happens: it is written as false, compares two
// different constants, or asks of one value what excludes itself. It sees only what a person sees at a glance: a condition
// that it does not understand may be true.
func never(where string) bool {
	where = strings.TrimSpace(where)
	if where == "" || strings.Contains(where, "?") || quotesLogic(where) {
		return false
	}
	for part := range strings.SplitSeq(where, "||") {
		if !neverAll(part) {
			return false
		}
	}
	return true
}

// quotesLogic reports whether a text within the condition holds what would be read as logic.
func quotesLogic(where string) bool {
	var quote rune
	for _, r := range where {
		switch {
		case quote == 0 && (r == '"' || r == '\''):
			quote = r
		case r == quote:
			quote = 0
		case quote != 0 && strings.ContainsRune(`&|\`, r):
			return true
		}
	}
	return false
}

// neverAll looks at conditions of which all must hold.
func neverAll(text string) bool {
	ranges := map[string]*bounds{}
	depth := 0 // what stands within parentheses may be denied outside them
	for part := range strings.SplitSeq(text, "&&") {
		within := depth != 0
		depth += strings.Count(part, "(") - strings.Count(part, ")")
		if within {
			continue
		}
		part = strings.TrimSpace(part)
		for strings.HasPrefix(part, "(") && strings.HasSuffix(part, ")") && !strings.ContainsAny(part[1:len(part)-1], "()") {
			part = strings.TrimSpace(part[1 : len(part)-1])
		}
		if part == "false" || part == "!true" {
			return true
		}
		m := comparison.FindStringSubmatch(part)
		if m == nil {
			continue
		}
		left, op, right := m[1], m[2], m[3]
		if constant(left) && !constant(right) {
			left, right = right, left
			op = mirrored[op]
		}
		if left == right && (op == "!=" || op == "<" || op == ">") {
			return true
		}
		if !constant(right) {
			continue
		}
		if constant(left) {
			if differ(left, op, right) {
				return true
			}
			continue
		}
		if ranges[left] == nil {
			ranges[left] = &bounds{}
		}
		if ranges[left].narrow(op, right) {
			return true
		}
	}
	return false
}

var (
	comparison = regexp.MustCompile(`^([\w.]+|"[^"\\]*"|'[^'\\]*'|u256\("[0-9]+"\))\s*(==|!=|<=|>=|<|>)\s*([\w.]+|"[^"\\]*"|'[^'\\]*'|u256\("[0-9]+"\))$`)
	literal    = regexp.MustCompile(`^([0-9]\w*|"[^"]*"|'[^']*'|u256\("[0-9]+"\)|true|false)$`)
	mirrored   = map[string]string{"==": "==", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
)

func constant(s string) bool { return literal.MatchString(s) }

// number reads a whole number as conditions write them; nil for anything else.
func number(s string) *big.Int {
	s = strings.TrimSuffix(strings.TrimPrefix(s, `u256("`), `")`)
	n, ok := new(big.Int).SetString(strings.TrimSuffix(s, "u"), 0)
	if !ok {
		return nil
	}
	return n
}

// differ reports whether a comparison of two constants is false.
func differ(left, op, right string) bool {
	a, b := number(left), number(right)
	if a == nil || b == nil {
		same := strings.Trim(left, `"'`) == strings.Trim(right, `"'`)
		return op == "==" && !same || op == "!=" && same
	}
	var only bounds
	return only.narrow("==", left) || only.narrow(op, right)
}

// bounds is what is left for one value after some comparisons.
type bounds struct {
	low, high *big.Int // inclusive; nil: open
	text      string   // it must be this text
}

// narrow adds a comparison and reports whether nothing is left.
func (b *bounds) narrow(op, right string) bool {
	n := number(right)
	if n == nil {
		if op != "==" {
			return false
		}
		text := strings.Trim(right, `"'`)
		other := b.text != "" && !strings.EqualFold(b.text, text) // addresses compare in any case
		b.text = text
		return other
	}
	one := big.NewInt(1)
	switch op {
	case "==":
		b.raise(n)
		b.lower(n)
	case ">":
		b.raise(new(big.Int).Add(n, one))
	case ">=":
		b.raise(n)
	case "<":
		b.lower(new(big.Int).Sub(n, one))
	case "<=":
		b.lower(n)
	}
	return b.low != nil && b.high != nil && b.low.Cmp(b.high) > 0
}

func (b *bounds) raise(n *big.Int) {
	if b.low == nil || n.Cmp(b.low) > 0 {
		b.low = n
	}
}

func (b *bounds) lower(n *big.Int) {
	if b.high == nil || n.Cmp(b.high) < 0 {
		b.high = n
	}
}
