package app

import (
	"context"
	"time"

	"tocsin/access"
	"tocsin/fault"
)

// Link is a link that signs one person in, once.
type Link struct {
	URL     string
	Person  string
	Name    string
	Expires time.Time

	protocol string
}

// SignInLink makes a link for a person of one of the plans in force. base is the console's address; the one last served if
// empty.
func (d *Desk) SignInLink(ctx context.Context, person, base string, ttl time.Duration) (Link, error) {
	if base == "" {
		base = URL(d.Data)
	}
	if base == "" {
		return Link{}, fault.New(fault.Invalid, "Nobody has served a console from this data folder yet.").Instead("Start tocsin serve first, or give --base-url.")
	}
	if ttl <= 0 || ttl > 30*24*time.Hour {
		return Link{}, fault.New(fault.Invalid, "A link works for more than nothing and at most 30 days.")
	}
	l, err := d.find(ctx, person)
	if err != nil {
		return Link{}, err
	}
	secret, err := d.Access.SignInLink(ctx, access.Identity{Protocol: l.protocol, Person: l.Person}, ttl)
	if err != nil {
		return Link{}, err
	}
	l.URL, l.Expires = base+"/signin/"+secret, time.Now().Add(ttl).UTC()
	return l, nil
}

// Revoke ends all sessions of a person, and the sign-in links that they have not used.
func (d *Desk) Revoke(ctx context.Context, person string) (Link, error) {
	l, err := d.find(ctx, person)
	if err != nil {
		return Link{}, err
	}
	return l, d.Access.Revoke(ctx, access.Identity{Protocol: l.protocol, Person: l.Person})
}

// find finds somebody in the plans in force.
func (d *Desk) find(ctx context.Context, person string) (Link, error) {
	ids, err := d.Engine.Protocols(ctx)
	if err != nil {
		return Link{}, err
	}
	for _, id := range ids {
		p, err := d.Engine.InForce(ctx, id)
		if err != nil {
			return Link{}, err
		}
		x, ok := p.Person(person)
		switch {
		case ok && x.Body:
			return Link{}, fault.New(fault.Invalid, "%s is an organisation; nobody signs in as one.", x.Name)
		case ok:
			return Link{Person: x.ID, Name: x.Name, protocol: p.Protocol}, nil
		}
	}
	return Link{}, fault.New(fault.NotFound, "No plan in force names a person %q.", person).Instead("Use the id that the plan gives them.")
}
