package markdown_test

import (
	"fmt"
	"strings"
	"testing"
)

// A number directly under words begins a list where the words have ended or the next line counts on; else it ends their
// sentence.
func TestReadNumbersUnderWords(t *testing.T) {
	for doc, want := range map[string]string{
		"Look first.\n10. Pause\n11. Tell":   "paragraph item:10 item:11",
		"Look first\n10. Pause\n11. Tell":    "paragraph item:10 item:11",
		"Then:\n4) Resume":                   "paragraph item:4",
		"**Then:**\n4. Resume":               "paragraph item:4",
		"We began in the year\n2019. It was": "paragraph",
		"We began.\n2019. It was":            "paragraph",
		"We are\n12. And so on":              "paragraph",
		"We are\n12. And\n14. So on":         "paragraph",
	} {
		var got []string
		for _, b := range read(t, doc) {
			kind := b.Kind
			if b.Ordered {
				kind += fmt.Sprint(":", b.Number)
			}
			got = append(got, kind)
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%q is read as %s, not as %s", doc, s, want)
		}
	}
}
