package sim

import (
	"tocsin/incident"
	"tocsin/journal"
)

// cast is who is there and who holds what, counted from the events alone.
type cast struct {
	present map[string]bool
	holders map[string]string // role → person
}

func newCast() cast { return cast{present: map[string]bool{}, holders: map[string]string{}} }

// read holds an event to what roles are: nobody takes one from somebody who is there but by doing so.
func (c *cast) read(phase incident.Phase, h incident.Happened) error {
	switch e := h.Event.(type) {
	case incident.EventAnswered:
		c.present[e.Person] = e.Answer != incident.Cannot
	case incident.EventLeft:
		c.present[e.Person] = false
	case incident.EventWentQuiet:
		c.present[e.Person] = false
	case incident.EventRestricted:
		for _, who := range e.Hide {
			c.present[who] = false
		}
	case incident.EventDistrusted:
		if e.What == incident.DistrustPerson {
			c.present[string(e.Ref)] = false
		}
	case incident.EventReopened:
		if phase != incident.Contained {
			clear(c.present)
			clear(c.holders)
		}
	case incident.EventRoleTaken:
		if before := c.holders[e.Role]; before != e.Person && c.present[before] && (h.Actor.Kind != journal.Person || h.Actor.ID != e.Person) {
			return breaks("role", "%s is given the role %s while %s is there, who holds it", e.Person, e.Role, before)
		}
		delete(c.holders, e.Role)
		if e.Person != "" {
			c.holders[e.Role] = e.Person
		}
	}
	return nil
}

// check holds the state to it: each role is held once, by somebody who is there.
func (c *cast) check(s *incident.State) error {
	if len(s.Roles) != len(c.holders) {
		return breaks("role", "%d roles are held, and %d have been taken", len(s.Roles), len(c.holders))
	}
	for _, r := range s.Roles {
		if c.holders[r.Role] != r.Person {
			return breaks("role", "%s holds the role %s, which %s has taken", r.Person, r.Role, c.holders[r.Role])
		}
		if !c.present[r.Person] && s.Phase != incident.Merged { // it may be hidden by merging; nobody leads it any more
			return breaks("role", "%s holds the role %s, and is not there", r.Person, r.Role)
		}
	}
	return nil
}
