package detect

import (
	"strings"

	"cel.dev/cel-go/cel"
)

// mismatch says in plain words what the language means by "found no matching overload for '_==_' applied to '(address,
// string)'"; empty if that is not what it says.
func mismatch(message string) string {
	rest, ok := strings.CutPrefix(message, "found no matching overload for '")
	if !ok {
		return ""
	}
	operator, rest, ok := strings.Cut(rest, "' applied to '")
	if !ok {
		return ""
	}
	operands, dotted := strings.TrimSuffix(rest, "'"), ""
	if of, args, ok := strings.Cut(operands, ".("); ok { // x.startsWith(y)
		operands, dotted = args, of
	}
	operands = strings.TrimSuffix(strings.TrimPrefix(operands, "("), ")")
	var kinds []string
	if dotted != "" {
		kinds = append(kinds, typeText(dotted))
	}
	for _, t := range strings.Split(operands, ", ") {
		if t != "" {
			kinds = append(kinds, typeText(t))
		}
	}
	say := strings.Trim(operator, "_@") + " does not take " + strings.Join(kinds, " and ")
	if strings.Contains(message, "address") && strings.Contains(message, "string") {
		say += "; an address is 0x and 40 hexadecimal digits, all small or with the capitals right"
	}
	return say
}

// typeText is what a type of the language is called.
func typeText(t string) string {
	switch {
	case t == "bool":
		return "true or false"
	case t == "string":
		return "a text"
	case t == "address":
		return "an address"
	case strings.HasPrefix(t, "list("):
		return "a list"
	case t == "bytes":
		return t
	}
	return "a " + t
}

// givesWrong says that an expression gives something else than is wanted.
func givesWrong(gives, want *cel.Type) string {
	return "the expression gives " + typeText(gives.String()) + " where " + typeText(want.String()) + " is wanted"
}
