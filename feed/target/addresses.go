package target

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

const (
	addressFor  = 7 * 24 * time.Hour // an address is known so long after it was last seen
	addressNote = time.Hour          // and is noted as seen so often
	mostKnown   = 512
)

// addresses are the numbers that a name had lately. Who serves from many places changes them all the time: only a set with
// none of those seen before is told. To whom a number belongs is not known here.
type addresses struct {
	Seen   map[string]time.Time `json:"seen"`
	Gone   bool                 `json:"gone,omitempty"`   // there were none at the last look
	Beyond []string             `json:"beyond,omitempty"` // not accepted by the plan, as told
}

// see takes in the numbers that a name has now.
func (a *addresses) see(s subject, now []string, at time.Time) (news []string) {
	first := a.Seen == nil
	if first {
		a.Seen = map[string]time.Time{}
		a.Gone = len(now) == 0
	}
	for ip, last := range a.Seen {
		if at.Sub(last) > addressFor && len(now) > 0 && !slices.Contains(now, ip) {
			delete(a.Seen, ip)
		}
	}
	before := slices.Sorted(maps.Keys(a.Seen))
	known := slices.ContainsFunc(now, func(ip string) bool { return !a.Seen[ip].IsZero() })
	switch {
	case s.accepted != nil:
		news = a.measure(s, now)
	case first:
	case len(now) == 0 && !a.Gone:
		news = append(news, fmt.Sprintf("%s: %s → nothing", s.name, words(before)))
	case len(now) > 0 && a.Gone:
		news = append(news, fmt.Sprintf("%s: nothing → %s", s.name, words(now)))
	case len(now) > 0 && !known:
		news = append(news, fmt.Sprintf("%s: %s → %s, of which none was seen in the last 7 days", s.name, words(before), words(now)))
	}
	a.Gone = len(now) == 0
	for _, ip := range now {
		if last := a.Seen[ip]; at.Sub(last) >= addressNote && (!last.IsZero() || len(a.Seen) < mostKnown) {
			a.Seen[ip] = at.UTC()
		}
	}
	return news
}

// measure holds the numbers to those that the plan accepts.
func (a *addresses) measure(s subject, now []string) (news []string) {
	beyond := []string{}
	for _, ip := range now {
		if !slices.Contains(s.accepted, ip) {
			beyond = append(beyond, ip)
		}
	}
	fresh := slices.DeleteFunc(slices.Clone(beyond), func(ip string) bool { return slices.Contains(a.Beyond, ip) })
	switch {
	case len(fresh) > 0:
		news = append(news, fmt.Sprintf("%s: %s, where the plan expects %s", s.name, words(fresh), words(s.accepted)))
	case len(beyond) == 0 && len(a.Beyond) > 0 && len(now) > 0:
		news = append(news, fmt.Sprintf("%s: %s, as the plan expects", s.name, words(now)))
	}
	if len(now) > 0 {
		a.Beyond = beyond
	}
	return news
}
