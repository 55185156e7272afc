package exercise

import (
	"fmt"
	"strings"
	"time"
)

// span writes a length of time for a sentence, in its two greatest units.
func span(d time.Duration) string {
	if d < 0 {
		d = -d
	}
	d = d.Round(time.Second)
	day := 24 * time.Hour
	switch {
	case d >= day:
		return two(int(d/day), "d", int(d%day/time.Hour), "h")
	case d >= time.Hour:
		return two(int(d/time.Hour), "h", int(d%time.Hour/time.Minute), "min")
	case d >= time.Minute:
		return two(int(d/time.Minute), "min", int(d%time.Minute/time.Second), "s")
	}
	return fmt.Sprintf("%d s", int(d/time.Second))
}

func two(a int, unit string, b int, lesser string) string {
	if b == 0 {
		return fmt.Sprintf("%d %s", a, unit)
	}
	return fmt.Sprintf("%d %s %d %s", a, unit, b, lesser)
}

// Lasting writes a length of time in words, in its two greatest units.
func Lasting(d time.Duration) string {
	d = d.Round(time.Minute)
	var say []string
	for _, u := range []struct {
		of   time.Duration
		name string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}} {
		n := int(d / u.of)
		d %= u.of
		switch {
		case len(say) == 2:
		case n == 1:
			say = append(say, "1 "+u.name)
		case n > 1:
			say = append(say, fmt.Sprintf("%d %ss", n, u.name))
		}
	}
	if len(say) == 0 {
		return "less than a minute"
	}
	return strings.Join(say, " and ")
}
