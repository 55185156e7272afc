package plan

import (
	"encoding/json"
	"testing"
	"time"
)

func TestParseDuration(t *testing.T) {
	const day = 24 * time.Hour
	for s, want := range map[string]time.Duration{
		"30s": 30 * time.Second, "5m": 5 * time.Minute, "2h": 2 * time.Hour, "7d": 7 * day, "1d12h": 36 * time.Hour,
		"1h30m": 90 * time.Minute, "4 hours": 4 * time.Hour, "2 days": 2 * day, "1 week": 7 * day, "1w2d": 9 * day,
		"1 day 6 hours": 30 * time.Hour, "0s": 0, "1.5h": 90 * time.Minute,
	} {
		got, err := ParseDuration(s)
		if err != nil || time.Duration(got) != want {
			t.Errorf("%q is read as %v, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "5", "d", "h", "-5m", "+5m", "1d-2h", "5 fortnights", "99999999d", "36501d", "36500w", "9223372036854775807h", "1h1d", "5m5"} {
		if got, err := ParseDuration(s); err == nil {
			t.Errorf("%q is read as %v", s, got)
		}
	}
}

func TestParseTiming(t *testing.T) {
	for s, want := range map[string]string{
		"hourly": "hourly", "Every 4 hours": "every 4h", "every 1h": "hourly", "daily": "daily", "every 24h": "daily",
		"open until completion": "open until completion", "validation": "validation", "Resolution + 2 days": "resolution + 2d",
		"detection+30m": "detection + 30m", "every 90s": "every 1m30s",
	} {
		got, err := ParseTiming(s)
		if err != nil || got.String() != want {
			t.Errorf("%q is read as %q, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "sometimes", "every", "every 0s", "every -1h", "resolution +", "resolution - 2d", "recovery + 2d", "2 days"} {
		if got, err := ParseTiming(s); err == nil {
			t.Errorf("%q is read as %q", s, got)
		}
	}
}

func TestDateAsJSON(t *testing.T) {
	var d Date
	if err := json.Unmarshal([]byte(`"2026-11-21"`), &d); err != nil {
		t.Fatal(err)
	}
	if b, err := json.Marshal(d); err != nil || string(b) != `"2026-11-21"` {
		t.Errorf("written as %s, %v", b, err)
	}
	for _, s := range []string{`"2026-11-21T00:00:00Z"`, `"2026-02-30"`, `"0000-01-01"`, `20261121`, `null`} {
		if err := json.Unmarshal([]byte(s), &d); err == nil {
			t.Errorf("%s is read as a day", s)
		}
	}
}

func FuzzParseDuration(f *testing.F) {
	for _, s := range []string{"30s", "1d12h", "2 days", "1w", "0.5h", "36500d"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseDuration(s)
		if err != nil {
			return
		}
		if again, err := ParseDuration(d.String()); err != nil || again != d || d < 0 {
			t.Errorf("%q is %v, written %q, read as %v, %v", s, int64(d), d, again, err)
		}
	})
}

func FuzzParseTiming(f *testing.F) {
	for _, s := range []string{"hourly", "every 4 hours", "open until completion", "resolution + 2 days"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		tm, err := ParseTiming(s)
		if err != nil {
			return
		}
		if again, err := ParseTiming(tm.String()); err != nil || again != tm || tm == (Timing{}) {
			t.Errorf("%q is %+v, written %q, read as %+v, %v", s, tm, tm, again, err)
		}
	})
}
