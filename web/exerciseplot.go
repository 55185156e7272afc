package web

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"tocsin/exercise"
	"tocsin/plan"
)

// trend is how long one thing took, exercise after exercise, drawn in percent of its width and height.
type trend struct {
	Name    string
	Last    string // the latest
	Promise string // that the plan makes for it; empty for none
	Points  []trendPoint
	Took    string // path through the points
	Line    string // path of what was promised
	Say     string // all of it in words
	From    string // when the first and the last were
	To      string
}

// trendPoint is one run in a trend.
type trendPoint struct {
	X, Y string
	Late bool // later than promised
}

// trends draws how long things took in the exercises of people.
func trends(scores []exercise.Score) []trend {
	var list []trend
	for _, s := range exercise.Plots(scores) {
		list = append(list, trendOf(s))
	}
	return list
}

func trendOf(s exercise.Series) trend {
	last := s.Points[len(s.Points)-1]
	t := trend{Name: s.Name, Last: took(time.Duration(last.Took)), From: s.Points[0].At.UTC().Format("2 January 2006"), To: last.At.UTC().Format("2 January 2006")}
	if last.Promised > 0 {
		t.Promise = "promised within " + took(time.Duration(last.Promised))
	}
	most := time.Second
	for _, p := range s.Points {
		most = max(most, time.Duration(p.Took), time.Duration(p.Promised))
	}
	x := func(i int) float64 {
		if len(s.Points) == 1 {
			return 50
		}
		return 4 + 92*float64(i)/float64(len(s.Points)-1)
	}
	y := func(d plan.Duration) float64 { return 92 - 84*float64(d)/float64(most) }
	var line, promise, say []string
	for i, p := range s.Points {
		late := p.Promised > 0 && !p.Kept
		t.Points = append(t.Points, trendPoint{X: fmt.Sprintf("%.2f%%", x(i)), Y: fmt.Sprintf("%.2f%%", y(p.Took)), Late: late})
		line = append(line, fmt.Sprintf("%.2f %.2f", x(i), y(p.Took)))
		words := p.At.UTC().Format("2 January 2006") + ": " + took(time.Duration(p.Took))
		if late {
			words += ", later than promised"
		}
		say = append(say, words)
		if p.Promised > 0 {
			from, to := x(i)-4, x(i)+4
			if i > 0 {
				from = (x(i-1) + x(i)) / 2
			}
			if i+1 < len(s.Points) {
				to = (x(i) + x(i+1)) / 2
			}
			if len(s.Points) == 1 {
				from, to = 0, 100
			}
			promise = append(promise, fmt.Sprintf("M%.2f %.2fH%.2f", from, y(p.Promised), to))
		}
	}
	t.Took, t.Line, t.Say = "M"+strings.Join(line, "L"), strings.Join(promise, ""), strings.Join(say, "; ")+"."
	return t
}

// timesRow is a run in the table of how long things took.
type timesRow struct {
	Href  string
	Name  string
	At    time.Time
	Cells []timesCell // one for each of exercise.MeasureNames
}

// timesCell is how long one thing took; empty if it was not reached.
type timesCell struct {
	Label, Took string
	Late        bool
}

// timesRows are the runs of people, the latest first.
func timesRows(scores []exercise.Score) []timesRow {
	var rows []timesRow
	for i := range scores {
		x := &scores[i]
		if x.Unattended {
			continue
		}
		row := timesRow{Href: exerciseReportPath(x.Session), Name: x.Name, At: x.At}
		for _, n := range exercise.MeasureNames {
			m := x.TimeOf(n[0])
			c := timesCell{Label: n[1]}
			if m.Reached {
				c.Took = took(time.Duration(m.Took))
			}
			c.Late = m.Promised > 0 && !m.Kept
			row.Cells = append(row.Cells, c)
		}
		rows = append(rows, row)
	}
	slices.SortStableFunc(rows, func(a, b timesRow) int { return b.At.Compare(a.At) })
	return rows
}

func exerciseReportPath(session string) string {
	return "/exercises/" + url.PathEscape(session) + "/report"
}

// went says how the runs of an exercise went, and how that compares with those before.
func went(session string, scores []exercise.Score) []string {
	var list []string
	for i := range scores {
		x := &scores[i]
		if x.Session != session {
			continue
		}
		say := x.Name + ": " + lower(strings.TrimSuffix(x.Say(), ".")) + trendSay(*x, scores) + "."
		list = append(list, say)
	}
	return list
}

// trendSay compares the most telling measure that two runs have in common.
func trendSay(x exercise.Score, scores []exercise.Score) string {
	compared := exercise.Compare(x, scores)
	for _, want := range []string{exercise.MeasureContain, exercise.MeasureDecide, exercise.MeasureMuster, exercise.MeasureAnswer} {
		for _, c := range compared {
			if c.Measure == want {
				return ". " + exercise.MeasureName(want) + " " + strings.TrimSuffix(c.Say, ".")
			}
		}
	}
	return ""
}

// lower begins a text small.
func lower(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}
