package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"tocsin/app"
	"tocsin/detect"
	"tocsin/incident"
)

// watchLines writes a line for each finding and one each minute.
type watchLines struct {
	w      io.Writer
	title  string
	told   map[string]string // findings → why each was retracted, as told
	minute time.Time
}

func (l *watchLines) keys() <-chan byte { return nil }
func (l *watchLines) press(byte) bool   { return true }
func (l *watchLines) close()            {}

func (l *watchLines) show(v app.Vista) error {
	var b strings.Builder
	if l.told == nil {
		l.told = map[string]string{}
		fmt.Fprintf(&b, "%s\n", l.title)
	}
	for _, f := range slices.Backward(v.Findings) {
		why, known := l.told[f.ID]
		if !known {
			fmt.Fprintf(&b, "%s\n", findingText(v, f))
		} else if f.Retracted != why {
			fmt.Fprintf(&b, "%s  taken back: %s %s\n", v.At.Format("15:04:05"), f.Say, f.Retracted)
		}
		l.told[f.ID] = f.Retracted
	}
	if v.At.Sub(l.minute) >= time.Minute && slices.ContainsFunc(v.Chains, func(c app.ChainVista) bool { return !c.Time.IsZero() || c.Why != "" }) {
		l.minute = v.At
		fmt.Fprintf(&b, "%s  %s; %s\n", v.At.Format("15:04:05"), chainsText(v), statesText(v.Detectors))
	}
	_, err := io.WriteString(l.w, printable(b.String()))
	return err
}

// findingText is a finding in one line.
func findingText(v app.Vista, f incident.Finding) string {
	name := f.Detector
	if i := slices.IndexFunc(v.Detectors, func(g detect.Sight) bool { return g.Detector == f.Detector }); i >= 0 {
		name = v.Detectors[i].Name
	}
	say := strings.Join(strings.Fields(f.Say), " ")
	if !strings.HasPrefix(say, name+": ") {
		say = name + ": " + say
	}
	if f.Retracted != "" {
		say += " (taken back)"
	}
	return f.At.UTC().Format("15:04:05") + "  " + say
}

func chainsText(v app.Vista) string {
	var list []string
	for _, c := range v.Chains {
		list = append(list, chainText(c, v.At))
	}
	return strings.Join(list, "; ")
}

// chainText says how far a chain has been seen.
func chainText(c app.ChainVista, now time.Time) string {
	switch {
	case c.Why != "":
		return fmt.Sprintf("%s (%d): %s", c.Name, c.ID, c.Why)
	case c.Time.IsZero():
		return fmt.Sprintf("%s (%d): nothing seen yet", c.Name, c.ID)
	}
	s := fmt.Sprintf("%s (%d): block %s, %s old", c.Name, c.ID, grouped(c.Block), span(max(now.Sub(c.Time), 0)))
	if c.Every > 0 {
		s += fmt.Sprintf(", one every %s s", rough(c.Every))
	}
	return s
}

// stateWords are the states in the order in which they matter.
var stateWords = []struct{ state, mark, word string }{
	{detect.Firing, "!!", "firing"},
	{detect.Unknown, "??", "cannot be told"},
	{detect.Warming, "~ ", "warming"},
	{detect.Cooling, "- ", "cooling"},
	{detect.Quiet, "  ", "quiet"},
	{detect.Off, "x ", "off"},
	{detect.Elsewhere, "  ", "not on a chain"},
}

// statesText counts detectors by state.
func statesText(list []detect.Sight) string {
	var parts []string
	for _, s := range stateWords {
		n := 0
		for i := range list {
			if list[i].State == s.state {
				n++
			}
		}
		if n > 0 {
			parts = append(parts, grouped(uint64(n))+" "+s.word)
		}
	}
	if len(parts) == 0 {
		return "no detectors"
	}
	return strings.Join(parts, ", ")
}

func markOf(state string) string {
	for _, s := range stateWords {
		if s.state == state {
			return s.mark
		}
	}
	return "  "
}
