package web

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// plot is a chart in the coordinates of its drawing.
type plot struct {
	Width, Height float64
	Value         string   // points of the line
	Over          []string // points of what lies above the limit
	Usual         string   // y of the band's upper edge, empty for none
	UsualHeight   string
	Limits        []string // paths
	Marks         []string // paths, of findings
	EndX, EndY    string
	Say           string // in words, for those who do not see it
	From, To      time.Time
	Low, High     string // figures at the edges
}

// plotOf draws a chart; nil if there is nothing to draw. Times of findings become marks.
func plotOf(s Sight, marks []time.Time, width, height float64) *plot {
	c := s.Chart
	c.Points = slices.DeleteFunc(slices.Clone(c.Points), func(p ChartPoint) bool { return math.IsNaN(p.Figure) || math.IsInf(p.Figure, 0) })
	if len(c.Points) == 0 {
		return nil
	}
	from, to := c.Points[0].At, c.Points[len(c.Points)-1].At
	low, high := extent(c)
	x := func(t time.Time) float64 {
		if !to.After(from) {
			return width
		}
		return width * float64(t.Sub(from)) / float64(to.Sub(from))
	}
	y := func(f float64) float64 { return height - (height-4)*(f-low)/(high-low) - 2 }
	p := &plot{Width: width, Height: height, From: from, To: to, Low: figureText(low), High: figureText(high)}
	var line []string
	var drawn []spot
	add := func(px, py float64) {
		drawn = append(drawn, spot{px, py})
		line = append(line, spot{px, py}.String())
	}
	for i, at := range c.Points {
		if c.Steps && i > 0 {
			add(x(at.At), y(c.Points[i-1].Figure))
		}
		add(x(at.At), y(at.Figure))
	}
	p.Value = strings.Join(line, " ")
	last := c.Points[len(c.Points)-1]
	p.EndX, p.EndY = fmt.Sprintf("%.1f", x(last.At)), fmt.Sprintf("%.1f", y(last.Figure))
	for _, l := range c.Limits {
		p.Limits = append(p.Limits, fmt.Sprintf("M0 %.1fH%.0f", y(l), width))
	}
	if len(c.Limits) == 1 && !c.Steps {
		p.Over = above(drawn, y(c.Limits[0]))
	}
	if len(c.Usual) > 0 {
		const band = 4
		p.Usual, p.UsualHeight = fmt.Sprintf("%.1f", max(y(c.Usual[0])-band, 0)), fmt.Sprintf("%.1f", 2.0*band)
	}
	for _, m := range marks {
		if !m.Before(from) && !m.After(to) {
			p.Marks = append(p.Marks, fmt.Sprintf("M%.1f 0V%.0f", x(m), height))
		}
	}
	p.Say = p.words(s, len(p.Marks))
	return p
}

// spot is a place in a drawing; y grows downwards.
type spot struct{ x, y float64 }

func (s spot) String() string { return fmt.Sprintf("%.1f,%.1f", s.x, s.y) }

// above lists the areas between a line and a limit that it rises above, each as the points around it.
func above(line []spot, limit float64) []string {
	var areas, area []string
	for i, s := range line {
		up := s.y < limit
		if i > 0 && up != (line[i-1].y < limit) {
			b := line[i-1]
			area = append(area, spot{b.x + (s.x-b.x)*(limit-b.y)/(s.y-b.y), limit}.String())
		}
		switch {
		case up && len(area) == 0:
			area = append(area, spot{s.x, limit}.String(), s.String())
		case up:
			area = append(area, s.String())
		case len(area) > 0:
			areas, area = append(areas, strings.Join(area, " ")), nil
		}
	}
	if len(area) > 0 {
		area = append(area, spot{line[len(line)-1].x, limit}.String())
		areas = append(areas, strings.Join(area, " "))
	}
	return areas
}

// extent is the range of figures that is drawn.
func extent(c Chart) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	take := func(f float64) { low, high = min(low, f), max(high, f) }
	for _, p := range c.Points {
		take(p.Figure)
	}
	for _, l := range c.Limits {
		take(l)
	}
	for _, u := range c.Usual {
		take(u)
	}
	if !c.Steps {
		take(0)
	}
	if high <= low {
		high = low + max(math.Abs(low)*0.1, 1e-18)
	}
	return low, high
}

func (p *plot) words(s Sight, marks int) string {
	text := "From " + p.From.UTC().Format("2 January 15:04") + " to " + p.To.UTC().Format("15:04") + " UTC between " + p.Low + " and " + p.High
	if s.Now != "" {
		text += ", now " + s.Now
	}
	if s.Usual != "" {
		text += ", usual " + s.Usual
	}
	if s.Threshold != "" {
		text += ", threshold " + s.Threshold
	}
	if marks > 0 {
		text += fmt.Sprintf(", findings marked: %d", marks)
	}
	return text + "."
}

// figureText writes a figure at the edge of a chart.
func figureText(f float64) string {
	switch a := math.Abs(f); {
	case a == 0:
		return "0"
	case a >= 1e15 || a < 1e-4:
		return fmt.Sprintf("%.3g", f)
	case a >= 1000:
		s := thousands(uint64(a))
		if f < 0 {
			s = "-" + s
		}
		return s
	}
	return fmt.Sprintf("%.4g", f)
}
