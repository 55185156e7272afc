package comms

import (
	"strconv"
	"strings"
	"time"
	"unicode"
)

// moment writes a time for people: "15:02 UTC on 6 December 2026".
func moment(t time.Time) string { return t.UTC().Format("15:04 UTC on 2 January 2006") }

// clock writes a time of day to the second, for tables: "15:02:10".
func clock(t time.Time) string { return t.UTC().Format("15:04:05") }

func decimal(n int) string { return strconv.Itoa(n) }

// line makes one line of a text and takes control characters out.
func line(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))), " ")
}

// cut shortens a text to at most n characters.
func cut(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return strings.TrimRight(string(r[:n-1]), " ") + "…"
}

// length writes a duration for people: "1 h 12 min", "3 min 20 s", "45 s".
func length(d time.Duration) string {
	d = d.Round(time.Second)
	switch {
	case d < 0:
		return "0 s"
	case d < time.Minute:
		return decimal(int(d/time.Second)) + " s"
	case d < time.Hour:
		return strings.TrimSuffix(decimal(int(d/time.Minute))+" min "+decimal(int(d%time.Minute/time.Second))+" s", " 0 s")
	case d < 48*time.Hour:
		return strings.TrimSuffix(decimal(int(d/time.Hour))+" h "+decimal(int(d%time.Hour/time.Minute))+" min", " 0 min")
	default:
		return decimal(int(d/(24*time.Hour))) + " days"
	}
}
