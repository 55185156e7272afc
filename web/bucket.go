package web

import (
	"sync"
	"time"
)

// bucket lets so many through at once, and one more every so often.
type bucket struct {
	burst float64
	every time.Duration

	mu   sync.Mutex
	used map[string]level // by what is counted; few, for only what proved itself is counted
}

// level is how much of a bucket was used at a time.
type level struct {
	used float64
	at   time.Time
}

func newBucket(burst int, every time.Duration) *bucket {
	return &bucket{burst: float64(burst), every: every, used: map[string]level{}}
}

// take lets one through, or says how long to wait.
func (b *bucket) take(of string, now time.Time) (wait time.Duration, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	l := b.used[of]
	if passed := now.Sub(l.at); passed > 0 {
		l.used = max(0, l.used-float64(passed)/float64(b.every))
		l.at = now
	}
	if l.used+1 > b.burst {
		b.used[of] = l
		return time.Duration((l.used + 1 - b.burst) * float64(b.every)), false
	}
	l.used++
	b.used[of] = l
	return 0, true
}
