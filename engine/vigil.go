package engine

import (
	"sync"
	"time"

	"tocsin/store"
)

// vigil is what a node has seen of what others hold. Whoever holds something renews it each second, so that it can be told by
// looking on that they do no more. The time until which they hold it is by their clock: another clock may be an hour off, and then
// it would take what is held, or wait an hour for the dead.
type vigil struct {
	mu   sync.Mutex
	seen map[string]sighting // by name
}

// sighting is a hold as it was when it was first seen like this.
type sighting struct {
	hold store.Hold
	at   time.Time // by the clock that is only read; with its monotonic part, if it has one
}

// quiet is how long a hold must not have been renewed before it is believed to be over when the clock says so.
const quiet = 2 * renewEvery

// left reports whether a hold that lasts life when it is renewed is over: nobody has renewed it for as long as it lasts; or for a
// while, and it is over by this node's clock too. now is the node's time, read what its clock reads.
func (v *vigil) left(h store.Hold, life time.Duration, now, read time.Time) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	s, known := v.seen[h.Name]
	if !known || s.hold.Owner != h.Owner || s.hold.Epoch != h.Epoch || !s.hold.Until.Equal(h.Until) {
		if s = (sighting{h, read}); v.seen == nil {
			v.seen = map[string]sighting{}
		}
		v.seen[h.Name] = s
	}
	since := read.Sub(s.at)
	return since >= life || since >= quiet && !h.Until.After(now)
}

// since returns for how long something has been held without being renewed, as far as it was seen; false if it was not.
func (v *vigil) since(name string, read time.Time) (time.Duration, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	s, known := v.seen[name]
	return read.Sub(s.at), known
}

// forget drops all but what is held.
func (v *vigil) forget(held map[string]bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for name := range v.seen {
		if !held[name] {
			delete(v.seen, name)
		}
	}
}
