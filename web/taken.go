package web

import (
	"fmt"
	"strings"

	"tocsin/incident"
	"tocsin/outside"
)

// taken is an action that was carried out without the server, as its record was taken in.
func (l *look) taken(x *incident.TakenIn) carried {
	r := &x.Record
	c := carried{Anchor: "taken-" + r.ID, Title: r.Action, Failed: r.State == outside.Failed}
	if a, ok := l.plan.Action(r.Action); ok {
		c.Title = a.Name
	}
	c.Say = fmt.Sprintf("Done without the server. %s took it in from a file at %s. %s", l.plan.NameOf(x.By), l.at(x.At).Second(), x.Vouched())
	if c.Failed {
		c.Say += " It failed: " + r.Say
	}
	c.Stops = []stop{{Name: "Agreed", State: "done"}}
	if r.Order != nil {
		c.Stops[0].At = l.at(r.Order.At)
	}
	last := stop{Name: "Holds", State: "done"}
	if c.Failed {
		last = stop{Name: "Failed", State: "failed", Say: "failed here"}
	}
	if !r.Ended.IsZero() {
		last.At = l.at(r.Ended)
	}
	if r.Landed != nil {
		c.Stops = append(c.Stops, stop{Name: "Landed", State: "done", At: l.at(r.Landed.At)})
	}
	c.Stops = append(c.Stops, last)
	if yes := r.Approvers(l.plan.NameOf); len(yes) > 0 {
		c.Facts = append(c.Facts, row{Label: "Signed by", Text: strings.Join(yes, ", ")})
	}
	if r.Anyway != nil {
		c.Facts = append(c.Facts, row{Label: "Sent without the plan's approvers", Text: l.plan.NameOf(r.Anyway.Person) + ": " + r.Anyway.Why})
	}
	for _, t := range r.Sends {
		c.Facts = append(c.Facts,
			row{Label: "Transaction", Text: groups(t.Hash.Hex()), Code: true},
			row{Label: "From", Text: fmt.Sprintf("%s, nonce %d", groups(t.From.Hex()), t.Nonce), Code: true})
	}
	if r.Landed != nil {
		text := l.block(r.Message.Chain, r.Landed.Block)
		if r.Landed.Status == 0 {
			text += "; it failed there"
		}
		c.Facts = append(c.Facts, row{Label: "Landed in block", Text: text})
	}
	if r.Got != "" {
		c.Facts = append(c.Facts, row{Label: "Read", Text: fmt.Sprintf("%s at block %s", r.Got, thousands(r.Block)), Code: true})
	}
	return c
}
