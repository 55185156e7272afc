package cli

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"tocsin/app"
	"tocsin/detect"
)

// watchScreen is what a look at the detectors shows.
type watchScreen struct {
	Title   string
	Note    string // who watches, and whom it calls
	Vista   app.Vista
	Colour  bool
	Page    int
	Trouble string // what the log said last
}

// maxShownFindings is how many findings stand below the detectors.
const maxShownFindings = 5

// roomy is the height from which a finding may take two lines.
const roomy = 24

// column is one column of the list; what has no room goes, the last first.
type column struct {
	head  string
	width int
	text  func(g detect.Sight, width int) string
}

// lines draws the screen: at most height lines of at most width characters; a height of zero is as many as it takes.
func (s *watchScreen) lines(width, height int) []string {
	width = max(width, 20)
	head := s.head(width)
	foot := s.foot(width, height == 0 || height >= roomy)
	ranked := s.Vista.Ranked()
	room := len(ranked)
	if height > 0 {
		room = max(height-len(head)-len(foot)-1, 1)
	}
	if len(ranked) > room {
		room = max(room-1, 1)
	}
	pages := max((len(ranked)+room-1)/max(room, 1), 1)
	s.Page = min(max(s.Page, 0), pages-1)
	from := min(s.Page*room, len(ranked))
	to := min(from+room, len(ranked))
	columns := s.columnsOf(width)
	out := append(head, s.paint("1", s.heading(columns, width)))
	for _, g := range ranked[from:to] {
		out = append(out, s.row(g, columns, width))
	}
	if pages > 1 {
		out = append(out, fit(fmt.Sprintf("   page %d of %d (n, p): %s", s.Page+1, pages, statesText(ranked)), width))
	}
	out = append(out, foot...)
	if height > 0 && len(out) > height {
		out = out[:height]
	}
	return out
}

func (s *watchScreen) head(width int) []string {
	now := s.Vista.At.UTC().Format("15:04:05 UTC")
	lines := []string{s.paint("1", fit(s.Title, width-len(now)-2)+"  "+now)}
	if s.Note != "" {
		lines = append(lines, strings.TrimRight(fit(s.Note, width), " "))
	}
	for _, c := range s.Vista.Chains {
		lines = append(lines, strings.TrimRight(fit(chainText(c, s.Vista.At), width), " "))
	}
	if s.Trouble != "" {
		lines = append(lines, s.paint("33", fit("log: "+s.Trouble, width)))
	}
	return append(lines, "")
}

// foot lists the last findings, each whole on two lines where there is room.
func (s *watchScreen) foot(width int, room bool) []string {
	lines := []string{"", s.paint("1", "Last findings")}
	for i, f := range s.Vista.Findings {
		if i == maxShownFindings {
			lines = append(lines, fit(fmt.Sprintf("          … and %s before", grouped(uint64(len(s.Vista.Findings)-i))), width))
			break
		}
		said := wrapped(findingText(s.Vista, f), width)
		if !room {
			said = []string{strings.TrimRight(fit(findingText(s.Vista, f), width), " ")}
		}
		lines = append(lines, said...)
	}
	if len(s.Vista.Findings) == 0 {
		lines = append(lines, "none")
	}
	return lines
}

// columnsOf are those that have room. What the longest name does not need, the figures and the threshold get.
func (s *watchScreen) columnsOf(width int) []column {
	columns := leastColumns(width)
	spare := width - 3 - s.longest()
	for _, c := range columns {
		spare -= c.width + 1
	}
	for _, grow := range []string{"fires at", "now", "usual"} {
		for i, c := range columns {
			most := 0
			for _, g := range s.Vista.Detectors {
				most = max(most, utf8.RuneCountInString(c.text(g, width)))
			}
			if c.head == grow {
				more := max(min(most-c.width, spare), 0)
				columns[i].width += more
				spare -= more
			}
		}
	}
	return columns
}

// leastColumns are the columns at their least widths.
func leastColumns(width int) []column {
	value := func(g detect.Sight, w int) string { return measureText(g.Value, w) }
	usual := func(g detect.Sight, w int) string { return measureText(g.Baseline, w) }
	fires := func(g detect.Sight, w int) string { return measureText(g.Threshold, w) }
	found := func(g detect.Sight, _ int) string {
		if g.Last.IsZero() {
			return "never"
		}
		return g.Last.UTC().Format("15:04")
	}
	switch {
	case width >= 76:
		return []column{{"now", 11, value}, {"usual", 8, usual}, {"fires at", 11, fires}, {"lately", 8, sparkOf}, {"found", 5, found}}
	case width >= 54:
		return []column{{"now", 13, value}, {"fires at", 13, fires}, {"found", 5, found}}
	default:
		return []column{{"now", min(width/3, 13), value}}
	}
}

// nameWidth is what the columns leave for the name, as far as the longest needs it.
func (s *watchScreen) nameWidth(columns []column, width int) int {
	for _, c := range columns {
		width -= c.width + 1
	}
	return max(min(width-3, s.longest()), 4)
}

// longest is the length of the longest name, and of the word above the names.
func (s *watchScreen) longest() int {
	n := len("detector")
	for _, g := range s.Vista.Detectors {
		n = max(n, utf8.RuneCountInString(g.Name))
	}
	return n
}

func (s *watchScreen) heading(columns []column, width int) string {
	line := "   " + fit("detector", s.nameWidth(columns, width))
	for _, c := range columns {
		line += " " + fit(c.head, c.width)
	}
	return fit(line, width)
}

// row is one detector. Where there are no figures, the reason takes their place.
func (s *watchScreen) row(g detect.Sight, columns []column, width int) string {
	name := s.nameWidth(columns, width)
	line := markOf(g.State) + " " + fit(g.Name, name)
	if g.Value.Text == "" || g.State == detect.Warming || g.State == detect.Unknown {
		line += " " + g.Why
	} else {
		for _, c := range columns {
			line += " " + fit(c.text(g, c.width), c.width)
		}
	}
	line = fit(line, width)
	switch g.State {
	case detect.Firing:
		return s.paint("1;31", line)
	case detect.Unknown:
		return s.paint("33", line)
	case detect.Warming, detect.Off, detect.Elsewhere:
		return s.paint("2", line)
	}
	return strings.TrimRight(line, " ")
}

func (s *watchScreen) paint(code, line string) string {
	line = strings.TrimRight(line, " ")
	if !s.Colour || line == "" {
		return line
	}
	return "\x1b[" + code + "m" + line + "\x1b[0m"
}

// fit cuts a text to a width, or fills it up. Nothing in it steers the terminal.
func fit(text string, width int) string {
	text = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return ' '
		}
		return r
	}, printable(text))
	n := utf8.RuneCountInString(text)
	switch {
	case width <= 0:
		return ""
	case n > width:
		return string([]rune(text)[:width-1]) + "…"
	}
	return text + strings.Repeat(" ", width-n)
}

// wrapped breaks a text into at most two lines, the second set in; what does not fit them is cut.
func wrapped(text string, width int) []string {
	runes := []rune(strings.TrimRight(fit(text, max(width, utf8.RuneCountInString(text))), " "))
	const in = "          " // as wide as the time before a finding
	if len(runes) <= width || width <= 2*len(in) {
		return []string{strings.TrimRight(fit(text, width), " ")}
	}
	at := width
	for i := width; i > len(in)+1; i-- {
		if runes[i] == ' ' {
			at = i
			break
		}
	}
	rest := strings.TrimLeft(string(runes[at:]), " ")
	return []string{string(runes[:at]), strings.TrimRight(fit(in+rest, width), " ")}
}

// measureText writes a measure within a width, rounding a long number before it cuts anything.
func measureText(m detect.Measure, width int) string {
	if utf8.RuneCountInString(m.Text) <= width {
		return m.Text
	}
	fields := strings.Fields(m.Text)
	for i, f := range fields {
		if x, err := strconv.ParseFloat(strings.ReplaceAll(f, ",", ""), 64); err == nil && !math.IsInf(x, 0) && !math.IsNaN(x) {
			fields[i] = strconv.FormatFloat(x, 'g', 4, 64)
			if math.Abs(x) >= 0.001 && math.Abs(x) < 1e7 {
				whole, frac, dot := strings.Cut(strconv.FormatFloat(math.Round(x*1000)/1000, 'f', -1, 64), ".")
				if fields[i] = whole; strings.Contains(f, ",") {
					fields[i] = thousands(whole)
				}
				if dot {
					fields[i] += "." + frac
				}
			}
		}
	}
	return strings.Join(fields, " ")
}

// sparkOf draws the history in block characters, each the highest of its part.
func sparkOf(g detect.Sight, width int) string {
	list := g.History
	if len(list) == 0 || width < 1 {
		return ""
	}
	n := min(len(list), width)
	figures := make([]float64, n)
	low, high := 0.0, math.Inf(-1)
	for i := range figures {
		figures[i] = math.Inf(-1)
		for _, p := range list[i*len(list)/n : (i+1)*len(list)/n] {
			figures[i] = max(figures[i], p.Figure)
		}
		low, high = min(low, figures[i]), max(high, figures[i])
	}
	blocks := []rune("▁▂▃▄▅▆▇█")
	var b strings.Builder
	for _, f := range figures {
		at := 0
		if high > low {
			at = int((f - low) / (high - low) * float64(len(blocks)-1))
		}
		b.WriteRune(blocks[min(max(at, 0), len(blocks)-1)])
	}
	return b.String()
}
