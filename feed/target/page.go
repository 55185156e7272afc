package target

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	maxNews  = 8   // changes of a page that one finding lists
	maxHosts = 500 // of scripts that are remembered
)

// page is what is remembered of a page.
type page struct {
	Items    []seen      `json:"items"`
	Hosts    []string    `json:"hosts,omitempty"`    // that a script ever came from
	Volatile []string    `json:"volatile,omitempty"` // names of what differs at each answer
	Was      *formerPage `json:"was,omitempty"`
	Told     []string    `json:"told,omitempty"` // hosts that the plan does not accept, as told
}

// seen is one item, as it is remembered.
type seen struct {
	Kind  string `json:"kind"`
	Name  string `json:"name,omitempty"`
	Hash  string `json:"hash,omitempty"`
	Guard string `json:"guard,omitempty"`
}

// formerPage is the page before its last change.
type formerPage struct {
	Items []seen    `json:"items"`
	Until time.Time `json:"until"`
}

// inline is the kind of scripts that stand in the page itself.
const inline = "inline script"

// see takes in a page as it is served now.
func (p *page) see(t *Target, now *Page, at time.Time, first bool) (news []string) {
	if first {
		p.Volatile = now.Volatile
	}
	news = append(news, p.hosts(t, now, first)...)
	items := p.items(t, now)
	if first {
		p.Items = items
		return news
	}
	changes := p.changes(items, now)
	if len(changes) == 0 {
		p.Items = items // it may know more of them by now
		return news
	}
	if p.Was != nil && slices.Equal(items, p.Was.Items) {
		changes = append([]string{fmt.Sprintf("it is again as it was until %s", clock(p.Was.Until))}, changes...)
	}
	p.Was = &formerPage{Items: p.Items, Until: at.UTC()}
	p.Items = items
	return append(news, changes...)
}

// items are what is compared of a page. A script that could not be read this time counts as it was.
func (p *page) items(t *Target, now *Page) []seen {
	list := make([]seen, 0, len(now.Items))
	for _, i := range now.Items {
		s := seen{Kind: i.Kind, Name: i.Name, Hash: i.Hash, Guard: i.Guard}
		if i.Kind == inline {
			s.Name = ""
		}
		if p.varies(t, i.Kind, i.Name) {
			if i.Kind == inline {
				continue
			}
			s.Hash, s.Guard = "", ""
		} else if s.Hash == "" && i.Blind != "" {
			if n := slices.IndexFunc(p.Items, func(b seen) bool { return b.Kind == s.Kind && b.Name == s.Name }); n >= 0 {
				s.Hash = p.Items[n].Hash
			}
		}
		list = append(list, s)
	}
	slices.SortFunc(list, func(a, b seen) int { return strings.Compare(a.order(), b.order()) })
	return slices.Compact(list)
}

func (s *seen) order() string { return s.Kind + "\n" + s.Name + "\n" + s.Hash + "\n" + s.Guard }

// varies reports whether the content of an item may change: the plan says so, or it did within a moment.
func (p *page) varies(t *Target, kind, name string) bool {
	if kind == inline {
		name = "inline"
	}
	return slices.Contains(t.expect.volatile, name) || slices.Contains(p.Volatile, name)
}

// hosts tells of scripts that come from elsewhere than before, or than the plan accepts.
func (p *page) hosts(t *Target, now *Page, first bool) (news []string) {
	accepted, strict := t.expect.accepted["hosts"]
	var beyond []string
	for _, i := range now.Items {
		if i.Host == "" || i.Kind != "script" && i.Kind != "worker" {
			continue
		}
		known := slices.Contains(p.Hosts, i.Host)
		if !known && len(p.Hosts) < maxHosts {
			p.Hosts = append(p.Hosts, i.Host)
		}
		switch {
		case strict && !slices.Contains(accepted, i.Host):
			if !slices.Contains(beyond, i.Host) && !slices.Contains(p.Told, i.Host) {
				news = append(news, fmt.Sprintf("a script comes from %s, which the plan does not name: %s", clip(i.Host), clip(i.Name)))
			}
			beyond = append(beyond, i.Host)
		case !strict && !known && !first:
			news = append(news, fmt.Sprintf("a script comes from %s, a host never seen before: %s", clip(i.Host), clip(i.Name)))
		}
	}
	slices.Sort(beyond)
	p.Told = slices.Compact(beyond)
	return news
}

// changes says what differs from the page before.
func (p *page) changes(items []seen, now *Page) (news []string) {
	has := func(list []seen, s seen) bool { return slices.Contains(list, s) }
	same := func(list []seen, s seen) int {
		return slices.IndexFunc(list, func(b seen) bool { return b.Kind == s.Kind && b.Name == s.Name && s.Kind != inline })
	}
	for _, s := range items {
		if has(p.Items, s) {
			continue
		}
		if n := same(p.Items, s); n >= 0 && s.Kind == "script" {
			b := p.Items[n]
			switch {
			case b.Hash != s.Hash && b.Hash != "" && s.Hash != "":
				news = append(news, fmt.Sprintf("the script %s changed: sha256 %s → %s", clip(s.Name), short(b.Hash), short(s.Hash)))
			case b.Guard != s.Guard:
				news = append(news, fmt.Sprintf("the integrity of the script %s: %s → %s", clip(s.Name), guard(b.Guard), guard(s.Guard)))
			}
			continue
		}
		news = append(news, "new: "+describe(s, now))
	}
	for _, b := range p.Items {
		if has(items, b) || b.Kind == "script" && same(items, b) >= 0 {
			continue
		}
		news = append(news, "gone: "+describe(b, nil))
	}
	return news
}

// describe is one item in words.
func describe(s seen, now *Page) string {
	switch s.Kind {
	case "script", "worker":
		return s.Kind + " " + clip(s.Name)
	case inline:
		say := "inline script, sha256 " + short(s.Hash)
		if now != nil {
			for _, i := range now.Items {
				if i.Kind == inline && i.Hash == s.Hash {
					return fmt.Sprintf("%s, begins %q", say, clip(i.Begin))
				}
			}
		}
		return say
	case "policy":
		return "content security policy " + clip(s.Name)
	case "form":
		return "form that sends to " + clip(s.Name)
	case "refresh":
		return "redirection to " + clip(s.Name)
	default:
		return s.Kind + " " + clip(s.Name)
	}
}

func short(hash string) string { return hash[:min(len(hash), 12)] }

func guard(s string) string {
	if s == "" {
		return "none"
	}
	return clip(s)
}
