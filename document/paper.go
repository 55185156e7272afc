package document

import (
	"bytes"
	_ "embed" // the form of the page
	"fmt"
	"html/template"
	"strings"
	"time"

	"tocsin/document/paper"
	"tocsin/fault"
)

//go:embed paper.gohtml
var paperForm string

// PaperForms are the forms in which any document can be written.
var PaperForms = [...]string{"md", "html", "pdf"}

// WritePaper writes a document in one of the PaperForms; a fault of code invalid for any other. made is when, for what is printed.
func WritePaper(p *paper.Paper, form string, made time.Time) ([]byte, error) {
	switch form {
	case "md":
		return []byte(p.Markdown()), nil
	case "html":
		return PaperHTML(p), nil
	case "pdf":
		return PaperPDF(p, made)
	}
	return nil, fault.New(fault.Invalid, "There is no format %q.", form).Instead("Write one of %s.", strings.Join(PaperForms[:], ", "))
}

// PaperHTML writes a document as one page that stands alone: nothing is loaded from elsewhere, nothing runs in it, and it can be printed.
func PaperHTML(p *paper.Paper) []byte {
	s := bindPaper(p)
	var page bytes.Buffer
	form, err := htmlForms()
	if err == nil {
		form, err = form.New("paper").Parse(paperForm)
	}
	if err == nil {
		err = form.Execute(&page, s)
	}
	if err != nil { // the form is ours and a buffer never refuses: a test runs all of it
		fmt.Fprintf(&page, "\n<p>The page ends here: %s</p>\n", template.HTMLEscapeString(err.Error()))
	}
	return page.Bytes()
}

// PaperPDF writes a document for paper. The same document and date give the same bytes. Characters that the built-in faces lack are
// written as their code points and listed on the last page. An error means that the document could not be put together.
func PaperPDF(p *paper.Paper, made time.Time) ([]byte, error) {
	s := bindPaper(p)
	made = made.UTC()
	pr, err := newPrinterOf(s.Name, s.Foot.String()+" · Printed "+made.Format("2 January 2006 15:04 UTC"), made)
	if err != nil {
		return nil, err
	}
	pr.pdf.SetTitle(pr.shown(s.Title+": "+s.Name, regular), true)
	pr.pdf.SetSubject(pr.shown(s.Kind, regular), true)
	pr.head = s.Kind
	pr.newPage()
	pr.text(words{{Text: s.Title, Bold: true}}, marginSide, textWide, 20, black)
	pr.y += 2
	for i := range s.Lead {
		pr.block(&s.Lead[i])
	}
	for i := range s.Parts {
		pr.chapter(&s.Parts[i], 1)
	}
	pr.lacking()
	var out bytes.Buffer
	if err := pr.pdf.Output(&out); err != nil {
		return nil, fmt.Errorf("write PDF: %w", err)
	}
	return out.Bytes(), nil
}

// boundPaper is a document in the terms in which pages are set, with the characters taken out that steer a screen.
type boundPaper struct {
	Kind, Title, Name string
	Lead              []block
	Parts             []chapter
	Foot              words
}

func bindPaper(p *paper.Paper) *boundPaper {
	s := &boundPaper{Kind: p.Kind, Title: clipped(p.Title), Name: clipped(p.Name), Lead: boundBlocks(p.Lead), Foot: boundWords(p.Foot)}
	for i := range p.Parts {
		s.Parts = append(s.Parts, boundPart(&p.Parts[i]))
	}
	return s
}

func boundPart(p *paper.Part) chapter {
	c := titled("", p.Title, "Without a title")
	c.Blocks = append(c.Blocks, boundBlocks(p.Blocks)...)
	for i := range p.Parts {
		c.Parts = append(c.Parts, boundPart(&p.Parts[i]))
	}
	return c
}

func boundBlocks(list []paper.Block) []block {
	var all []block
	for _, b := range list {
		x := block{Text: boundWords(b.Text), Loud: b.Loud}
		for _, i := range b.Items {
			x.Items = append(x.Items, boundWords(i))
		}
		if b.Grid != nil {
			x.Grid = &grid{Head: b.Grid.Head}
			for _, row := range b.Grid.Rows {
				cells := make([]words, len(b.Grid.Head)) // never more or fewer, or the page would not hold together
				for i := range min(len(row), len(cells)) {
					cells[i] = boundWords(row[i])
				}
				x.Grid.Rows = append(x.Grid.Rows, cells)
			}
		}
		all = append(all, x)
	}
	return all
}

func boundWords(list paper.Words) words {
	var all words
	for _, r := range list {
		if text := clean(r.Text); text != "" {
			all = append(all, run{Text: text, Bold: r.Bold, Code: r.Code, URL: r.URL})
		}
	}
	return all
}
