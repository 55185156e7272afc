package target

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// fact is something of a web target that stays as it is until somebody changes it: the name servers, the issuer of the
// certificate.
type fact struct {
	Value []string            `json:"value"`           // as all saw it last
	Since time.Time           `json:"since"`           // of the value
	Was   *former             `json:"was,omitempty"`   // before that
	Other map[string][]string `json:"other,omitempty"` // what single resolvers say instead, as told
	Wrong bool                `json:"wrong,omitempty"` // the plan expects another value, as told
}

// former is a value that no longer holds.
type former struct {
	Value []string  `json:"value"`
	Until time.Time `json:"until"`
}

// subject is what a fact is called, and what the plan accepts of it.
type subject struct {
	name     string   // in a sentence: the name servers (NS) of example.org
	accepted []string // nil: whatever was there before
}

// see takes in what is said of a fact, and returns what that means to people: nothing if all is as it was.
func (f *fact) see(s subject, views []View, at time.Time) (news []string) {
	if len(views) == 0 {
		return nil
	}
	if f.Since.IsZero() {
		f.Value, f.Since = most(views), at.UTC()
	}
	agreed := true
	for _, v := range views {
		agreed = agreed && slices.Equal(v.Values, views[0].Values)
	}
	if agreed {
		news = f.agreed(s, views[0].Values, at)
	} else {
		news = f.disputed(s, views)
	}
	wrong := s.accepted != nil && !s.accepts(f.Value)
	if wrong && !f.Wrong {
		news = append(news, fmt.Sprintf("%s: %s, where the plan expects %s", s.name, words(f.Value), words(s.accepted)))
	}
	f.Wrong = wrong
	return news
}

// agreed takes in a value that all who answer see.
func (f *fact) agreed(s subject, value []string, at time.Time) (news []string) {
	_, told := f.Other[key(value)]
	switch {
	case slices.Equal(value, f.Value):
		if len(f.Other) > 0 {
			news = append(news, fmt.Sprintf("%s: all resolvers say %s again", s.name, words(value)))
		}
		f.Other = nil
		return news
	case told:
		news = append(news, fmt.Sprintf("%s: all resolvers say %s now", s.name, words(value)))
	case s.accepted == nil || !s.accepts(value):
		say := fmt.Sprintf("%s: %s → %s", s.name, words(f.Value), words(value))
		if s.accepted != nil {
			say += fmt.Sprintf(", where the plan expects %s", words(s.accepted))
			f.Wrong = true
		}
		if f.Was != nil && slices.Equal(f.Was.Value, value) {
			say += fmt.Sprintf(", as it was until %s", clock(f.Was.Until))
		}
		news = append(news, say)
	case !s.accepts(f.Value):
		news = append(news, fmt.Sprintf("%s: %s → %s, as the plan expects", s.name, words(f.Value), words(value)))
	}
	f.Was = &former{Value: f.Value, Until: at.UTC()}
	f.Value, f.Since, f.Other = value, at.UTC(), nil
	return news
}

// disputed takes in that resolvers say different things. Each value that is new is told once.
func (f *fact) disputed(s subject, views []View) (news []string) {
	for n, v := range views {
		k := key(v.Values)
		if _, told := f.Other[k]; told || slices.Equal(v.Values, f.Value) || s.accepted != nil && s.accepts(v.Values) {
			continue
		}
		if slices.ContainsFunc(views[:n], func(b View) bool { return slices.Equal(b.Values, v.Values) }) {
			continue
		}
		var here, there []string
		for _, b := range views {
			if slices.Equal(b.Values, v.Values) {
				here = append(here, b.Resolver)
			} else {
				there = append(there, b.Resolver+" says "+words(b.Values))
			}
		}
		if f.Other == nil {
			f.Other = map[string][]string{}
		}
		f.Other[k] = v.Values
		news = append(news, fmt.Sprintf("%s: %s → %s according to %s, while %s", s.name, words(f.Value), words(v.Values), strings.Join(here, ", "), strings.Join(there, ", ")))
	}
	return news
}

// accepts reports whether a value holds nothing but what the plan names, and not nothing.
func (s *subject) accepts(value []string) bool {
	return len(value) > 0 && !slices.ContainsFunc(value, func(v string) bool { return !slices.Contains(s.accepted, v) })
}

// most is the value that most say; of several, what is said first.
func most(views []View) []string {
	best, count := views[0].Values, 0
	for _, v := range views {
		n := 0
		for _, b := range views {
			if slices.Equal(v.Values, b.Values) {
				n++
			}
		}
		if n > count {
			best, count = v.Values, n
		}
	}
	return best
}

func key(value []string) string { return strings.Join(value, "\n") }

// mostListed is how many values a sentence lists.
const mostListed = 8

func words(value []string) string {
	if len(value) == 0 {
		return "nothing"
	}
	shown := make([]string, 0, len(value))
	for _, v := range value[:min(len(value), mostListed)] {
		shown = append(shown, clip(v))
	}
	if n := len(value) - mostListed; n > 0 {
		shown = append(shown, fmt.Sprintf("%d more", n))
	}
	return strings.Join(shown, ", ")
}
