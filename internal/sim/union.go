package sim

import (
	"slices"

	"tocsin/incident"
)

// silent holds a merged incident to being over: it says nothing to anybody, and nothing is due in it.
func (a *account) silent(h incident.Happened) error {
	if a.phase != incident.Merged {
		return nil
	}
	if m := messages(a.state, h.Event); len(m) > 0 {
		return breaks("merge", "it is merged, and says something to %s%s (%s)", m[0].person, m[0].channel, h.Event.Kind())
	}
	return nil
}

// unions holds merged incidents to those where they go on: each knows of the other, and none goes on in itself.
func (b *book) unions() error {
	for _, a := range b.order {
		if into := a.state.Into; into != nil {
			other := b.incidents[into.Incident]
			if other == nil || other.state.AbsorbedFrom(a.id) == nil {
				return breaks("merge", "%s is merged into %s, which does not know of it", a.id, into.Incident)
			}
		}
		for _, x := range a.state.Absorbed {
			other := b.incidents[x.Incident]
			if x.Released.IsZero() && (other == nil || other.state.Into == nil || other.state.Into.Incident != a.id) {
				return breaks("merge", "%s has taken in %s, which goes on elsewhere", a.id, x.Incident)
			}
		}
		if on := b.onward(a.id); slices.Contains(on[1:], a.id) {
			return breaks("merge", "%s goes on in itself, over %v", a.id, on)
		}
	}
	return nil
}

// onward lists an incident and those in which it goes on, one after the other; it ends where one comes again.
func (b *book) onward(id string) []string {
	list := []string{id}
	for {
		a := b.incidents[id]
		if a == nil || a.state.Into == nil {
			return list
		}
		id = a.state.Into.Incident
		if list = append(list, id); slices.Contains(list[:len(list)-1], id) {
			return list
		}
	}
}
