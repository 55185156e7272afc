package document

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"tocsin/plan"
)

// large makes a document of n bytes at least, of the form of seven tables.
func large(n int) []byte {
	var w strings.Builder
	w.WriteString("# Large: emergency response plan\n\n## Potential Issues\n\n| Category | Issue | Detection |\n| --- | --- | --- |\n")
	for i := 0; w.Len() < n/3; i++ {
		fmt.Fprintf(&w, "| Category %d | Issue number %d | Spike in failed TXs of contract %d |\n", i%20, i, i)
	}
	w.WriteString("\n## Response Procedures\n\n| Issue | Response Steps | Details |\n| --- | --- | --- |\n")
	for i := 0; w.Len() < 2*n/3; i++ {
		fmt.Fprintf(&w, "| Issue number %d | Pause contract %d | Call the number on the sheet, then \\(say how\\) |\n|  | Identify the cause | Look |\n", i, i)
	}
	w.WriteString("\n## Core Response Team\n\n| Name | Email |\n| --- | --- |\n")
	for i := 0; w.Len() < n; i++ {
		fmt.Fprintf(&w, "| Person %d | [p%d@example.com](mailto:p%d@example.com) |\n\n", i, i, i)
		if i%20 == 19 {
			w.WriteString("Some words about them.\n\n| Name | Email |\n| --- | --- |\n")
		}
	}
	return []byte(w.String())
}

// A document of 100 kB is imported, from its bytes to a plan that has been read again.
func BenchmarkImport(b *testing.B) {
	text := large(100_000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := Import([]File{{Name: "plan.md", Text: text}}, ImportOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}

// The example's plan is written for people, and what was written is read once to see what it cannot carry.
func BenchmarkMarkdown(b *testing.B) {
	p, _, err := plan.Load(os.DirFS("../examples/vault"))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if len(Markdown(p, RenderOptions{})) == 0 {
			b.Fatal("nothing written")
		}
	}
}
