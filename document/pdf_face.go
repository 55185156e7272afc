package document

import (
	"fmt"
	"slices"
	"unicode"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goitalic"
	"golang.org/x/image/font/gofont/gomono"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/text/unicode/norm"
)

// The faces of the printed page.
const (
	regular = iota
	heavy
	slanted
	fixedWidth
	faceCount
)

var faceNames = [faceCount]string{"go", "gobold", "goitalic", "gomono"}

// faceData copies a typeface: what embeds it writes into the bytes it is given.
func faceData(i int) []byte {
	return slices.Clone([faceCount][]byte{goregular.TTF, gobold.TTF, goitalic.TTF, gomono.TTF}[i])
}

// face knows which characters a typeface has, and how wide they are.
type face struct {
	name string
	font *sfnt.Font
	buf  sfnt.Buffer
	wide map[rune]float64 // in thousandths of the size; negative if the face lacks it
}

func newFace(name string, data []byte) (*face, error) {
	f, err := sfnt.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("read typeface %s: %w", name, err)
	}
	return &face{name: name, font: f, wide: map[rune]float64{}}, nil
}

// width is the advance of a character in thousandths of the size; negative if the face lacks it.
func (f *face) width(r rune) float64 {
	if w, ok := f.wide[r]; ok {
		return w
	}
	w := -1.0
	if r < 1<<16 { // the document's encoding ends there
		if g, err := f.font.GlyphIndex(&f.buf, r); err == nil && g != 0 {
			em := f.font.UnitsPerEm()
			if a, err := f.font.GlyphAdvance(&f.buf, g, fixed.I(int(em)), font.HintingNone); err == nil {
				w = float64(a) / 64 * 1000 / float64(em)
			}
		}
	}
	f.wide[r] = w
	return w
}

// shown writes a text with the characters that a face has. What it lacks is written in its simplest form if the face has
// that, else as its code point: nothing vanishes in silence.
func (pr *printer) shown(s string, at int) string {
	f := pr.faces[at]
	plain := true
	for _, r := range s {
		if f.width(r) < 0 && r != '\n' && r != '\t' {
			plain = false
			break
		}
	}
	if plain {
		return s
	}
	var out []rune
	inCodes := false
	for _, r := range s {
		if r == '\n' || r == '\t' || f.width(r) >= 0 {
			if inCodes {
				out = append(out, ']')
			}
			inCodes = false
			out = append(out, r)
			continue
		}
		if unicode.In(r, unicode.Cf, unicode.Mn, unicode.Variation_Selector) {
			pr.dropped[r]++
			continue
		}
		if simple := f.simple(r); simple != nil {
			if inCodes {
				out = append(out, ']')
			}
			inCodes = false
			out = append(out, simple...)
			continue
		}
		pr.lacked[r]++
		if inCodes {
			out = append(out, ' ')
		} else {
			out = append(out, '[')
		}
		inCodes = true
		out = append(out, []rune(fmt.Sprintf("U+%04X", r))...)
	}
	if inCodes {
		out = append(out, ']')
	}
	return string(out)
}

// simple is the compatibility form of a character without its marks, if the face has all of it; nil if not.
func (f *face) simple(r rune) []rune {
	var out []rune
	for _, d := range norm.NFKD.String(string(r)) {
		if unicode.Is(unicode.Mn, d) {
			continue
		}
		if d == r || f.width(d) < 0 {
			return nil
		}
		out = append(out, d)
	}
	return out
}
