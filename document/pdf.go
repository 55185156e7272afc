package document

import (
	"bytes"
	"fmt"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"tocsin/plan"
)

// The page is A4; lengths are in millimetres, sizes of type in points.
const (
	paperWide, paperHigh    = 210, 297
	marginSide, marginTop   = 16, 15
	marginFoot              = 17
	textWide                = paperWide - 2*marginSide
	textSize, labelSize     = 9.5, 8
	leading                 = 1.32 // line height as a multiple of the size
	point                   = 25.4 / 72
	inkSoft, inkLine, black = 75, 190, 0
)

// PDF writes a plan for paper: a cover that leads from what a person sees to a page, whom to call, one grab sheet per
// procedure for when every screen is dark, then the whole plan. The same plan and date give the same bytes. Characters that
// the built-in faces lack are written as their code points and listed on the last page. An error means that the document
// could not be put together.
func PDF(p *plan.Plan, o RenderOptions, made time.Time) ([]byte, error) {
	s := bind(p, o)
	pr, err := newPrinter(s, made.UTC())
	if err != nil {
		return nil, err
	}
	cover := pr.try(pr.cover)
	pr.first = map[string]int{}
	page := 1 + cover
	for i := range s.Grabs {
		g := &s.Grabs[i]
		pr.first[g.Procedure] = page
		page += pr.fit(g)
	}
	pr.scale = 1 // of the cover, as it was counted
	pr.cover()
	for i := range s.Grabs {
		pr.fit(&s.Grabs[i])
		pr.grab(&s.Grabs[i])
	}
	pr.scale = 1
	pr.head = "The whole plan"
	pr.newPage()
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

// printer sets a sheet on pages.
type printer struct {
	pdf   *fpdf.Fpdf
	sheet *sheet // of a plan; nil for another document
	name  string // of the document, at the head of each page
	foot  string // of each page
	made  time.Time
	faces [faceCount]*face

	y     float64        // of the next line's top
	scale float64        // of type on the present page
	head  string         // what the present page is, at its head
	dry   bool           // only count
	pages int            // begun while dry
	first map[string]int // procedure → page of its grab sheet
	links map[string]int // anchor → link of the document

	lacked  map[rune]int // characters that no face has
	dropped map[rune]int // characters that show nothing
}

// newPrinter is a printer of a plan.
func newPrinter(s *sheet, made time.Time) (*printer, error) {
	foot := fmt.Sprintf("Version %s · Hash %s · Printed %s", s.Version, s.Hash, made.Format("2 January 2006 15:04 UTC"))
	pr, err := newPrinterOf(s.Name, foot, made)
	if err != nil {
		return nil, err
	}
	pr.sheet = s
	pr.pdf.SetTitle(pr.shown(s.Name, regular)+": emergency response plan", true)
	pr.pdf.SetSubject("Version "+pr.shown(s.Version, regular)+", hash "+s.Hash, true)
	return pr, pr.pdf.Error()
}

// newPrinterOf is a printer of any document.
func newPrinterOf(name, foot string, made time.Time) (*printer, error) {
	pr := &printer{name: name, foot: foot, made: made, scale: 1, links: map[string]int{}, lacked: map[rune]int{}, dropped: map[rune]int{}}
	pr.pdf = fpdf.NewCustom(&fpdf.InitType{OrientationStr: "P", UnitStr: "mm", SizeStr: "A4"})
	pr.pdf.SetAutoPageBreak(false, 0)
	pr.pdf.SetMargins(marginSide, marginTop, marginSide)
	pr.pdf.SetCatalogSort(true)
	pr.pdf.SetCreationDate(made)
	pr.pdf.SetModificationDate(made)
	pr.pdf.SetProducer("Tocsin", true)
	pr.pdf.SetLang("en")
	for i := range pr.faces {
		f, err := newFace(faceNames[i], faceData(i))
		if err != nil {
			return nil, err
		}
		pr.faces[i] = f
		pr.pdf.AddUTF8FontFromBytes(f.name, "", faceData(i))
	}
	return pr, pr.pdf.Error()
}

// try runs a part of the layout without drawing and tells how many pages it begins.
func (pr *printer) try(layout func()) int {
	kept := *pr
	pr.dry, pr.pages = true, 0
	pr.lacked, pr.dropped = map[rune]int{}, map[rune]int{}
	layout()
	pages := pr.pages
	*pr = kept
	return pages
}

// newPage begins a page with its head and foot.
func (pr *printer) newPage() {
	pr.y = marginTop
	pr.pages++
	if pr.dry {
		pr.y += 7
		return
	}
	pr.pdf.AddPage()
	scale := pr.scale
	pr.scale = 1
	pr.text(words{{Text: pr.name + " · "}, {Text: pr.head, Bold: true}}, marginSide, textWide, labelSize, inkSoft)
	pr.rule(marginTop+4.5, .2, inkSoft)
	pr.y = paperHigh - marginFoot + 6
	pr.rule(pr.y-1.5, .2, inkSoft)
	pr.text(words{{Text: pr.foot}}, marginSide, textWide-12, 6.5, inkSoft)
	pr.y = paperHigh - marginFoot + 6
	pr.right(fmt.Sprintf("page %d", pr.pdf.PageNo()), labelSize)
	pr.y = marginTop + 7
	pr.scale = scale
}

// need begins a new page unless so much still fits on this one.
func (pr *printer) need(height float64) {
	if pr.y+height > paperHigh-marginFoot && pr.y > marginTop+7 {
		pr.newPage()
	}
}

func (pr *printer) rule(y, thick float64, grey int) {
	if pr.dry {
		return
	}
	pr.pdf.SetDrawColor(grey, grey, grey)
	pr.pdf.SetLineWidth(thick)
	pr.pdf.Line(marginSide, y, paperWide-marginSide, y)
}
