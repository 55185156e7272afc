package incident

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/fault"
	"tocsin/journal"
	"tocsin/plan"
)

// Posts reports whether Tocsin itself can post to a kind of channel; the others are posted by hand and recorded.
func Posts(kind string) bool { return kind == "email" || kind == "terminal" }

// concerns reports whether a communication is for this incident.
func concerns(c plan.Communication, s *State) bool {
	return applies(c.Categories, s.Category) && applies(c.Severities, s.Severity) && applies(c.Issues, s.Issue)
}

// owe begins the communications whose time starts at a moment.
func (d *decider) owe(moment string) {
	for _, c := range d.p.Communications {
		if !concerns(c, d.s) || d.s.underWay(c) {
			continue
		}
		t := c.Timing
		switch {
		case t.Open && moment == momentDetection:
			sev, _ := d.p.Severity(d.s.Severity)
			d.oweAt(c.ID, d.now.Add(sev.RespondWithin.Or(15*time.Minute)))
		case t.Every > 0 && moment == momentValidation && !d.s.Phase.AtLeast(Resolved):
			d.oweAt(c.ID, d.now.Add(every(d.p, d.s, c)))
		case t.From == moment:
			d.oweAt(c.ID, d.now.Add(time.Duration(t.After)))
		}
	}
}

// oweAnew begins and ends communications after the incident has changed: what concerns it now is owed from the moments that
// have passed, what no longer does is not owed.
func (d *decider) oweAnew() {
	d.endUpdates("It no longer concerns this incident.", func(c plan.Communication) bool { return !concerns(c, d.s) })
	d.owe(momentDetection)
	for _, m := range []struct {
		moment string
		phase  Phase
	}{{momentValidation, Validated}, {momentContainment, Contained}, {momentResolution, Resolved}} {
		if d.s.Phase.AtLeast(m.phase) {
			d.owe(m.moment)
		}
	}
}

// every is how often a communication is owed; a severity may want its responders and colleagues told more often.
func every(p *plan.Plan, s *State, c plan.Communication) time.Duration {
	t := time.Duration(c.Timing.Every)
	if sev, ok := p.Severity(s.Severity); ok && sev.UpdateEvery > 0 && (c.Audience == "internal" || c.Audience == "responders") {
		t = min(t, time.Duration(sev.UpdateEvery))
	}
	return t
}

// underWay reports whether a communication is owed already, or was posted and is not owed again.
func (s *State) underWay(c plan.Communication) bool {
	return slices.ContainsFunc(s.Updates, func(u Update) bool {
		return u.Communication == c.ID && (u.State == Owed || u.State == Asked || u.State == Posted && c.Timing.Every == 0)
	})
}

func (d *decider) oweAt(communication string, due time.Time) {
	n := 1
	for _, u := range d.s.Updates {
		if u.Communication == communication {
			n++
		}
	}
	d.emit(EventUpdateOwed{ID: fmt.Sprintf("%s-%d", communication, n), Communication: communication, Number: n, Due: due})
}

func (d *decider) endUpdates(why string, which func(plan.Communication) bool) {
	for _, u := range d.s.Updates {
		if u.State != Owed && u.State != Asked {
			continue
		}
		if c, ok := d.p.Communication(u.Communication); !ok || which(c) {
			if x := d.s.decided(Subject{Kind: SubjectUpdate, Ref: u.ID}); x != nil && x.State == Open {
				d.emit(EventDecisionSettled{Decision: x.ID, State: Withdrawn, Say: "The update is no longer owed."})
			}
			d.emit(EventUpdateEnded{ID: u.ID, Why: why})
		}
	}
}

func (d *decider) post(op OpPost) error {
	who, err := d.responder()
	if err != nil {
		return err
	}
	u := d.s.Update(op.Update)
	if u == nil {
		return fault.New(fault.NotFound, "No update %q is owed.", op.Update)
	}
	switch u.State {
	case Posted:
		return fault.New(fault.Conflict, "%s posted it at %s.", NameOf(d.p, u.By), clock(u.Posted))
	case Ended:
		return fault.New(fault.Conflict, "It is no longer owed.")
	case Asked:
		return fault.New(fault.Conflict, "Its approval has been asked for; it is posted once it is approved.")
	}
	c, ok := d.p.Communication(u.Communication)
	if !ok {
		return fault.New(fault.NotFound, "The plan no longer names the communication %q.", u.Communication)
	}
	approved := d.s.approvedText(u)
	text, err := words(op.Text, "text of the update", approved == "")
	if err != nil {
		return err
	}
	if text == "" {
		text = approved
	}
	if c.Approval != "" && text != approved {
		pd, ok := d.p.Decision(c.Approval)
		if !ok {
			return fault.New(fault.Invalid, "The plan names no decision %q, which %s needs.", c.Approval, c.Name)
		}
		if len(op.ByHand) > 0 {
			return fault.New(fault.Forbidden, "%s needs the decision %s before it is posted.", c.Name, pd.Name).Instead("Ask for it without posting; post by hand once it is met.")
		}
		return d.openDecision(pd, Subject{Kind: SubjectUpdate, Ref: u.ID}, text, who)
	}
	if err := d.byHand(c, op.ByHand); err != nil {
		return err
	}
	d.posted(c, u.ID, text, who, op.ByHand)
	return nil
}

// approvedText is the text of an update as it was approved last, to be posted by hand; empty if none was.
func (s *State) approvedText(u *Update) string {
	if x := s.decided(Subject{Kind: SubjectUpdate, Ref: u.ID}); x != nil && x.State == Met && u.State == Owed {
		return x.Text
	}
	return ""
}

// byHand checks that the person has posted wherever Tocsin cannot, so that nothing is taken for said that was not.
func (d *decider) byHand(c plan.Communication, posted []string) error {
	for _, id := range posted {
		if !slices.ContainsFunc(channelsOf(d.p, c), func(ch plan.Channel) bool { return ch.ID == id }) {
			return fault.New(fault.Invalid, "%s does not go to the channel %q.", c.Name, id)
		}
	}
	var missing []string
	for _, ch := range channelsOf(d.p, c) {
		if !Posts(ch.Kind) && !slices.Contains(posted, ch.ID) {
			missing = append(missing, ch.Name)
		}
	}
	if len(missing) > 0 {
		return fault.New(fault.Invalid, "Tocsin cannot post to %s.", strings.Join(missing, ", ")).Instead("Post the text there yourself, then say that you have.")
	}
	return nil
}

// channelsOf lists the channels that a communication goes to.
func channelsOf(p *plan.Plan, c plan.Communication) []plan.Channel {
	var list []plan.Channel
	for _, id := range append([]string{c.Channel}, c.Also...) {
		if ch, ok := p.Channel(id); ok {
			list = append(list, ch)
		}
	}
	return list
}

// ByHand lists the channels of an update that a person has to post to.
func ByHand(p *plan.Plan, u *Update) []plan.Channel {
	c, _ := p.Communication(u.Communication)
	return slices.DeleteFunc(channelsOf(p, c), func(ch plan.Channel) bool { return Posts(ch.Kind) })
}

// posted records an update as posted, sends it where Tocsin can, and owes the next one.
func (d *decider) posted(c plan.Communication, id, text, who string, byHand []string) {
	e := EventUpdatePosted{ID: id, Text: text, By: who, ByHand: byHand, Postmortem: c.Postmortem}
	for _, ch := range channelsOf(d.p, c) {
		if Posts(ch.Kind) {
			e.Deliveries = append(e.Deliveries, Post{Delivery: fmt.Sprintf("%s/update/%s/%s", d.s.ID, id, ch.ID), Channel: ch.ID, Kind: ch.Kind, To: ch.To})
		}
		e.Public = e.Public || ch.Public
	}
	d.emit(e)
	if c.Timing.Every > 0 && !d.s.Phase.AtLeast(Resolved) {
		d.oweAt(c.ID, d.now.Add(every(d.p, d.s, c)))
	}
}

// postDecided posts an update as soon as its approval has been given; one that goes where Tocsin cannot post waits for
// somebody to do it.
func (d *decider) postDecided(x Decision) {
	u := d.s.Update(x.Subject.Ref)
	if u == nil || u.State != Owed || len(ByHand(d.p, u)) > 0 {
		return
	}
	if c, ok := d.p.Communication(u.Communication); ok {
		d.posted(c, u.ID, x.Text, x.Proposer, nil)
	}
}

// tickUpdates reminds whoever is responsible for an update that is due. Before containment nobody is rung for it: the
// reminder stands on the screen.
func (d *decider) tickUpdates() {
	for _, u := range d.s.Updates {
		if u.State != Owed || u.Reminded || d.now.Before(u.Due) {
			continue
		}
		e := EventUpdateReminded{ID: u.ID}
		c, _ := d.p.Communication(u.Communication)
		if who := responsible(d.p, d.s, c, d.now); d.s.Phase.AtLeast(Contained) && who != "" {
			if ways := ladder(d.p, who); len(ways) > 0 {
				e.Person, e.Contact, e.To = who, ways[0].Kind, journal.Personal(ways[0].To)
				e.Delivery = fmt.Sprintf("%s/reminder/%s", d.s.ID, u.ID)
			}
		}
		d.emit(e)
	}
}

// responsible is who owes a communication: the person named, the holder of the role, somebody present who may hold it, the
// incident manager.
func responsible(p *plan.Plan, s *State, c plan.Communication, now time.Time) string {
	if _, ok := p.Person(c.Responsible); ok {
		return c.Responsible
	}
	if h := s.Holder(c.Responsible); h != "" {
		return h
	}
	if r, ok := p.Role(c.Responsible); ok && len(r.Holders) > 0 {
		for _, who := range p.Holders(r.ID, now) {
			if s.here(who) {
				return who
			}
		}
		if h := p.Holders(r.ID, now); len(h) > 0 {
			return h[0]
		}
	}
	if m := p.Members(c.Responsible, now); len(m) > 0 && s.Holder(RoleIncidentManager) == "" {
		return m[0]
	}
	return s.Holder(RoleIncidentManager)
}

func updateTimes(s *State) []time.Time {
	var ts []time.Time
	for _, u := range s.Updates {
		if u.State == Owed && !u.Reminded {
			ts = append(ts, u.Due)
		}
	}
	return ts
}
