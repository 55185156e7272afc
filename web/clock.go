package web

import (
	"fmt"
	"strings"
	"time"
)

// figure is a number with its unit.
type figure struct {
	Number int
	Unit   string
}

// span writes a duration as clocks do: whole units, rounded down; seconds only under two minutes. live.js writes the same.
func span(d time.Duration) []figure {
	s := int(d.Abs() / time.Second)
	switch {
	case s < 60:
		return []figure{{s, "s"}}
	case s < 120:
		return []figure{{1, "min"}, {s - 60, "s"}}
	case s < 120*60:
		return []figure{{s / 60, "min"}}
	case s < 48*3600:
		return []figure{{s / 3600, "h"}}
	default:
		return []figure{{s / 86400, "days"}}
	}
}

// length is span in words.
func length(d time.Duration) string {
	var words []string
	for _, f := range span(d) {
		words = append(words, fmt.Sprintf("%d\u00a0%s", f.Number, f.Unit))
	}
	return strings.Join(words, " ")
}

// took writes a duration as records do: exactly to the second.
func took(d time.Duration) string {
	s := int(d.Abs().Round(time.Second) / time.Second)
	switch {
	case s < 60:
		return fmt.Sprintf("%d\u00a0s", s)
	case s < 3600:
		return fmt.Sprintf("%d\u00a0min %02d\u00a0s", s/60, s%60)
	case s < 48*3600:
		return fmt.Sprintf("%d\u00a0h %02d\u00a0min", s/3600, s%3600/60)
	default:
		return fmt.Sprintf("%d\u00a0days %d\u00a0h", s/86400, s%86400/3600)
	}
}

// moment is a time that a page shows, seen from another: with its day unless it is the same one.
type moment struct {
	At  time.Time
	Ref time.Time
}

func (m moment) day() string {
	at, ref := m.At.UTC(), m.Ref.UTC()
	switch {
	case at.Year() != ref.Year():
		return at.Format("2 January 2006, ")
	case at.YearDay() != ref.YearDay():
		return at.Format("2 January, ")
	default:
		return ""
	}
}

// Second is the time of day to the second, in UTC.
func (m moment) Second() string { return m.day() + m.At.UTC().Format("15:04:05") }

// Minute is the time of day to the minute, in UTC.
func (m moment) Minute() string { return m.day() + m.At.UTC().Format("15:04") }

// Seconds are what follows the minute, ":27".
func (m moment) Seconds() string { return m.At.UTC().Format(":05") }

// ISO is the time for programs.
func (m moment) ISO() string { return machine(m.At) }

// machine is a time for programs.
func machine(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// precise is a time for the clocks of scripts, to the millisecond.
func precise(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z07:00") }

// city names a time zone as people do: "Europe/Berlin" is Berlin.
func city(zone *time.Location) string {
	name := zone.String()
	return strings.ReplaceAll(name[strings.LastIndexByte(name, '/')+1:], "_", " ")
}

// clock is a time by which something is due, for one person.
type clock struct {
	Until time.Time
	Now   time.Time
	Zone  *time.Location // the person's own; nil if it is not theirs to do
	Runs  string         // how the clock goes that it is due by; empty for time itself
}

// Late reports whether the time has passed.
func (c clock) Late() bool { return c.Until.Before(c.Now) }

// At is the time by which it is due.
func (c clock) At() moment { return moment{At: c.Until, Ref: c.Now} }

// Unit is the unit of a figure, with left or late after the last one.
func (c clock) Unit(i int) string {
	figures := c.Figures()
	if i < len(figures)-1 {
		return figures[i].Unit
	}
	return figures[i].Unit + " " + c.Word()
}

// Tail stands behind the time of day: the zone, and the time on the person's own clock.
func (c clock) Tail() string {
	if yours := c.Yours(); yours != "" {
		return "UTC, " + yours + " yours"
	}
	return "UTC"
}

// Figures are how long is left, or how late it is.
func (c clock) Figures() []figure { return span(c.Until.Sub(c.Now)) }

// Word follows the last unit.
func (c clock) Word() string {
	if c.Late() {
		return "late"
	}
	return "left"
}

// By stands before the time of day.
func (c clock) By() string {
	if c.Late() {
		return "since"
	}
	return "by"
}

// Yours is the time of day on the person's own clock; empty if that is the same.
func (c clock) Yours() string {
	if c.Zone == nil || c.At().day() != "" { // on another day the time of day says little
		return ""
	}
	yours := c.Until.In(c.Zone).Format("15:04")
	if yours == c.Until.UTC().Format("15:04") {
		return ""
	}
	return yours
}
