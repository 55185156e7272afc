package web

import (
	"net/http"
	"time"

	"tocsin/exercise"
)

// exerciseReportPage is the account of an exercise that is over.
type exerciseReportPage struct {
	*exercisePage
	Report *exercise.Report
}

// exerciseReport shows the account of an exercise that is over; it holds no more of a script than was given.
func (c *Console) exerciseReport(w http.ResponseWriter, r *http.Request, s *session) {
	v, sheet, err := c.exerciseOf(r.Context(), s, r.PathValue("id"))
	if err != nil {
		c.fail(w, r, err)
		return
	}
	report, err := v.Report(r.Context())
	if err != nil {
		c.fail(w, r, err)
		return
	}
	e, err := c.exercisePage(r.Context(), s, v, sheet, &forms{}, "/report", "r-")
	if err != nil {
		c.fail(w, r, err)
		return
	}
	c.render(w, r, http.StatusOK, exerciseReportBody(&exerciseReportPage{exercisePage: e, Report: report}))
}

// seen reports whether the person has said that they have seen the report.
func (p *exercisePage) seen() bool {
	for _, g := range p.Sheet.Invited {
		if g.Person == p.Sheet.Person && !g.Seen.IsZero() {
			return true
		}
	}
	return false
}

// measured is a measure in words.
func measured(m exercise.Measure) string {
	say := "not reached"
	if m.Reached {
		say = took(time.Duration(m.Took))
	}
	switch {
	case m.Promised == 0:
		return say
	case m.Kept:
		return say + ", within the " + took(time.Duration(m.Promised)) + " promised"
	}
	return say + "; promised were " + took(time.Duration(m.Promised))
}

// measureName is what a measure is called.
func measureName(id string) string {
	for _, n := range exercise.MeasureNames {
		if n[0] == id {
			return n[1]
		}
	}
	return id
}
