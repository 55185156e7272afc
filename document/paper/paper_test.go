package paper_test

import (
	"strings"
	"testing"

	"tocsin/document/markdown"
	"tocsin/document/paper"
)

// What people wrote makes no headings, lists, links or characters of its own: read back, it is the same words in the same places.
func TestMarkdownHoldsWhatPeopleWrote(t *testing.T) {
	for _, hostile := range []string{
		"# no title", "- no item", "+ none", "> no quotation", "1. first", "12) twelfth", "a | b", "*loud* _soft_ `code`", "<b>bold</b> <!-- gone -->", "[a](https://b.example)",
		"&lt;script&gt; &#35; R&D", "~~~", "===", "\\", "1.5 hours", "2026", "שלום עולם", "it's **",
	} {
		p := &paper.Paper{Title: "T", Lead: []paper.Block{{Text: paper.Say(hostile)}, {Items: []paper.Words{paper.Say(hostile)}}}}
		p.Parts = []paper.Part{{Title: "P", Blocks: []paper.Block{{Grid: &paper.Grid{Head: []string{"A", "B"}, Rows: [][]paper.Words{{paper.Say("x"), paper.Say(hostile)}}}}}}}
		text := p.Markdown()
		blocks, err := markdown.Read([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		var kinds []string
		for _, b := range blocks {
			kinds = append(kinds, b.Kind)
		}
		if got := strings.Join(kinds, " "); got != "heading paragraph item heading table" {
			t.Errorf("%q makes %s:\n%s", hostile, got, text)
			continue
		}
		for _, got := range []string{blocks[1].Text, blocks[2].Text, blocks[4].Rows[0][1].Text} {
			if got != hostile {
				t.Errorf("%q is read back as %q:\n%s", hostile, got, text)
			}
		}
	}
}

// Characters that steer a screen or turn its direction of writing go, and line ends end nothing.
func TestMarkdownIsSteeredByNobody(t *testing.T) {
	p := &paper.Paper{Title: "T", Lead: []paper.Block{{Text: paper.Say("before\u202egnp.exe\x1b[31m\n\n# after\u2066")}}}
	if got, want := p.Markdown(), "# T\n\nbeforegnp.exe\\[31m \\# after\n"; got != want {
		t.Errorf("it reads %q, want %q", got, want)
	}
}

func TestMarkdownSetsStretches(t *testing.T) {
	p := &paper.Paper{
		Title: "A report", Name: "Vault", Lead: []paper.Block{{Text: paper.Of(paper.Bold("EXERCISE."), paper.Say(" Not real "), paper.Words{{Text: "0x12", Code: true}})}},
		Foot: paper.Words{{Text: "notes", URL: "https://a.example"}, {Text: ", "}, {Text: "https://b.example/c_d", URL: "https://b.example/c_d"}, {Text: " bad", URL: "https://a b"}},
	}
	part := paper.Part{Title: "Empty"}
	part.List(nil)
	part.Table([]string{"A"}, nil)
	part.Below(paper.Part{Title: "Nothing in it"})
	p.Parts = append(p.Parts, part)
	want := "# A report: Vault\n\n**EXERCISE.** Not real `0x12`\n\n## Empty\n\n[notes](https://a.example), <https://b.example/c_d> bad\n"
	if got := p.Markdown(); got != want {
		t.Errorf("it reads %q, want %q", got, want)
	}
}
