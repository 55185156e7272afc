package plan

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Duration is a length of time, written "30s", "5m", "2h", "7d" or a sum of these, largest first ("1d12h"). Whole words are
// read as well: "4 hours", "2 days".
type Duration time.Duration

const (
	day          = 24 * time.Hour
	mostDays     = 36500
	durationHelp = "write a number with a unit, such as 30s, 5m, 2h or 7d"
)

// durationWords turns the units that people write out into the short ones.
var durationWords = strings.NewReplacer(" ", "",
	"seconds", "s", "second", "s", "minutes", "m", "minute", "m", "hours", "h", "hour", "h", "days", "d", "day", "d", "weeks", "w", "week", "w")

// ParseDuration reads a duration as plans write it, up to a hundred years.
func ParseDuration(s string) (Duration, error) {
	bad := fmt.Errorf("read duration %q: %s", s, durationHelp)
	rest := durationWords.Replace(strings.TrimSpace(s))
	if rest == "" || strings.HasPrefix(rest, "-") || strings.HasPrefix(rest, "+") {
		return 0, bad
	}
	var d time.Duration
	for _, unit := range []struct {
		sign byte
		days uint64
	}{{'w', 7}, {'d', 1}} {
		i := strings.IndexByte(rest, unit.sign)
		if i < 0 {
			continue
		}
		n, err := strconv.ParseUint(rest[:i], 10, 16)
		if err != nil || n*unit.days > mostDays {
			return 0, bad
		}
		d += time.Duration(n*unit.days) * day
		rest = rest[i+1:]
	}
	if rest != "" {
		r, err := time.ParseDuration(rest)
		if err != nil || r < 0 || r > mostDays*day {
			return 0, bad
		}
		d += r
	}
	if d > mostDays*day {
		return 0, bad
	}
	return Duration(d), nil
}

// Or returns d, or fallback if d is zero.
func (d Duration) Or(fallback time.Duration) time.Duration {
	if d == 0 {
		return fallback
	}
	return time.Duration(d)
}

func (d Duration) String() string {
	t := time.Duration(d)
	days := t / day
	rest := t - days*day
	var s string
	if days > 0 {
		s = fmt.Sprintf("%dd", days)
	}
	if rest > 0 || s == "" {
		r := rest.String()
		r = strings.TrimSuffix(r, "m0s") + map[bool]string{true: "m", false: ""}[strings.HasSuffix(r, "m0s")]
		r = strings.TrimSuffix(r, "h0m") + map[bool]string{true: "h", false: ""}[strings.HasSuffix(r, "h0m")]
		s += r
	}
	return s
}

// MarshalText writes the duration as plans write it.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads a duration.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := ParseDuration(string(b))
	*d = v
	return err
}

// Date is a day, written 2026-11-21.
type Date struct{ time.Time }

// MarshalText writes the day.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.Format(time.DateOnly)), nil }

// AppendText, MarshalJSON and UnmarshalJSON keep the ones of time.Time from being used in their place.

// AppendText writes the day.
func (d Date) AppendText(b []byte) ([]byte, error) { return d.AppendFormat(b, time.DateOnly), nil }

// MarshalJSON writes the day as text.
func (d Date) MarshalJSON() ([]byte, error) { return []byte(d.Format(`"` + time.DateOnly + `"`)), nil }

// UnmarshalJSON reads a day.
func (d *Date) UnmarshalJSON(b []byte) error {
	s, err := strconv.Unquote(string(b))
	if err != nil {
		return fmt.Errorf("read date %s: write a day such as 2026-11-21", b)
	}
	return d.UnmarshalText([]byte(s))
}

// UnmarshalText reads a day.
func (d *Date) UnmarshalText(b []byte) error {
	t, err := time.Parse(time.DateOnly, string(b))
	if err != nil || t.Year() < 1 {
		return fmt.Errorf("read date %q: write a day such as 2026-11-21", b)
	}
	d.Time = t
	return nil
}

// Timing says when a message is owed: "hourly", "every 4h", "daily", "open until completion", "detection", "validation + 30m",
// "containment", "resolution + 2d", "resolution + 2 days".
type Timing struct {
	Every Duration // again and again from validation until resolution
	Open  bool     // a room kept open until the incident is closed
	From  string   // detection, validation, containment, resolution: once, After later
	After Duration
}

// ParseTiming reads a timing as plans write it.
func ParseTiming(s string) (Timing, error) {
	const help = `write "hourly", "daily", "every 4 hours", "open until completion", "validation" or "resolution + 2 days"`
	t := strings.ToLower(strings.TrimSpace(s))
	switch t {
	case "hourly":
		return Timing{Every: Duration(time.Hour)}, nil
	case "daily":
		return Timing{Every: Duration(24 * time.Hour)}, nil
	case "open until completion":
		return Timing{Open: true}, nil
	}
	if rest, ok := strings.CutPrefix(t, "every "); ok {
		d, err := ParseDuration(rest)
		if err != nil || d == 0 {
			return Timing{}, fmt.Errorf("read timing %q: %s", s, help)
		}
		return Timing{Every: d}, nil
	}
	from, after, plus := strings.Cut(t, "+")
	from = strings.TrimSpace(from)
	switch from {
	case "detection", "validation", "containment", "resolution":
	default:
		return Timing{}, fmt.Errorf("read timing %q: %s", s, help)
	}
	tm := Timing{From: from}
	if plus {
		d, err := ParseDuration(after)
		if err != nil {
			return Timing{}, fmt.Errorf("read timing %q: %s", s, help)
		}
		tm.After = d
	}
	return tm, nil
}

func (t Timing) String() string {
	switch {
	case t.Open:
		return "open until completion"
	case t.Every == Duration(time.Hour):
		return "hourly"
	case t.Every == Duration(24*time.Hour):
		return "daily"
	case t.Every > 0:
		return "every " + t.Every.String()
	case t.From != "" && t.After > 0:
		return t.From + " + " + t.After.String()
	default:
		return t.From
	}
}

// MarshalText writes the timing as plans write it.
func (t Timing) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads a timing.
func (t *Timing) UnmarshalText(b []byte) error {
	v, err := ParseTiming(string(b))
	*t = v
	return err
}
