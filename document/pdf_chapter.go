package document

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// chapter sets a part of the plan and what stands below it. Level 1 is a section.
func (pr *printer) chapter(c *chapter, level int) {
	size := []float64{0, 16, 12.5, 10.5}[min(level, 3)]
	switch level {
	case 1:
		pr.y += 6
		pr.need(30)
		pr.rule(pr.y-1, .8, black)
		if !pr.dry {
			pr.pdf.Bookmark(pr.shown(c.Title, heavy), 0, -1)
		}
	case 2:
		pr.y += 3.5
		pr.need(20)
	default:
		pr.y += 2
		pr.need(14)
	}
	pr.mark(c.ID)
	title := words{{Text: c.Title, Bold: true}}
	if c.Number > 0 {
		title = words{{Text: fmt.Sprintf("%d  %s", c.Number, c.Title), Bold: true}}
	}
	for _, m := range c.Marks {
		title = append(title, run{Text: " · " + m})
	}
	pr.text(title, marginSide, textWide, size, black)
	if level == 2 {
		pr.rule(pr.y, .3, black)
	}
	pr.y++
	for i := range c.Blocks {
		pr.block(&c.Blocks[i])
	}
	for i := range c.Parts {
		pr.chapter(&c.Parts[i], level+1)
	}
}

func (pr *printer) block(b *block) {
	if b.Label != "" {
		pr.need(11)
		pr.text(words{{Text: b.Label, Bold: true}}, marginSide, textWide, labelSize+.5, black)
	}
	if len(b.Text) > 0 {
		w := b.Text
		if b.Loud {
			w = bold(slices.Clone(w))
		}
		pr.text(w, marginSide, textWide, textSize, black)
		pr.y++
	}
	for _, item := range b.Items {
		pr.bullet(item, textSize)
	}
	if len(b.Items) > 0 {
		pr.y++
	}
	for _, f := range b.Facts {
		pr.fact(f, textSize, 34)
	}
	if b.Grid != nil {
		pr.grid(b.Grid, textSize)
	}
	if b.Quote != "" {
		pr.text(words{{Text: b.Quote, Code: true}}, marginSide+4, textWide-4, labelSize, black)
		pr.y++
	}
}

func (pr *printer) bullet(w words, size float64) {
	high := size * pr.scale * point * leading
	pr.need(high)
	y := pr.y
	pr.text(words{{Text: "–"}}, marginSide, 4, size, black)
	pr.y = y
	pr.text(w, marginSide+4, textWide-4, size, black)
}

// fact sets a label with what there is to say beside it.
func (pr *printer) fact(f saying, size, indent float64) {
	high := pr.height(words{{Text: f.Label}}, indent-2, labelSize)
	pr.need(max(high, size*pr.scale*point*leading))
	y, pages := pr.y, pr.page()
	pr.text(words{{Text: f.Label}}, marginSide, indent-2, labelSize, inkSoft)
	end := pr.y
	pr.y = y
	for _, v := range f.Values {
		pr.text(v, marginSide+indent, textWide-indent, size, black)
	}
	if pr.page() == pages {
		pr.y = max(pr.y, end)
	}
	pr.y += .4
}

// page tells pages apart, drawn or only counted.
func (pr *printer) page() int {
	if pr.dry {
		return pr.pages
	}
	return pr.pdf.PageNo()
}

// grid sets rows of cells. A row too high for what is left of the page moves to the next; one higher than a page is set as
// lines, cell by cell.
func (pr *printer) grid(g *grid, size float64) {
	n := len(g.Head)
	if n == 0 {
		return
	}
	wide := float64(textWide) / float64(n)
	pr.need(14)
	y, most := pr.y, 0.0
	for i, h := range g.Head {
		pr.y = y
		pr.text(words{{Text: h}}, marginSide+float64(i)*wide, wide-3, labelSize, inkSoft)
		most = max(most, pr.y)
	}
	pr.y = most + .3
	pr.rule(pr.y, .3, black)
	pr.y += .6
	for _, row := range g.Rows {
		high := 0.0
		for _, cell := range row {
			high = max(high, pr.height(cell, wide-3, size))
		}
		if high > paperHigh-marginFoot-marginTop-8 {
			for _, cell := range row {
				pr.text(cell, marginSide, textWide, size, black)
			}
		} else {
			pr.need(high)
			y := pr.y
			for i, cell := range row {
				pr.y = y
				pr.text(cell, marginSide+float64(i)*wide, wide-3, size, black)
			}
			pr.y = y + high
		}
		pr.y += .5
		pr.rule(pr.y, .1, inkLine)
		pr.y += .7
	}
	pr.y++
}

// lacking says on the last page which characters could not be printed as they are.
func (pr *printer) lacking() {
	if len(pr.lacked)+len(pr.dropped) == 0 {
		return
	}
	pr.head = "Characters"
	pr.newPage()
	listed := func(have map[rune]int) string {
		var all []string
		for _, r := range slices.Sorted(maps.Keys(have)) {
			all = append(all, fmt.Sprintf("U+%04X", r))
		}
		return strings.Join(all, " ")
	}
	pr.text(words{{Text: "Characters that could not be printed", Bold: true}}, marginSide, textWide, 16, black)
	pr.y += 2
	if len(pr.lacked) > 0 {
		pr.text(sayf("The faces of this document do not have these characters of the plan. They stand in brackets as their Unicode code points; the HTML page shows them as they are."), marginSide, textWide, textSize, black)
		pr.text(words{{Text: listed(pr.lacked), Code: true}}, marginSide, textWide, textSize, black)
	}
	if len(pr.dropped) > 0 {
		pr.y += 2
		pr.text(sayf("These characters only change how others look, and are left out:"), marginSide, textWide, textSize, black)
		pr.text(words{{Text: listed(pr.dropped), Code: true}}, marginSide, textWide, textSize, black)
	}
}
