package target

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"tocsin/detect"
)

const (
	mostSeen = 2000 // entries of a feed that are remembered
	mostTold = 10   // new ones told one by one in a look
)

// feedMemory is what is remembered of a feed.
type feedMemory struct {
	Seen []string `json:"seen"` // entries by hash, the last seen last
}

func (l *look) feed() {
	l.failing("", l.sight.Blind, nil)
	if l.sight.Blind != "" {
		return
	}
	f := l.memory.Feed
	first := f == nil
	if first {
		f = &feedMemory{}
		l.memory.Feed = f
	}
	seen := make(map[string]bool, len(f.Seen))
	for _, h := range f.Seen {
		seen[h] = true
	}
	var fresh []Entry
	here := make([]string, 0, len(l.sight.Entries))
	for _, e := range slices.Backward(l.sight.Entries) { // oldest first
		h := e.hash()
		here = append(here, h)
		if !seen[h] && !first && l.target.speaks(e) {
			fresh = append(fresh, e)
		}
		seen[h] = true
	}
	f.remember(here)
	switch {
	case first && len(here) == 0:
		l.tell(detect.Observe, fmt.Sprintf("%s: %s is read from now on. It has no entries yet.", l.target.Name, l.target.Called))
	case first:
		l.tell(detect.Observe, fmt.Sprintf("%s: %s is read from now on. It has %s, the last of them %q.", l.target.Name, l.target.Called, counts(len(here), "entry", "entries"), clip(l.sight.Entries[0].Title)))
	}
	more := fresh[min(len(fresh), mostTold):]
	for _, e := range fresh[:len(fresh)-len(more)] {
		l.entry(e)
	}
	if len(more) > 0 {
		l.because(fmt.Sprintf("%s, the last of them %q", counts(len(more), "more new entry", "more new entries"), clip(more[len(more)-1].Title)))
	}
}

// entry tells of a new one. Its id is that of the entry: whoever reads it again finds the same.
func (l *look) entry(e Entry) {
	title, link := clip(e.Title), clip(Plain(e.Link))
	if title == "" {
		title = clip(e.Text)
	}
	why := fmt.Sprintf("a new entry: %q", title)
	if link != "" {
		why += ", " + link
	}
	l.add(l.id("entry "+e.hash()), l.target.Mode, l.target.say(map[string]string{"why": why, "title": title, "link": link}))
}

// hash is what an entry is remembered by.
func (e *Entry) hash() string {
	by := "id " + e.ID
	switch {
	case e.ID != "":
	case e.Link != "":
		by = "link " + e.Link
	default:
		by = "text " + e.Title + "\n" + e.Text
	}
	h := sha256.Sum256([]byte(by))
	return fmt.Sprintf("%x", h[:8])
}

// remember notes entries as seen, each once; what is no longer there is forgotten first.
func (f *feedMemory) remember(here []string) {
	now := make(map[string]bool, len(here))
	for _, h := range here {
		now[h] = true
	}
	before := slices.DeleteFunc(slices.Clone(f.Seen), func(h string) bool { return now[h] })
	order := slices.DeleteFunc(slices.Clone(f.Seen), func(h string) bool { return !now[h] })
	had := make(map[string]bool, len(order))
	for _, h := range order {
		had[h] = true
	}
	for _, h := range here {
		if !had[h] {
			had[h] = true
			order = append(order, h)
		}
	}
	f.Seen = append(before, order...)
	f.Seen = f.Seen[max(0, len(f.Seen)-mostSeen):]
}

// speaks reports whether an entry holds one of the words that are looked for.
func (t *Target) speaks(e Entry) bool {
	if len(t.words) == 0 {
		return true
	}
	all := strings.ToLower(e.Title + "\n" + e.Text)
	return slices.ContainsFunc(t.words, func(w string) bool { return strings.Contains(all, w) })
}
