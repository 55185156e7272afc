package deliver

import (
	"context"
	"fmt"

	"tocsin/engine"
	"tocsin/notify"
)

// word tells a person something that belongs to no incident.
func (d *Deliverer) word(ctx context.Context, p engine.Parcel) engine.Outcome {
	channel, ok := d.channels[p.Dispatch.Contact]
	if !ok {
		return engine.Outcome{State: engine.Failed, Say: fmt.Sprintf("No channel for %s is set up.", kindName(p.Dispatch.Contact))}
	}
	m := notify.Message{Key: p.ID, To: p.Dispatch.To, Subject: p.Dispatch.Subject, Body: p.Dispatch.Text, At: d.now()}
	if base := d.base(); base != "" {
		m.Link, m.LinkText = base+"/", "Go to the console"
	}
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
