package rpc

import (
	"testing"
	"time"
)

// The head is asked for as often as the chain is fast, and never so often that the endpoint is in the way of itself.
func TestHeadIsAskedForAsTheChainGoes(t *testing.T) {
	begun := time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC)
	heads := func(each time.Duration, poll time.Duration) (r rhythm) {
		for at := time.Duration(0); at < 10*time.Minute; at += poll {
			r.saw(uint64(at/each), begun.Add(at))
		}
		return r
	}
	slow := rhythm{block: 12 * time.Second}
	slow.saw(1, begun)
	named := rhythm{block: 2 * time.Second}
	wrong := heads(250*time.Millisecond, 2*time.Second)
	wrong.block = 12 * time.Second
	for what, c := range map[string]struct {
		r        rhythm
		from, to time.Duration
	}{
		"as the options say":               {rhythm{every: time.Hour, block: time.Second}, time.Hour, time.Hour},
		"nothing known":                    {rhythm{}, 450 * time.Millisecond, 550 * time.Millisecond},
		"slow by the plan":                 {slow, 1800 * time.Millisecond, 2 * time.Second},
		"by the plan":                      {named, 450 * time.Millisecond, 550 * time.Millisecond},
		"slow by its heads":                {heads(12*time.Second, 500*time.Millisecond), 1800 * time.Millisecond, 2 * time.Second},
		"a second by its heads":            {heads(time.Second, 200*time.Millisecond), 225 * time.Millisecond, 275 * time.Millisecond},
		"four a second, seldom asked":      {heads(250*time.Millisecond, 2*time.Second), 100 * time.Millisecond, 120 * time.Millisecond},
		"faster than the plan says it is":  {wrong, 100 * time.Millisecond, 120 * time.Millisecond},
		"so fast that nobody can ask more": {heads(time.Millisecond, 100*time.Millisecond), 100 * time.Millisecond, 120 * time.Millisecond},
	} {
		seen := map[time.Duration]bool{}
		for range 50 {
			got := c.r.next()
			seen[got] = true
			if got < c.from || got > c.to {
				t.Errorf("%s: asked again after %s, want %s to %s", what, got, c.from, c.to)
			}
		}
		if len(seen) == 1 && c.from < c.to {
			t.Errorf("%s: everybody asks at once", what)
		}
	}
}
