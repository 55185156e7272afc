package incident

import (
	"fmt"
	"slices"
	"strings"

	"tocsin/fault"
	"tocsin/plan"
)

// backup is the channel that takes the place of others of a communication that cannot be used; false if there is none.
func backup(p *plan.Plan, c plan.Communication, lost []string) (plan.Channel, bool) {
	ch, ok := p.Channel(c.Backup)
	return ch, ok && !slices.Contains(lost, ch.ID)
}

// outlets lists where a communication goes when some of its channels cannot be used: the others, and its backup.
func outlets(p *plan.Plan, c plan.Communication, lost []string) []plan.Channel {
	list := channelsOf(p, c)
	n := len(list)
	list = slices.DeleteFunc(list, func(ch plan.Channel) bool { return slices.Contains(lost, ch.ID) })
	b, ok := backup(p, c, lost)
	if len(list) < n && ok && !slices.ContainsFunc(list, func(ch plan.Channel) bool { return ch.ID == b.ID }) {
		list = append(list, b)
	}
	return list
}

// byHand checks that the person has posted wherever Tocsin cannot, so that nothing is taken for said that was not.
func (d *decider) byHand(c plan.Communication, posted, lost []string) error {
	all := channelsOf(d.p, c)
	for _, id := range lost {
		if !slices.ContainsFunc(all, func(ch plan.Channel) bool { return ch.ID == id }) && id != c.Backup {
			return fault.New(fault.Invalid, "%s does not go to the channel %q.", c.Name, id)
		}
	}
	to := outlets(d.p, c, lost)
	if len(to) == 0 && len(all) > 0 {
		return fault.New(fault.Invalid, "The plan names no other way for %s.", c.Name).Instead("Tell people some other way, write into the timeline how, and waive the message.")
	}
	for _, id := range posted {
		if !slices.ContainsFunc(to, func(ch plan.Channel) bool { return ch.ID == id }) {
			return fault.New(fault.Invalid, "%s does not go to the channel %q.", c.Name, id)
		}
	}
	var missing []string
	for _, ch := range to {
		if !Posts(ch.Kind) && !slices.Contains(posted, ch.ID) {
			missing = append(missing, ch.Name)
		}
	}
	if len(missing) > 0 {
		return fault.New(fault.Invalid, "Tocsin cannot post to %s.", strings.Join(missing, ", ")).Instead("Post the text there yourself, then say that you have.")
	}
	return nil
}

// ByHand lists the channels of an update that a person has to post to: those that Tocsin cannot or could not post to.
func ByHand(p *plan.Plan, s *State, u *Update) []plan.Channel {
	p = s.trusted(p)
	c, _ := p.Communication(u.Communication)
	if u.State != Posted {
		return slices.DeleteFunc(channelsOf(p, c), func(ch plan.Channel) bool { return Posts(ch.Kind) })
	}
	var list []plan.Channel
	for _, id := range u.Waiting {
		ch, ok := p.Channel(id)
		if !ok {
			ch = plan.Channel{ID: id, Name: id}
		}
		list = append(list, ch)
	}
	return list
}

// Backup is the channel that an update goes over when one of its own cannot be used; false if the plan names none.
func Backup(p *plan.Plan, u *Update) (plan.Channel, bool) {
	c, _ := p.Communication(u.Communication)
	return backup(p, c, nil)
}

func (d *decider) postDelivery(update, channel string) string {
	return fmt.Sprintf("%s/update/%s/%s", d.s.ID, update, channel)
}

// reroute sends an update whose message reached nobody over the backup, or leaves it to somebody to pass it on by hand.
func (d *decider) reroute(delivery string) {
	for _, u := range d.s.Updates {
		if u.State != Posted {
			continue
		}
		c, _ := d.p.Communication(u.Communication)
		b, ok := backup(d.p, c, nil)
		for _, ch := range append(channelsOf(d.p, c), b) {
			if ch.ID == "" || d.postDelivery(u.ID, ch.ID) != delivery {
				continue
			}
			to := d.postDelivery(u.ID, b.ID)
			e := EventUpdateRerouted{ID: u.ID, From: ch.ID, Channel: ch.ID}
			used := b.ID == ch.ID || d.s.call(to) != nil || slices.Contains(u.ByHand, b.ID) || slices.Contains(u.Waiting, b.ID)
			if ok && !used {
				e.Channel = b.ID
				if Posts(b.Kind) {
					e.Delivery, e.Contact, e.To = to, b.Kind, b.To
				}
			}
			if e.Delivery == "" && (d.s.Phase.Over() || e.Channel == ch.ID && d.heard(&u, delivery)) {
				return // nobody is there any more, or it was heard over another channel
			}
			d.emit(e)
			return
		}
	}
}

// heard reports whether an update went out over another channel than one, or is on its way there.
func (d *decider) heard(u *Update, delivery string) bool {
	c, _ := d.p.Communication(u.Communication)
	if len(u.ByHand) > 0 {
		return true
	}
	b, _ := backup(d.p, c, nil)
	for _, ch := range append(channelsOf(d.p, c), b) {
		id := d.postDelivery(u.ID, ch.ID)
		if x := d.s.call(id); ch.ID != "" && id != delivery && x != nil && x.Outcome != callFailed {
			return true
		}
	}
	return false
}

// passOn records that somebody posted by hand what Tocsin could not.
func (d *decider) passOn(u *Update, posted []string, who string) error {
	for _, ch := range ByHand(d.p, d.s, u) {
		if !slices.Contains(posted, ch.ID) {
			return fault.New(fault.Invalid, "Tocsin could not post it to %s.", ch.Name).Instead("Post the text there yourself or pass it on some other way, then say that you have.")
		}
	}
	d.emit(EventUpdatePassedOn{ID: u.ID, By: who, Channels: slices.Clone(u.Waiting)})
	return nil
}
