package target

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

const (
	addressFor  = 7 * 24 * time.Hour // an address is known so long after it was last seen, while others were
	oddFor      = 24 * time.Hour
	addressNote = time.Hour // and is noted as seen so often
	mostKnown   = 512
)

// addresses are the numbers that a name had lately. Who serves from many places changes them all the time: only a set with
// none of those seen before is told. To whom a number belongs is not known here.
type addresses struct {
	Seen   map[string]time.Time `json:"seen"`
	Gone   bool                 `json:"gone,omitempty"`   // there were none at the last look
	Odd    *odd                 `json:"odd,omitempty"`    // a set with none of those seen before
	Beyond []string             `json:"beyond,omitempty"` // not accepted by the plan, as told
}

// odd is a set of numbers with none of those seen before, as told. It counts as known once it has lasted.
type odd struct {
	Set   []string  `json:"set"`
	Since time.Time `json:"since"`
}

// see takes in the numbers that a name has now.
func (a *addresses) see(s subject, now []string, at time.Time) (news []string) {
	first := a.Seen == nil
	if first {
		a.Seen = map[string]time.Time{}
		a.Gone = len(now) == 0
	}
	newest := time.Time{} // while nobody looked, nothing is forgotten
	for _, last := range a.Seen {
		if last.After(newest) {
			newest = last
		}
	}
	maps.DeleteFunc(a.Seen, func(_ string, last time.Time) bool { return newest.Sub(last) > addressFor })
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
		return append(news, a.strange(s, before, now, at)...)
	case len(now) > 0 && a.Odd != nil:
		news = append(news, fmt.Sprintf("%s: %s → %s, as before %s", s.name, words(a.Odd.Set), words(now), clock(a.Odd.Since)))
	}
	if len(now) > 0 {
		a.Odd = nil
	}
	a.Gone = len(now) == 0
	a.learn(now, at)
	return news
}

// strange takes in a set with none of those seen before. It is told once, and learnt only when it has lasted for a day: what
// somebody put there for an hour is not to be known the next time.
func (a *addresses) strange(s subject, before, now []string, at time.Time) (news []string) {
	a.Gone = false
	if a.Odd == nil || !slices.ContainsFunc(now, func(ip string) bool { return slices.Contains(a.Odd.Set, ip) }) {
		a.Odd = &odd{Set: now, Since: at.UTC()}
		return []string{fmt.Sprintf("%s: %s → %s, of which none was seen in the last 7 days", s.name, words(before), words(now))}
	}
	if at.Sub(a.Odd.Since) >= oddFor {
		a.learn(append(now, a.Odd.Set...), at)
		a.Odd = nil
		return nil
	}
	for _, ip := range now {
		if !slices.Contains(a.Odd.Set, ip) && len(a.Odd.Set) < mostKnown {
			a.Odd.Set = append(a.Odd.Set, ip)
		}
	}
	return nil
}

func (a *addresses) learn(now []string, at time.Time) {
	for _, ip := range now {
		if last := a.Seen[ip]; at.Sub(last) >= addressNote && (!last.IsZero() || len(a.Seen) < mostKnown) {
			a.Seen[ip] = at.UTC()
		}
	}
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
