package plan

import (
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// What YAML takes a single value for, where that matters to a plan.
const (
	tagText  = "!!str"
	tagInt   = "!!int"
	tagFloat = "!!float"
	tagBool  = "!!bool"
	tagNull  = "!!null"
	tagDay   = "!!timestamp"
	tagMerge = "!!merge"
)

// scalar returns the text of a single value, as written.
func scalar(n *yaml.Node) (string, bool) {
	return n.Value, n.Kind == yaml.ScalarNode && n.Tag != tagNull
}

// textual reports whether YAML takes a single value for a text. A plan's days are texts with a form of their own.
func textual(n *yaml.Node) bool { return n.Tag == tagText || n.Tag == tagDay }

func number(n *yaml.Node) bool { return n.Tag == tagInt || n.Tag == tagFloat }

// pair is a key with its value.
type pair struct{ key, value *yaml.Node }

// mapping returns the pairs of keys and values of a node.
func mapping(n *yaml.Node) ([]pair, bool) {
	if n.Kind != yaml.MappingNode {
		return nil, false
	}
	pairs := make([]pair, 0, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		pairs = append(pairs, pair{n.Content[i], n.Content[i+1]})
	}
	return pairs, true
}

// child returns the value of a mapping by its key, nil if there is none.
func child(n *yaml.Node, key string) *yaml.Node {
	if n.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if k := n.Content[i]; k.Value == key && k.Tag == tagText {
				return n.Content[i+1]
			}
		}
	}
	return nil
}

// peek returns a single value of a mapping by its key, such as can stand in a path.
func peek(n *yaml.Node, key string) (string, bool) {
	v := child(n, key)
	if v == nil {
		return "", false
	}
	s, ok := scalar(v)
	return s, ok && s != "" && !strings.ContainsAny(s, "[].")
}

// width is how many characters of its first line a node takes up, as far as it can be marked: a single value whole, of
// anything else how it begins. rest is what that line says from the node on.
func width(n *yaml.Node, rest string) int {
	switch {
	case n.Kind == yaml.MappingNode && n.Style&yaml.FlowStyle == 0 && len(n.Content) > 0:
		return width(n.Content[0], rest)
	case n.Kind != yaml.ScalarNode:
		return 1
	}
	written := []rune(rest)
	switch {
	case len(written) == 0:
		return 1
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return 1
	case n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0:
		for i := 1; i < len(written); i++ {
			switch {
			case written[i] == '\\' && written[0] == '"':
				i++
			case written[i] == '\'' && written[0] == '\'' && i+1 < len(written) && written[i+1] == '\'':
				i++
			case written[i] == written[0]:
				return i + 1
			}
		}
		return len(written)
	}
	return utf8.RuneCountInString(n.Value)
}
