package incident

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/fault"
	"tocsin/plan"
)

// Posts reports whether Tocsin itself can post to a kind of channel; the others are posted by hand and recorded.
func Posts(kind string) bool { return kind == "email" || kind == "terminal" }

// owe begins the communications whose time starts at a moment.
func (d *decider) owe(moment string) {
	for _, c := range d.p.Communications {
		if !d.s.wants(c) || d.s.underWay(c) {
			continue
		}
		t := c.Timing
		switch {
		case t.Open && moment == momentDetection:
			sev, _ := d.p.Severity(d.s.Severity)
			d.oweFrom(c.ID, d.s.momentTime(momentDetection).Add(sev.RespondWithin.Or(15*time.Minute)))
		case t.Every > 0 && moment == momentValidation && !d.s.Phase.AtLeast(Resolved):
			d.oweAt(c.ID, d.now.Add(every(d.p, d.s, c)))
		case t.From == moment:
			d.oweFrom(c.ID, d.s.momentTime(moment).Add(time.Duration(t.After)))
		}
	}
}

// oweAnew begins and ends communications after the incident has changed: what concerns it now is owed from the moments that
// have passed, what no longer does is not owed.
func (d *decider) oweAnew() {
	d.endUpdates("It no longer concerns this incident.", func(c plan.Communication) bool { return !d.s.wants(c) })
	d.move()
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

// oweFrom owes a communication at a time that counts from a moment, at once if that has passed.
func (d *decider) oweFrom(communication string, due time.Time) {
	if due.Before(d.now) {
		due = d.now
	}
	d.oweAt(communication, due)
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
		return NotOwed(d.s, op.Update)
	}
	switch u.State {
	case Posted:
		if len(u.Waiting) > 0 {
			return d.passOn(u, op.ByHand, who)
		}
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
	if mute(d.p, c) {
		return fault.New(fault.Conflict, "Every channel of %s is distrusted.", c.Name).Instead("Tell people some other way, write into the timeline how, and waive the message.")
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
	if err := d.byHand(c, op.ByHand, op.Lost); err != nil {
		return err
	}
	link := strings.TrimSpace(op.Link)
	if link != "" {
		if err := checkLink(link); err != nil {
			return err
		}
	} else if c.Timing.Open {
		link = linkIn(text)
	}
	d.posted(c, u.ID, text, who, op.ByHand, op.Lost)
	if link != "" && link != d.s.Room() {
		d.pinned("", link)
	}
	return nil
}

// approvedText is the text of an update as it was approved last, to be posted by hand; empty if none was.
func (s *State) approvedText(u *Update) string {
	if x := s.decided(Subject{Kind: SubjectUpdate, Ref: u.ID}); x != nil && x.State == Met && u.State == Owed {
		return x.Text
	}
	return ""
}

// posted records an update as posted, sends it where Tocsin can, and owes the next one.
func (d *decider) posted(c plan.Communication, id, text, who string, byHand, lost []string) {
	e := EventUpdatePosted{ID: id, Text: text, By: who, ByHand: byHand, Postmortem: c.Postmortem}
	for _, ch := range outlets(d.p, c, lost) {
		if Posts(ch.Kind) {
			e.Deliveries = append(e.Deliveries, Post{Delivery: d.postDelivery(id, ch.ID), Channel: ch.ID, Kind: ch.Kind, To: ch.To})
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
	if u == nil || u.State != Owed || len(ByHand(d.p, d.s, u)) > 0 {
		return
	}
	if c, ok := d.p.Communication(u.Communication); ok && !mute(d.p, c) {
		d.posted(c, u.ID, x.Text, x.Proposer, nil, nil)
	}
}
