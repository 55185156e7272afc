package deliver

import (
	"context"
	"fmt"
	"net/url"

	"tocsin/calendar"
	"tocsin/engine"
	"tocsin/exercise"
	"tocsin/incident"
	"tocsin/notify"
)

// word tells a person something that belongs to no incident.
func (d *Deliverer) word(ctx context.Context, p engine.Parcel) engine.Outcome {
	channel, ok := d.channels[p.Dispatch.Contact]
	if !ok {
		return engine.Outcome{State: engine.Failed, Say: fmt.Sprintf("No channel for %s is set up.", kindName(p.Dispatch.Contact))}
	}
	m := wordOf(p.Dispatch, d.base())
	m.Key, m.At = p.ID, d.now()
	sctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	out := channel.Send(sctx, m)
	switch {
	case out.State == notify.Landed:
		return engine.Outcome{State: engine.Landed, Say: out.Say}
	case out.State == notify.Unknown:
		return engine.Outcome{State: engine.Unknown, Say: out.Say}
	case out.Retry && p.Attempt < mostAttempts:
		return engine.Outcome{State: engine.Again, Say: out.Say, After: wait(p.Attempt)}
	}
	return engine.Outcome{State: engine.Failed, Say: out.Say}
}

// wordOf puts a word into a message. Its link is the person's own where the word has one: what is behind it asks for no sign-in.
func wordOf(dp incident.Dispatch, base string) notify.Message {
	m := notify.Message{To: dp.To, Subject: dp.Subject, Body: dp.Text, Urgent: dp.Urgent}
	if base != "" {
		m.Link, m.LinkText = base+"/", "Go to the console"
		if dp.Secret != "" {
			switch dp.Link {
			case exercise.LinkReply:
				m.Link, m.LinkText = base+"/invitation/"+url.PathEscape(dp.Secret), "Do you come?"
				m.Body += "\n\nOpen the link and press one of its buttons; opening it answers nothing. The link is yours: do not pass it on."
			case exercise.LinkReport:
				m.Link, m.LinkText = base+"/invitation/"+url.PathEscape(dp.Secret), "Read what happened"
			}
		}
	}
	if e := dp.Entry; e != nil {
		m.Entry = &calendar.Entry{
			UID: e.UID, Sequence: e.Sequence, Changed: e.Changed, Start: e.Start, End: e.End, Title: e.Title, Text: e.Text, Cancelled: e.Cancelled,
		}
		if base != "" {
			m.Entry.Link = base + e.Path
		}
	}
	return m
}
