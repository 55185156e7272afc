package incident

import (
	"strings"

	"tocsin/fault"
	"tocsin/journal"
)

// maxPins is how many links may be pinned.
const maxPins = 20

func (d *decider) pin(op OpPin) error {
	if _, err := d.responder(); err != nil {
		return err
	}
	name, err := words(op.Name, "name", false)
	if err != nil {
		return err
	}
	if len(name) > maxTitle {
		return fault.New(fault.Invalid, "The name is longer than %d characters.", maxTitle)
	}
	link := strings.TrimSpace(op.Link)
	if err := checkLink(link); err != nil {
		return err
	}
	old := find(d.s.Pins, func(p *Pin) bool { return p.Name == name })
	if old != nil && old.Link == link {
		return fault.New(fault.Conflict, "%s pinned that at %s.", NameOf(d.p, old.By), clock(old.At))
	}
	if old == nil && len(d.s.Pins) >= maxPins {
		return fault.New(fault.Conflict, "%d links are pinned already.", maxPins).Instead("Pin it under the name of one that is no longer of use.")
	}
	d.pinned(name, link)
	return nil
}

func (d *decider) pinned(name, link string) {
	d.emit(EventPinned{Name: name, Link: journal.Personal(link), By: d.cmd.Actor.ID})
}

// linkIn is the first link in a text, "" if there is none.
func linkIn(text string) string {
	for _, w := range strings.Fields(text) {
		w = strings.Trim(w, "()[]<>\"'.,;!?")
		if checkLink(w) == nil {
			return w
		}
	}
	return ""
}
