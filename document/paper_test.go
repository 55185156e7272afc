package document

import (
	"bytes"
	"strings"
	"testing"

	"tocsin/document/paper"
	"tocsin/fault"
)

// hostilePaper has names in other scripts, characters that steer a screen, markup, empty places and more than a page holds.
func hostilePaper() *paper.Paper {
	p := &paper.Paper{
		Kind: "Report of an exercise", Title: "Winter <script>alert(1)</script>", Name: "Vault \u202egnp.exe", Foot: paper.Words{{Text: "Plan 0x12", Code: true}},
		Lead: []paper.Block{{Text: paper.Of(paper.Bold("EXERCISE."), paper.Say(" Nothing is real."))}, {}},
	}
	people := paper.Part{Title: "People"}
	people.List([]paper.Words{paper.Say("רות לוי"), paper.Say("Zo\u00eb \x1b[31m\x00red"), {}, {{Text: "notes", URL: "javascript:alert(2)"}}, {{Text: "video", URL: "https://video.example"}}})
	people.Table([]string{"What", "Who"}, [][]paper.Words{
		{paper.Say(strings.Repeat("a very long tale ", 1000)), paper.Say("end of it")}, {paper.Say("too few")}, {{}, {}, paper.Say("too many")},
	})
	p.Parts = []paper.Part{people, {}, {Title: strings.Repeat("W", 5000), Parts: []paper.Part{{Title: "Below", Blocks: []paper.Block{{Text: paper.Say(strings.Repeat("x", 3000))}}}}}}
	return p
}

func TestPaperHTML(t *testing.T) {
	page := string(PaperHTML(hostilePaper()))
	for _, want := range []string{"<h1 dir=\"auto\">Winter &lt;script&gt;", "Vault gnp.exe", "רות לוי", "Zoë [31mred", `<a href="https://video.example"`, "end of it", "too few", "Without a title", "Whole name", "</html>"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, not := range []string{"<script", "javascript:", "\u202e", "\x1b", "too many", "The page ends here"} {
		if strings.Contains(page, not) {
			t.Errorf("the page holds %q", not)
		}
	}
}

func TestPaperPDF(t *testing.T) {
	p := hostilePaper()
	b, err := PaperPDF(p, printed)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(textOf(t, b)), " ")
	for _, want := range []string{"EXERCISE.", "Report of an exercise", "Zoë [31mred", "[U+05E8 U+05D5 U+05EA]", "end of it", "Characters that could not be printed", "Plan 0x12 · Printed", "page 1"} {
		if !strings.Contains(text, want) {
			t.Errorf("the document lacks %q", want)
		}
	}
	if n := pages(b); n < 4 || n > 20 {
		t.Errorf("%d pages", n)
	}
	again, err := PaperPDF(p, printed)
	if err != nil || !bytes.Equal(b, again) {
		t.Errorf("the same document gives other bytes, %v", err)
	}
	if _, err := PaperPDF(&paper.Paper{}, printed); err != nil {
		t.Errorf("an empty one: %v", err)
	}
}

func TestPaperInEachForm(t *testing.T) {
	begins := map[string]string{"md": "# Winter", "html": "<!doctype html>", "pdf": "%PDF-"}
	for _, form := range PaperForms {
		b, err := WritePaper(hostilePaper(), form, printed)
		if err != nil || !bytes.HasPrefix(b, []byte(begins[form])) {
			t.Errorf("%s begins %.20q, %v", form, b, err)
		}
	}
	if _, err := WritePaper(hostilePaper(), "docx", printed); !fault.Is(err, fault.Invalid) {
		t.Errorf("a form that is not known: %v", err)
	}
}
