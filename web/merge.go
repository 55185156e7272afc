package web

import (
	"context"
	"net/url"

	"tocsin/access"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/incident"
)

// beside is what an incident has to do with other incidents, and with a newer plan than the one that it runs by.
type beside struct {
	Into  *other  // where it goes on, if it is merged
	From  []other // merged into it
	Merge *merging
	Newer *newer // nil if it runs by the plan in force
}

// Any reports whether there is anything to say on top of the page.
func (b beside) Any() bool { return b.Into != nil || len(b.From) > 0 }

// other is another incident.
type other struct {
	Href string // empty if the person does not see it
	Name string
	Say  string
}

// merging is the form that says that the incident is the same event as another one.
type merging struct {
	Form form
	With []option // open incidents
}

// newer is a newer plan that the incident could run by.
type newer struct {
	Form    *form // nil if it cannot now, or not by this person
	Say     string
	Hash    string
	Changes []string
	Not     string // why it cannot now
}

// beside looks at what the incident has to do with others.
func (c *Console) beside(ctx context.Context, s *session, l *look) error {
	list, err := c.Engine.List(ctx, false)
	if err != nil {
		return err
	}
	sums := map[string]incident.Summary{}
	var with []option
	for _, sum := range list {
		if sum.Protocol != l.state.Protocol || !sum.Sees(s.person.ID) {
			continue
		}
		sums[sum.ID] = sum
		if !sum.Phase.Over() && sum.ID != l.state.ID && sum.Exercise == (l.state.Exercise != nil) {
			with = append(with, option{sum.ID, sum.ID + ": " + sum.Title + ", " + string(sum.Phase)})
		}
	}
	if in := l.state.Into; in != nil {
		o := other{Name: "another incident", Say: l.name(in.By) + " merged it at " + l.at(in.At).Second() + ". " + in.Why}
		if sum, ok := sums[in.Incident]; ok {
			o.Href, o.Name = "/incidents/"+url.PathEscape(sum.ID), "incident "+sum.ID+", "+sum.Title
		}
		l.beside.Into = &o
	}
	for i := range l.state.Absorbed {
		a := &l.state.Absorbed[i]
		if !a.Released.IsZero() {
			continue
		}
		o := other{Name: a.Incident + ", " + a.Title, Say: l.name(a.By) + ", " + l.at(a.At).Second() + ". " + a.Why}
		if had := a.Had(); had != "" {
			o.Say += " In its record: " + had + "."
		}
		if _, ok := sums[a.Incident]; ok {
			o.Href = "/incidents/" + url.PathEscape(a.Incident)
		}
		l.beside.From = append(l.beside.From, o)
	}
	if len(with) > 0 && l.going() && l.may(access.Validate) {
		l.beside.Merge = &merging{Form: l.form("merge", "merge"), With: with}
	}
	return c.newerPlan(ctx, l)
}

// newerPlan looks whether a newer plan is in force than the one that the incident runs by.
func (c *Console) newerPlan(ctx context.Context, l *look) error {
	n, err := c.Engine.Newer(ctx, l.view)
	if err != nil || n == nil {
		return err
	}
	x := &newer{Say: "A newer plan is in force; this incident runs by the one that was in force when it opened.", Hash: n.Hash.Hex()}
	if n.Plan.Version != "" && l.plan.Version != "" && n.Plan.Version != l.plan.Version {
		x.Say = "A newer plan, version " + n.Plan.Version + ", is in force; this incident runs by version " + l.plan.Version + "."
	}
	if n.Not != nil {
		x.Not = fault.Sentence(n.Not)
	} else if x.Changes = n.Change.All(); l.may(access.Respond) {
		f := l.form("adopt", "adopt")
		x.Form = &f
	}
	l.beside.Newer = x
	return nil
}

// merge says that an incident is the same event as the one that the form names.
func (c *Console) merge(ctx context.Context, s *session, id string, form url.Values) error {
	into := form.Get("into")
	if _, err := c.viewOf(ctx, s, into); err != nil {
		return err
	}
	_, err := c.Engine.Merge(ctx, s.actor(), id, into, form.Get("why"))
	return err
}

// takeUp lets an incident run by the plan whose hash the form names, if that is in force.
func (c *Console) takeUp(ctx context.Context, s *session, id string, form url.Values) error {
	var hash evm.Hash
	if err := hash.UnmarshalText([]byte(form.Get("plan"))); err != nil {
		return fault.New(fault.Invalid, "The form names no plan.").Instead("Load the page again.")
	}
	_, err := c.Engine.Adopt(ctx, s.actor(), id, hash)
	return err
}
