package plan

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"tocsin/evm"
)

var (
	// plainForm is what a text must look like to be written without quotes, whatever reads it.
	plainForm = regexp.MustCompile(`^[\p{L}/(.][^\n\t]*$`)
	// countForm is a text that begins with a number and goes on in words.
	countForm = regexp.MustCompile(`^[0-9]+ [\p{L}]`)
	// otherWords mean something else than themselves to one YAML reader or another.
	otherWords = regexp.MustCompile(`^(?i:true|false|yes|no|on|off|y|n|null|~|\.inf|\.nan|nan|inf|infinity)$|^\.[0-9.]*$|^\.[0-9]|^[.][0-9]*[eE]`)
)

// lineEnds turns the line ends of every system into one.
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// clean leaves out of a text what no plan may hold.
func clean(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r >= 0x7f }) {
		return s
	}
	s = lineEnds.Replace(strings.ToValidUTF8(s, string(utf8.RuneError)))
	s = strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && control(r) {
			return ' '
		}
		return r
	}, s)
	return strings.TrimRight(s, "\n")
}

// control reports whether a character is none that people write, and which a terminal would obey.
func control(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 }

// oneLine makes one line of a text.
func oneLine(s string) string { return strings.Join(strings.Fields(clean(s)), " ") }

// style writes the text of a value as YAML: plainly where every reader takes it for the same text, else in quotes or, where
// it is long, as a block below the key. It stands in by so many spaces and begins at a column; flow means within brackets.
func style(s string, v reflect.Value, in, column int, flow bool) string {
	if v.Kind() != reflect.String {
		if _, is := v.Interface().(evm.Address); is && s != TBD {
			return `"` + s + `"`
		}
		if _, is := v.Interface().(evm.Hash); is {
			return `"` + s + `"`
		}
		return s
	}
	s = clean(s)
	indent := "\n" + strings.Repeat(" ", in+2)
	switch {
	case !flow && strings.Contains(s, "\n") && blockable(s):
		return "|" + strings.ReplaceAll(indent+strings.ReplaceAll(s, "\n", indent), indent+"\n", "\n\n")
	case !flow && utf8.RuneCountInString(s)+column > wide+20 && foldable(s):
		return ">-" + indent + strings.Join(fold(s, max(40, wide-in-2)), indent)
	case plain(s, flow):
		return s
	}
	return quoteText(s)
}

// plain reports whether a text needs no quotes.
func plain(s string, flow bool) bool {
	if !plainForm.MatchString(s) && !countForm.MatchString(s) || otherWords.MatchString(s) || !printable(s) {
		return false
	}
	if strings.Contains(s, ": ") || strings.Contains(s, " #") || strings.HasSuffix(s, ":") || strings.HasSuffix(s, " ") || strings.HasPrefix(s, "...") {
		return false
	}
	return !flow || !strings.ContainsAny(s, ",[]{}:?")
}

// printable reports whether every character of a text shows.
func printable(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r == utf8.RuneError || !unicode.IsPrint(r) }) < 0
}

// blockable reports whether a text of several lines can stand as they are below the key.
func blockable(s string) bool {
	if strings.HasPrefix(s, " ") || strings.HasPrefix(s, "\n") {
		return false
	}
	for line := range strings.SplitSeq(s, "\n") {
		if !printable(line) || line != "" && strings.TrimSpace(line) == "" || strings.HasSuffix(line, " ") {
			return false
		}
	}
	return true
}

// foldable reports whether a text can be broken between words and joined again.
func foldable(s string) bool {
	return printable(s) && !strings.Contains(s, "  ") && strings.TrimSpace(s) == s && strings.Contains(s, " ")
}

// fold breaks a text into lines of at most so many characters, where its words allow.
func fold(s string, most int) []string {
	var lines []string
	line, long := "", 0
	for word := range strings.SplitSeq(s, " ") {
		n := utf8.RuneCountInString(word)
		if long > 0 && long+1+n > most {
			lines = append(lines, line)
			line, long = "", 0
		}
		if long > 0 {
			line, long = line+" ", long+1
		}
		line, long = line+word, long+n
	}
	return append(lines, line)
}

// quoteKey writes a key, in quotes where it must be.
func quoteKey(s string) string {
	if s = clean(s); plain(s, true) && s != "" {
		return s
	}
	return quoteText(s)
}

// quoteText puts a text in quotation marks.
func quoteText(s string) string {
	if strings.Contains(s, `"`) && !strings.Contains(s, `'`) && printable(s) {
		return "'" + s + "'"
	}
	return doubleQuote(s)
}

// doubleQuote puts a text in double quotes, which can hold every character.
func doubleQuote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r <= 0xff:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r <= 0xffff:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
