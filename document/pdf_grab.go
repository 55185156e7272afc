package document

import (
	"fmt"
	"slices"
)

// cover sets the first pages: which plan this is, what to do now, which sheet to take, whom to call.
func (pr *printer) cover() {
	s := pr.sheet
	pr.head = "Emergency response plan"
	if s.Public {
		pr.head += ", public"
	}
	pr.newPage()
	pr.y += 4
	pr.text(words{{Text: s.Name, Bold: true}}, marginSide, textWide, 28, black)
	pr.text(sayf("Emergency response plan"), marginSide, textWide, 13, inkSoft)
	pr.y += 3
	var f facts
	f.add("Version", sayf("%s", s.Version))
	f.add("Kept by", s.Owner)
	f.add("Last read in full", sayf("%s", s.Reviewed))
	f.add("Last exercised", sayf("%s", s.Tested))
	f.add("Printed", sayf("%s", pr.made.Format("2 January 2006 15:04 UTC")))
	for i := range 4 {
		part := "0x" + s.Hash[2+16*i:18+16*i]
		groups := run{Text: part, Code: true}.Groups()
		var row words
		for _, g := range groups[1:] {
			row = append(row, run{Text: g + " ", Code: true})
		}
		if i == 0 {
			f.add("Hash of the plan", beside(sayf("1  "), row))
		} else {
			f[len(f)-1].Values = append(f[len(f)-1].Values, beside(sayf("%d  ", i+1), row))
		}
	}
	if n := s.open(); n == 1 {
		f.add("Open", sayf("1 place is still to be written."))
	} else if n > 1 {
		f.add("Open", sayf("%d places are still to be written.", n))
	}
	for _, one := range f {
		pr.fact(one, textSize, 34)
	}
	pr.text(sayf("A printed plan grows old. Compare the hash with the plan in force before you rely on it."), marginSide, textWide, labelSize, inkSoft)
	pr.now()
}

// now sets what to do if something is happening, with the page of each grab sheet.
func (pr *printer) now() {
	n := &pr.sheet.Now
	pr.y += 4
	pr.bar()
	pr.mark(n.ID)
	pr.text(words{{Text: n.Title, Bold: true}}, marginSide, textWide, 16, black)
	pr.y++
	for _, b := range n.Blocks {
		for i, item := range b.Items {
			pr.text(beside(words{{Text: fmt.Sprintf("%d  ", i+1), Bold: true}}, item), marginSide, textWide, textSize, black)
		}
	}
	pr.y += 2
	pr.text(words{{Text: "Take the sheet of the procedure", Bold: true}}, marginSide, textWide, labelSize+.5, black)
	pr.rule(pr.y, .3, black)
	for i := range pr.sheet.Grabs {
		g := &pr.sheet.Grabs[i]
		pr.y++
		pr.need(12)
		y := pr.y
		if !pr.dry {
			pr.pdf.SetFont(pr.faces[heavy].name, "", 11)
		}
		pr.text(words{{Text: g.Title, Bold: true, To: "grab." + g.Procedure}}, marginSide, textWide-24, 11, black)
		end := pr.y
		pr.y = y
		pr.right(fmt.Sprintf("page %d", pr.first[g.Procedure]), 11)
		pr.y = end
		for _, w := range g.When {
			pr.text(w, marginSide, textWide-24, labelSize, inkSoft)
		}
		pr.y++
		pr.rule(pr.y, .1, inkLine)
	}
	for i := range n.Parts {
		if c := &n.Parts[i]; c.ID == "call" {
			pr.besides(c)
		}
	}
}

// besides sets the list of whom to call: on the cover, if need be in smaller type, else on a page of its own.
func (pr *printer) besides(c *chapter) {
	room := paperHigh - marginFoot - pr.y
	for _, scale := range []float64{1, .92, .85, .8} {
		pr.scale = scale
		if high := pr.call(c); high > 0 && high <= room {
			break
		}
		pr.scale = 1
	}
	pr.need(pr.call(c))
	pr.chapter(c, 2)
	pr.scale = 1
}

// call measures the list of whom to call, so that it stays on one page where it can.
func (pr *printer) call(c *chapter) float64 {
	kept, pages := *pr, 0
	pr.dry, pr.y = true, 0
	pages = pr.pages
	pr.chapter(c, 2)
	high := pr.y
	if pr.pages != pages {
		high = 0
	}
	*pr = kept
	return high
}

// bar is the yellow bar over what a person must act on.
func (pr *printer) bar() {
	pr.need(40)
	if !pr.dry {
		pr.pdf.SetFillColor(255, 207, 13)
		pr.pdf.Rect(marginSide, pr.y, textWide, 2.4, "F")
		pr.pdf.SetDrawColor(0, 0, 0)
		pr.pdf.SetLineWidth(.3)
		pr.pdf.Rect(marginSide, pr.y, textWide, 2.4, "D")
	}
	pr.y += 4
}

// fit chooses the size of type that puts a grab sheet on the fewest pages, the largest of those, and tells how many pages
// there are.
func (pr *printer) fit(g *grab) int {
	best, pages := 1.0, 0
	for _, scale := range []float64{1.25, 1.15, 1.07, 1, .95, .9, .85, .8} {
		pr.scale = scale
		if n := pr.try(func() { pr.grab(g) }); pages == 0 || n < pages {
			best, pages = scale, n
		}
		if pages == 1 {
			break
		}
	}
	pr.scale = best
	return pages
}

const grabSize = 8.8

// grab sets the sheet of one procedure.
func (pr *printer) grab(g *grab) {
	pr.head = "Grab sheet: " + g.Title
	pr.newPage()
	pr.bar()
	if !pr.dry {
		pr.pdf.Bookmark(pr.shown(g.Title, heavy), 0, -1)
	}
	pr.mark("grab." + g.Procedure)
	pr.text(words{{Text: g.Title, Bold: true}}, marginSide, textWide, 17, black)
	pr.text(g.Summary, marginSide, textWide, grabSize+.7, black)
	pr.titled("Use it when", g.When)
	pr.callers(g.Call)
	pr.under("Do this, and tick it off")
	for i := range g.Steps {
		pr.tick(&g.Steps[i])
	}
	if len(g.Agree) > 0 {
		pr.under("Who must agree")
		for _, f := range g.Agree {
			pr.fact(f, grabSize, 34)
		}
	}
	for _, s := range g.Send {
		pr.under("Send exactly this: " + s.Title)
		for _, f := range s.Facts {
			pr.fact(f, grabSize, 34)
		}
	}
	pr.titled("Tell", g.Tell)
	pr.titled("If a tool fails", g.Fallbacks)
	pr.titled("Where the secrets lie", g.Secrets)
	pr.titled("Begin again if", g.Reopen)
}

// under begins a section of a grab sheet.
func (pr *printer) under(title string) {
	pr.y += 1.6 * pr.scale
	pr.need(10)
	pr.rule(pr.y, .4, black)
	pr.y += .4
	pr.text(words{{Text: title, Bold: true}}, marginSide, textWide, grabSize, black)
}

func (pr *printer) titled(title string, items []words) {
	if len(items) == 0 {
		return
	}
	pr.under(title)
	for _, w := range items {
		pr.bullet(w, grabSize)
	}
}

// callers sets whom to call, a row each.
func (pr *printer) callers(all []caller) {
	if len(all) == 0 {
		return
	}
	pr.under("Call, from the top")
	const name, why = 40, 58
	for _, c := range all {
		how := between(c.Ways, " · ")
		high := max(pr.height(c.Name, name-2, grabSize), pr.height(sayf("%s", c.Why), why-2, labelSize), pr.height(how, textWide-name-why, grabSize))
		pr.need(high)
		y := pr.y
		pr.text(c.Name, marginSide, name-2, grabSize, black)
		pr.y = y
		pr.text(sayf("%s", c.Why), marginSide+name, why-2, labelSize, inkSoft)
		pr.y = y
		pr.text(how, marginSide+name+why, textWide-name-why, grabSize, black)
		pr.y = y + high + .3
		pr.rule(pr.y, .1, inkLine)
		pr.y += .3
	}
}

// tick sets a step with a box to tick.
func (pr *printer) tick(t *tick) {
	const indent, who = 11, 52
	head := words{{Text: fmt.Sprintf("%d  %s", t.Number, t.Name), Bold: true}}
	for _, m := range t.Marks {
		if m == "cannot be undone" {
			head = append(head, run{Text: " · " + m, Bold: true})
		} else {
			head = append(head, run{Text: " · " + m})
		}
	}
	wide := float64(textWide - indent - who)
	high := max(pr.height(head, wide-2, grabSize), pr.height(t.Who, who, labelSize))
	pr.need(high + 4)
	box := 2.7 * pr.scale
	if !pr.dry {
		pr.pdf.SetDrawColor(0, 0, 0)
		pr.pdf.SetLineWidth(.35)
		pr.pdf.Rect(marginSide+1, pr.y+.6, box, box, "D")
	}
	y := pr.y
	pr.text(head, marginSide+indent-5, wide+3, grabSize, black)
	pr.y = y
	pr.text(t.Who, marginSide+indent+wide, who, labelSize, inkSoft)
	pr.y = y + high
	for _, w := range slices.Concat([]words{t.How}, prefixed("Check: ", t.Check), prefixed("Ask: ", t.Ask), t.Ways) {
		if len(w) > 0 {
			pr.text(w, marginSide+indent, textWide-indent, labelSize+.3, black)
		}
	}
	pr.y += .5
}

// prefixed sets a text behind a word; nothing if there is no text.
func prefixed(label string, w words) []words {
	if len(w) == 0 {
		return nil
	}
	return []words{beside(words{{Text: label, Bold: true}}, w)}
}
