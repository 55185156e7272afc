package web

import (
	"context"
	"io"
	"regexp"
	"strings"

	"github.com/a-h/templ"
)

// hexes finds addresses, hashes and data in a sentence.
var hexes = regexp.MustCompile(`0x[0-9a-fA-F]{8,}`)

// exact shows a sentence whose addresses and hashes can be compared: as code, in groups of four.
func exact(s string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		var b strings.Builder
		for s != "" {
			at := hexes.FindStringIndex(s)
			if at == nil {
				b.WriteString(templ.EscapeString(s))
				break
			}
			b.WriteString(templ.EscapeString(s[:at[0]]))
			b.WriteString("<code>" + templ.EscapeString(groups(s[at[0]:at[1]])) + "</code>")
			s = s[at[1]:]
		}
		_, err := io.WriteString(w, b.String())
		return err
	})
}
