package web

import (
	"strconv"
	"strings"

	"rsc.io/qr"
)

// draw writes the dark modules of a QR code as one path of rows.
func draw(q *qr.Code) code {
	var b strings.Builder
	for y := range q.Size {
		for x := 0; x < q.Size; x++ {
			if !q.Black(x, y) {
				continue
			}
			n := 1
			for x+n < q.Size && q.Black(x+n, y) {
				n++
			}
			b.WriteString("M" + strconv.Itoa(x+margin) + " " + strconv.Itoa(y+margin) + "h" + strconv.Itoa(n) + "v1h-" + strconv.Itoa(n) + "z")
			x += n
		}
	}
	return code{Path: b.String(), Size: q.Size + 2*margin}
}
