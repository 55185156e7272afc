package document

import (
	"regexp"
	"strings"
)

var (
	special = strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", `\<`, ">", `\>`, "&", `\&`,
		"|", `\|`, "{", `\{`, "}", `\}`, "~", `\~`, "#", `\#`, "!", `\!`)
	// begins is what makes a line something else than text.
	begins = regexp.MustCompile(`^(?:[-+]( |$)|--|==|::|: |[0-9]+[.)]( |$))`)
	// plainly are texts in which Markdown reads nothing, so that they stay as people know them.
	plainly = regexp.MustCompile(`^[\p{L}\p{N}(@][\p{L}\p{N} ,.;()'"/?%$@+-]*$`)
	digits  = regexp.MustCompile(`^[0-9]+[.)]( |$)`)
)

// escape writes a text so that Markdown reads it as it is.
func escape(s string) string {
	if plainly.MatchString(s) && !digits.MatchString(s) {
		return s
	}
	ls := strings.Split(special.Replace(s), "\n")
	for i, l := range ls {
		if m := begins.FindString(l); m != "" {
			n := strings.IndexAny(m, "-+=:.)")
			l = l[:n] + `\` + l[n:]
		}
		ls[i] = strings.ReplaceAll(l, "://", `:\//`)
	}
	return strings.Join(ls, "\n")
}

// cell writes a text that is escaped already into a cell of a table.
func cell(s string) string { return strings.ReplaceAll(s, "\n", "<br>") }
