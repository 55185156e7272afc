package document

import (
	"strings"
	"unicode/utf8"
)

// piece is a stretch of a line.
type piece struct {
	x    float64 // from the line's begin
	wide float64
	text string
	face int
	run  *run
}

// faceOf is the face in which a run is set.
func faceOf(r *run) int {
	switch {
	case r.Open:
		return slanted
	case r.Code:
		return fixedWidth
	case r.Bold:
		return heavy
	}
	return regular
}

// width measures a text that is shown already, in millimetres.
func (pr *printer) width(s string, face int, size float64) float64 {
	var w float64
	for _, r := range s {
		if a := pr.faces[face].width(r); a > 0 {
			w += a
		}
	}
	return w / 1000 * size * point
}

// wrap breaks a text into lines no wider than so many millimetres.
func (pr *printer) wrap(w words, wide, size float64) [][]piece {
	var all [][]piece
	var line []piece
	var x float64
	space := false
	end := func() {
		all = append(all, line)
		line, x, space = nil, 0, false
	}
	for i := range w {
		r := &w[i]
		at := faceOf(r)
		text := r.Text
		if g := r.Groups(); g != nil {
			text = strings.Join(g, " ")
		}
		text = pr.shown(text, at)
		gap := pr.width(" ", at, size)
		put := func(word string, width float64, spaced bool) {
			if spaced {
				x += gap
			}
			if n := len(line); n > 0 && line[n-1].run == r {
				if spaced {
					word, width = " "+word, width+gap
				}
				line[n-1].text += word
				line[n-1].wide += width
				x = line[n-1].x + line[n-1].wide
				return
			}
			line = append(line, piece{x, width, word, at, r})
			x += width
		}
		for text != "" {
			switch c := text[0]; c {
			case '\n':
				end()
				text = text[1:]
				continue
			case ' ', '\t':
				space, text = true, text[1:]
				continue
			}
			n := strings.IndexAny(text, " \t\n")
			if n < 0 {
				n = len(text)
			}
			word := text[:n]
			text = text[n:]
			width := pr.width(word, at, size)
			spaced := space && x > 0
			room := wide - x
			if spaced {
				room -= gap
			}
			if width > room && x > 0 && (space || !strings.ContainsAny(word[:1], ".,;:)?!")) {
				end()
				spaced = false
			}
			for width > wide {
				k := pr.most(word, at, size, wide-x)
				put(word[:k], pr.width(word[:k], at, size), false)
				end()
				word = word[k:]
				width = pr.width(word, at, size)
			}
			if word != "" {
				put(word, width, spaced)
			}
			space = false
		}
	}
	if len(line) > 0 || len(all) == 0 {
		end()
	}
	return all
}

// most is how many bytes of a word fit, at least one character.
func (pr *printer) most(word string, face int, size, room float64) int {
	var w float64
	for i, r := range word {
		w += max(pr.faces[face].width(r), 0) / 1000 * size * point
		if w > room && i > 0 {
			return i
		}
	}
	_, n := utf8.DecodeRuneInString(word)
	if w <= room {
		return len(word)
	}
	return n
}

// text sets a text from the present height on, over as many pages as it takes.
func (pr *printer) text(w words, x, wide, size float64, grey int) {
	size *= pr.scale
	high := size * point * leading
	for _, line := range pr.wrap(w, wide, size) {
		if pr.y+high > paperHigh-marginFoot && pr.y < paperHigh-marginFoot {
			pr.newPage()
		}
		for i := range line {
			pr.piece(&line[i], x, size, grey)
		}
		pr.y += high
	}
}

func (pr *printer) piece(p *piece, x, size float64, grey int) {
	if pr.dry {
		return
	}
	d := pr.pdf
	base := pr.y + size*point
	d.SetFont(pr.faces[p.face].name, "", size)
	d.SetTextColor(grey, grey, grey)
	text := strings.TrimLeft(p.text, " ")
	left := x + p.x + pr.width(p.text[:len(p.text)-len(text)], p.face, size)
	d.Text(left, base, text)
	if p.run.Open {
		d.SetDrawColor(grey, grey, grey)
		d.SetLineWidth(.25)
		d.SetDashPattern([]float64{.8, .6}, 0)
		d.Line(left, base+.8, x+p.x+p.wide, base+.8)
		d.SetDashPattern(nil, 0)
	}
	if href := string(p.run.Href()); href != "" {
		d.LinkString(left, pr.y, p.wide, size*point*leading, href)
	} else if p.run.To != "" {
		d.Link(left, pr.y, p.wide, size*point*leading, pr.link(p.run.To))
	}
}

// link is the document's link to an anchor.
func (pr *printer) link(anchor string) int {
	l, ok := pr.links[anchor]
	if !ok {
		l = pr.pdf.AddLink()
		pr.links[anchor] = l
	}
	return l
}

// mark makes the present height the place that links to an anchor lead to.
func (pr *printer) mark(anchor string) {
	if anchor != "" && !pr.dry {
		pr.pdf.SetLink(pr.link(anchor), pr.y, pr.pdf.PageNo())
	}
}

// right sets a short text at the right margin, at the present height.
func (pr *printer) right(s string, size float64) {
	w := words{{Text: s}}
	wide := pr.width(s, regular, size*pr.scale)
	pr.text(w, paperWide-marginSide-wide, wide+1, size, inkSoft)
}

// height measures a text without setting it.
func (pr *printer) height(w words, wide, size float64) float64 {
	size *= pr.scale
	return float64(len(pr.wrap(w, wide, size))) * size * point * leading
}
