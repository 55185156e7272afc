package comms

import (
	"strings"
	"time"

	"tocsin/incident"
)

// corrections shows beside the moments what had been recorded of them.
func (d *report) corrections() {
	var rows [][]string
	for _, c := range d.s.Corrections {
		was := "not recorded"
		if !c.Was.IsZero() {
			was = c.Was.UTC().Format(time.DateOnly) + " " + clock(c.Was)
		}
		rows = append(rows, []string{
			strings.ReplaceAll(c.Moment, "-", " "), was, c.At.UTC().Format(time.DateOnly) + " " + clock(c.At), escape(incident.NameOf(d.p, c.By)), escape(c.Why),
		})
	}
	if len(rows) > 0 {
		d.text("Times that were corrected; the tables of this text go by the corrected ones.")
		d.table([]string{"Moment", "Recorded", "Corrected", "By", "Why"}, rows)
	}
}
