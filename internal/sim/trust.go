package sim

import (
	"encoding/json"
	"slices"
	"strings"

	"tocsin/incident"
	"tocsin/journal"
)

// trust is whom and what an incident's events say is not to be trusted in it.
type trust struct {
	hidden []string        // persons from whom it is hidden
	things map[string]bool // that are distrusted, as "KIND REF"
}

func newTrust() trust { return trust{things: map[string]bool{}} }

// whole reports whether everybody and everything is trusted.
func (t *trust) whole() bool { return len(t.hidden)+len(t.things) == 0 }

// out reports whether somebody has no part in the incident.
func (t *trust) out(who string) bool {
	return slices.Contains(t.hidden, who) || t.things[incident.DistrustPerson+" "+who]
}

// unusable says what of a way is distrusted, empty if nothing is.
func (t *trust) unusable(channel, kind, to string) string {
	_, host, _ := strings.Cut(to, "@")
	for _, thing := range []string{
		incident.DistrustChannel + " " + channel, incident.DistrustChannel + " " + kind, incident.DistrustAccount + " " + to, incident.DistrustHost + " " + host,
	} {
		if t.things[thing] {
			return thing
		}
	}
	return ""
}

// note takes note of what an event says of trust; false if it says nothing.
func (t *trust) note(e incident.Event) bool {
	switch e := e.(type) {
	case incident.EventRestricted:
		t.hidden = append(t.hidden, e.Hide...)
	case incident.EventRevealed:
		t.hidden = slices.DeleteFunc(t.hidden, func(who string) bool { return who == e.Person })
	case incident.EventDistrusted:
		t.things[e.What+" "+string(e.Ref)] = true
	case incident.EventTrusted:
		delete(t.things, e.What+" "+string(e.Ref))
	default:
		return false
	}
	return true
}

// read holds an event to whom and what is not trusted: who is out acts on nothing and is called about nothing, and nothing
// goes over a way that is in wrong hands.
func (t *trust) read(s *incident.State, h incident.Happened) error {
	if t.note(h.Event) {
		return nil
	}
	if h.Actor.Kind == journal.Person && t.out(h.Actor.ID) {
		return breaks("hidden", "the incident is hidden from %s, who acts (%s)", h.Actor.ID, h.Event.Kind())
	}
	for _, m := range messages(s, h.Event) {
		if t.out(m.person) {
			return breaks("hidden", "the incident is hidden from %s, who is called (%s)", m.person, h.Event.Kind())
		}
		if thing := t.unusable(m.channel, m.kind, m.to); thing != "" {
			return breaks("distrust", "the %s is distrusted, and %s goes over it", thing, h.Event.Kind())
		}
	}
	return nil
}

// message is what an event says to somebody, or over a channel.
type message struct{ person, channel, kind, to string }

func messages(s *incident.State, e incident.Event) (list []message) {
	rings := func(calls []incident.Ring) {
		for _, c := range calls {
			list = append(list, message{person: c.Person, kind: c.Contact, to: string(c.To)})
		}
	}
	posts := func(posts []incident.Post) {
		for _, p := range posts {
			list = append(list, message{channel: p.Channel, kind: p.Kind, to: p.To})
		}
	}
	switch e := e.(type) {
	case incident.EventPageRequested:
		list = append(list, message{person: e.Person})
	case incident.EventPageRung:
		i := slices.IndexFunc(s.Pages, func(p incident.Page) bool { return p.ID == e.Page })
		list = append(list, message{person: s.Pages[i].Person, kind: e.Contact, to: string(e.To)})
	case incident.EventUpdateReminded:
		list = append(list, message{person: e.Person, kind: e.Contact, to: string(e.To)})
	case incident.EventUpdateSoon:
		rings(e.Calls)
	case incident.EventSentAnyway:
		rings(e.Calls)
	case incident.EventWithdrawn:
		rings(e.Calls)
	case incident.EventOverride:
		rings(e.Calls)
	case incident.EventUpdateMissed:
		rings(e.Calls)
	case incident.EventStepOverdue:
		rings(e.Calls)
	case incident.EventUpdatePosted:
		posts(e.Deliveries)
	case incident.EventUpdateRerouted:
		if e.Delivery != "" {
			list = append(list, message{channel: e.Channel, kind: e.Contact, to: e.To})
		}
	case incident.EventNobody:
		posts(e.Deliveries)
	}
	return list
}

// shown holds what is shown of an incident to those from whom it is hidden: nothing.
func (a *account) shown(summary []byte) error {
	if a.trust.whole() {
		return nil
	}
	var list incident.Summary
	if err := json.Unmarshal(summary, &list); err != nil {
		return err
	}
	for _, x := range a.world.ground.people {
		if !a.trust.out(x) {
			continue
		}
		if list.Sees(x) || a.state.Sees(x) {
			return breaks("hidden", "the incident is hidden from %s, and shown to them", x)
		}
		if todo := incident.Todo(a.plan(), a.state, x, a.world.now); len(todo) > 0 {
			return breaks("hidden", "the incident is hidden from %s, who is to %s", x, todo[0].Kind)
		}
	}
	return nil
}
