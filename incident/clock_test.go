package incident_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"tocsin/incident"
)

func TestClockIsSteadyAndNeverGoesBack(t *testing.T) {
	start := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	r := rand.New(rand.NewPCG(7, 7))
	for range 200 {
		c := incident.Clock{At: start, Shows: start.Add(time.Duration(r.Int64N(int64(48 * time.Hour))))}
		now, shown := start, c.Now(start)
		for range 50 {
			now = now.Add(time.Duration(r.Int64N(int64(time.Hour)))).Truncate(time.Microsecond)
			if got := c.Now(now); got.Before(shown) {
				t.Fatalf("%+v went back from %v to %v", c, shown, got)
			}
			shown = c.Now(now)
			if r.IntN(3) == 0 {
				on := time.Duration(r.Int64N(int64(5 * time.Hour)))
				next := c.Set(now, uint32(r.IntN(100)), on)
				if got := next.Now(now); !got.Equal(shown.Add(on)) {
					t.Fatalf("moved on by %v from %v it shows %v", on, shown, got)
				}
				c, shown = next, next.Now(now)
			}
			later := shown.Add(time.Duration(r.Int64N(int64(10 * time.Hour))))
			at, will := c.Real(later)
			switch {
			case c.Speed == 0 && will != later.Equal(shown):
				t.Fatalf("standing still at %v it would show %v at %v", shown, later, at)
			case will && c.Now(at).Before(later):
				t.Fatalf("%+v shows %v at %v, which is before %v", c, c.Now(at), at, later)
			case will && at.Before(c.At):
				t.Fatalf("%+v shows %v before it was set", c, later)
			case will && c.Speed > 0 && c.Now(at.Add(-2*time.Microsecond)).After(later):
				t.Fatalf("%+v showed %v long before %v", c, later, at)
			}
		}
	}
}

func TestClockOfExtremes(t *testing.T) {
	start := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	c := incident.Clock{At: start, Shows: start, Speed: math.MaxUint32}
	if got := c.Now(start.Add(100 * 365 * 24 * time.Hour)); got.Before(start) {
		t.Errorf("a century at full speed shows %v", got)
	}
	if at, ok := c.Real(start.Add(time.Nanosecond)); !ok || at.Before(start) || at.After(start.Add(time.Microsecond)) {
		t.Errorf("a nanosecond on comes at %v, %v", at, ok)
	}
	if got := c.Now(start.Add(-time.Hour)); !got.Equal(start) {
		t.Errorf("before it was set it shows %v", got)
	}
	if got := c.Set(start.Add(-time.Hour), 1, -time.Hour); got != (incident.Clock{At: start, Shows: start, Speed: 1}) {
		t.Errorf("set in the past and moved back it is %+v", got)
	}
}

func TestAnExerciseOfAnEarlierReleaseGoesByTimeItself(t *testing.T) {
	var s incident.State
	if err := json.Unmarshal([]byte(`{"id":"i","exercise":{"scenario":"drained-vault","chain":31337}}`), &s); err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)
	if s.Clock() != nil || !s.Now(now).Equal(now) {
		t.Errorf("it shows %v", s.Now(now))
	}
}
