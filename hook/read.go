package hook

import (
	"fmt"
	"time"
)

// Most is the largest number of findings that one body makes; what is more of them is summed up in the last.
const Most = 100

// sameWithin is how long the same words without an id of their own count as the same alert.
const sameWithin = Skew

// Read makes findings of a body. Its errors are faults of code invalid, for bodies that are not what the source sends; a body
// that is makes findings, whatever it lacks.
func (h *Hook) Read(header Header, body []byte, now time.Time) (Message, error) {
	items, err := h.open(header, body)
	if err != nil {
		return Message{}, err
	}
	var m Message
	var from, until time.Time // when what is over was resolved
	seen, more := map[standing]bool{}, []string(nil)
	for _, it := range items {
		r := &reading{hook: h, item: it, now: now.UTC().Truncate(time.Microsecond)}
		if it.note != "" {
			r.tell("%s", it.note)
		}
		f, over := r.finding()
		if at := (standing{f.ID, over}); seen[at] {
			continue
		} else {
			seen[at] = true
		}
		if over {
			m.Resolved = append(m.Resolved, f.ID)
			if at := r.ended(); from.IsZero() || at.Before(from) {
				from = at
			}
			if at := r.ended(); at.After(until) {
				until = at
			}
			continue
		}
		if len(m.Findings) < Most {
			m.Findings = append(m.Findings, f)
			continue
		}
		more = append(more, f.ID)
	}
	if len(more) > 0 {
		r := &reading{hook: h, now: now.UTC().Truncate(time.Microsecond)}
		last := m.Findings[Most-1]
		r.item.extra = &extra{say: fmt.Sprintf("%d more alerts stood in the same message; look at them there", len(more)+1), parts: append([]string{"more", last.ID}, more...)}
		m.Findings[Most-1], _ = r.finding()
	}
	if len(m.Resolved) > 0 {
		m.Why = h.from() + " says that it was resolved at " + clock(until) + "."
		if !from.Equal(until) {
			m.Why = fmt.Sprintf("%s says that it was resolved between %s and %s.", h.from(), clock(from), clock(until))
		}
	}
	return m, nil
}

// standing is what a body says of an alert. Where it says both, the alarm counts.
type standing struct {
	id   string
	over bool
}

// from is who reports, as a sentence begins.
func (h *Hook) from() string {
	if h.source.name == "" || h.source.name == "CloudEvents" {
		return h.detector.Name
	}
	return h.source.name
}
