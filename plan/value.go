package plan

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Duration is a length of time, written "30s", "5m", "2h", "7d" or a sum of these, largest first ("1d12h").
type Duration time.Duration

// ParseDuration reads a duration as plans write it.
func ParseDuration(s string) (Duration, error) {
	rest := strings.TrimSpace(s)
	var d time.Duration
	if i := strings.IndexByte(rest, 'd'); i > 0 {
		n, err := strconv.ParseUint(rest[:i], 10, 16)
		if err != nil {
			return 0, fmt.Errorf("read duration %q: write a number with a unit, such as 30s, 5m, 2h or 7d", s)
		}
		d, rest = time.Duration(n)*24*time.Hour, rest[i+1:]
	}
	if rest != "" {
		r, err := time.ParseDuration(rest)
		if err != nil || r < 0 {
			return 0, fmt.Errorf("read duration %q: write a number with a unit, such as 30s, 5m, 2h or 7d", s)
		}
		d += r
	} else if d == 0 {
		return 0, fmt.Errorf("read duration %q: write a number with a unit, such as 30s, 5m, 2h or 7d", s)
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
	days := t / (24 * time.Hour)
	rest := t - days*24*time.Hour
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

// UnmarshalText reads a day.
func (d *Date) UnmarshalText(b []byte) error {
	t, err := time.Parse(time.DateOnly, string(b))
	if err != nil {
		return fmt.Errorf("read date %q: write a day such as 2026-11-21", b)
	}
	d.Time = t
	return nil
}

// Timing says when a message is owed: "hourly", "every 4h", "daily", "open until completion", "detection", "validation + 30m",
// "containment", "resolution + 2d".
type Timing struct {
	Every Duration // again and again from validation until resolution
	Open  bool     // a room kept open until the incident is closed
	From  string   // detection, validation, containment, resolution: once, After later
	After Duration
}

// ParseTiming reads a timing as plans write it.
func ParseTiming(s string) (Timing, error) {
	const help = `write "hourly", "every 4h", "open until completion", "validation", or "resolution + 2d"`
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
		d, err := ParseDuration(strings.ReplaceAll(rest, " ", ""))
		if err != nil {
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
		d, err := ParseDuration(strings.ReplaceAll(strings.TrimSpace(after), " ", ""))
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
