// Package deliver carries what is addressed to people: pages, reminders and updates. It puts an incident into the words of
// a message, hands the message to the channel of its kind, and says what became of it. Which call is made when, the
// incident decides; here a call that fails for a passing reason is only tried again while it may still be of use.
package deliver

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"tocsin/engine"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/notify"
)

// Options are what a deliverer is made of.
type Options struct {
	BaseURL  func() string    // where people reach the console, without a slash at its end; nil or empty: messages have no links
	Channels []notify.Channel // one per kind; the first of a kind counts
	Now      func() time.Time // nil: time.Now
	Logger   *slog.Logger     // nil: none
}

// Deliverer is the engine.Carrier of pages, reminders and updates. It is safe for concurrent use.
type Deliverer struct {
	base     func() string
	channels map[string]notify.Channel
	now      func() time.Time
	log      *slog.Logger
}

var _ engine.Carrier = (*Deliverer)(nil)

// New returns a deliverer over some channels.
func New(o Options) *Deliverer {
	d := &Deliverer{base: o.BaseURL, channels: map[string]notify.Channel{}, now: o.Now, log: o.Logger}
	for _, c := range o.Channels {
		if _, ok := d.channels[c.Kind()]; !ok {
			d.channels[c.Kind()] = c
		}
	}
	if d.base == nil {
		d.base = func() string { return "" }
	}
	if d.now == nil {
		d.now = time.Now
	}
	if d.log == nil {
		d.log = slog.New(slog.DiscardHandler)
	}
	return d
}

// timeout bounds one try.
const timeout = 20 * time.Second

// Carry delivers one parcel.
func (d *Deliverer) Carry(ctx context.Context, p engine.Parcel) engine.Outcome {
	if p.Dispatch.Kind == incident.DispatchWord {
		return d.word(ctx, p)
	}
	v, err := p.View(ctx)
	if err != nil {
		if fault.Is(err, fault.NotFound) {
			return engine.Outcome{State: engine.Failed, Say: "The incident it belongs to is not known here."}
		}
		d.log.Error("look at the incident of a delivery", "delivery", p.ID, "err", err)
		return engine.Outcome{State: engine.Again, Say: "The incident could not be looked at.", After: wait(p.Attempt)}
	}
	out := d.deliver(ctx, v, p.Dispatch, p.Attempt)
	if out.State != engine.Landed {
		d.log.Warn("delivery", "delivery", p.ID, "kind", p.Dispatch.Kind, "by", p.Dispatch.Contact, "attempt", p.Attempt, "state", out.State, "say", out.Say)
	}
	return out
}

// deliver makes one try.
func (d *Deliverer) deliver(ctx context.Context, v *engine.View, dp incident.Dispatch, attempt int) engine.Outcome {
	if say := unwanted(v, dp); say != "" {
		return engine.Outcome{State: engine.Failed, Say: say}
	}
	if outward(v, dp) {
		return engine.Outcome{State: engine.Landed, Say: "It was not sent: an exercise says nothing to anybody outside the team."}
	}
	channel, ok := d.channels[dp.Contact]
	if !ok {
		return engine.Outcome{State: engine.Failed, Say: "No channel for " + kindName(dp.Contact) + " is set up."}
	}
	w := words{plan: v.Plan, state: v.State, base: d.base(), now: v.State.Now(d.now()), sent: d.now()}
	m, ok := w.message(dp)
	if !ok {
		return engine.Outcome{State: engine.Failed, Say: "What it should say is not known here."}
	}
	sctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	out := channel.Send(sctx, m)
	switch out.State {
	case notify.Landed:
		return engine.Outcome{State: engine.Landed, Say: out.Say}
	case notify.Unknown:
		return engine.Outcome{State: engine.Unknown, Say: out.Say}
	}
	if pause := wait(attempt); out.Retry && attempt < mostAttempts && v.State.Now(d.now().Add(pause)).Before(end(v, dp)) {
		return engine.Outcome{State: engine.Again, Say: out.Say, After: pause}
	}
	return engine.Outcome{State: engine.Failed, Say: out.Say}
}

// outward reports whether a message of an exercise would reach others than the team: nothing is sent then, and all goes on as if it
// had been.
func outward(v *engine.View, dp incident.Dispatch) bool {
	if v.State.Exercise == nil || dp.Kind != incident.DispatchUpdate {
		return false
	}
	ch, ok := v.Plan.Channel(dp.Channel)
	if !ok || ch.Public {
		return true
	}
	u := v.State.Update(dp.Update)
	if u == nil {
		return true
	}
	c, ok := v.Plan.Communication(u.Communication)
	return !ok || c.Audience != "" && c.Audience != "responders" && c.Audience != "internal"
}

// unwanted says why a message need no longer be sent, or nothing.
func unwanted(v *engine.View, dp incident.Dispatch) string {
	if c := v.State.Clock(); c != nil && c.Speed == 0 {
		return "It was not sent: the exercise stands still."
	}
	switch dp.Kind {
	case incident.DispatchPage:
		if v.State.Phase.Over() {
			return "It was not sent any more: the incident is over."
		}
		for _, pg := range v.State.Pages {
			if pg.ID == dp.Page && pg.State == incident.Answered {
				return "It was not sent any more: " + incident.NameOf(v.Plan, dp.Person) + " has answered."
			}
		}
	case incident.DispatchAlarm:
		if v.State.Phase.Over() || slices.ContainsFunc(v.State.Answers, func(a incident.Answer) bool { return a.Comes() }) {
			return "It was not sent any more: somebody has come, or the incident is over."
		}
	case incident.DispatchReminder:
		if u := v.State.Update(dp.Update); u != nil && u.State != incident.Owed && u.State != incident.Asked {
			return "It was not sent any more: the update is no longer owed."
		}
	case incident.DispatchOverdue:
		if st := v.State.Step(dp.Step).State; v.State.Phase.Over() || st == incident.Done || st == incident.Skipped {
			return "It was not sent any more: the step has ended."
		}
	}
	return ""
}

// mostAttempts bounds the tries of one message, whatever the clock says.
const mostAttempts = 10

// noticeLife is how long a reminder or an update is worth trying.
const noticeLife = 15 * time.Minute

// wait is how long to wait after an attempt that failed, counted from 1.
func wait(attempt int) time.Duration {
	switch {
	case attempt <= 1:
		return 2 * time.Second
	case attempt == 2:
		return 5 * time.Second
	case attempt == 3:
		return 15 * time.Second
	default:
		return 30 * time.Second
	}
}

// end is until when a message is worth trying again: a call until the next one is made, for then another way is tried.
func end(v *engine.View, dp incident.Dispatch) time.Time {
	for i := range v.State.Pages {
		for _, c := range v.State.Pages[i].Calls {
			if c.Delivery == dp.ID {
				return c.At.Add(v.Plan.Escalation.RingEvery.Or(2 * time.Minute))
			}
		}
	}
	if u := v.State.Update(dp.Update); u != nil {
		if dp.Kind == incident.DispatchReminder {
			return latest(u.Due, u.Sent, dp.ID).Add(noticeLife)
		}
		return u.Posted.Add(noticeLife)
	}
	return v.State.Last.Add(noticeLife)
}

// latest is when a message was to be sent, if that is known and later than a time.
func latest(t time.Time, sent []incident.Call, delivery string) time.Time {
	for _, c := range sent {
		if c.Delivery == delivery && c.At.After(t) {
			return c.At
		}
	}
	return t
}
