package app

import (
	"context"
	"slices"
	"strings"
	"time"

	"tocsin/access"
	"tocsin/fault"
)

// Link is a link that signs one person in, once.
type Link struct {
	URL      string
	Protocol string
	Person   string
	Name     string
	Expires  time.Time
}

// SignInLink makes a link for a person of a protocol's plan in force; of the only plan that names them, if no protocol is given. base is
// the console's address; the one last served if empty.
func (d *Desk) SignInLink(ctx context.Context, protocol, person, base string, ttl time.Duration) (Link, error) {
	if base == "" {
		base = URL(d.Data)
	}
	if base == "" {
		return Link{}, fault.New(fault.Invalid, "Nobody has served a console from this data folder yet.").Instead("Start tocsin serve first, or give --base-url.")
	}
	if ttl <= 0 || ttl > 30*24*time.Hour {
		return Link{}, fault.New(fault.Invalid, "A link works for more than nothing and at most 30 days.")
	}
	l, err := d.find(ctx, protocol, person)
	if err != nil {
		return Link{}, err
	}
	secret, err := d.Access.SignInLink(ctx, access.Identity{Protocol: l.Protocol, Person: l.Person}, ttl)
	if err != nil {
		return Link{}, err
	}
	l.URL, l.Expires = base+"/signin/"+secret, time.Now().Add(ttl).UTC()
	return l, nil
}

// Revoke ends all sessions of a person of a protocol's plan, and the sign-in links that they have not used; of the only plan that names
// them, if no protocol is given.
func (d *Desk) Revoke(ctx context.Context, protocol, person string) (Link, error) {
	l, err := d.find(ctx, protocol, person)
	if err != nil {
		return Link{}, err
	}
	return l, d.Access.Revoke(ctx, access.Identity{Protocol: l.Protocol, Person: l.Person})
}

// find finds somebody in the plans in force. The same id in two plans may be two people: then the protocol has to be said.
func (d *Desk) find(ctx context.Context, protocol, person string) (Link, error) {
	ids, err := d.Engine.Protocols(ctx)
	if err != nil {
		return Link{}, err
	}
	var found []Link
	var in, named []string
	body := ""
	for _, id := range ids {
		if protocol != "" && id != protocol {
			continue
		}
		p, err := d.Engine.InForce(ctx, id)
		if err != nil {
			return Link{}, err
		}
		for _, x := range slices.Concat(p.CoreTeam, p.ExtendedTeam) {
			if !x.Body {
				named = append(named, x.ID)
			}
		}
		x, ok := p.Person(person)
		switch {
		case ok && x.Body:
			body = x.Name
		case ok:
			found, in = append(found, Link{Person: x.ID, Name: x.Name, Protocol: p.Protocol}), append(in, p.Protocol)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return Link{}, fault.New(fault.Invalid, "%s is somebody in the plans of several protocols.", person).Instead("Say of which by --protocol: %s.", strings.Join(in, ", "))
	case body != "":
		return Link{}, fault.New(fault.Invalid, "%s is an organisation; nobody signs in as one.", body)
	case protocol != "" && !slices.Contains(ids, protocol):
		return Link{}, fault.New(fault.NotFound, "No plan of a protocol %q is in force.", protocol).Instead("Name one of these by --protocol: %s.", strings.Join(ids, ", "))
	}
	return Link{}, fault.New(fault.NotFound, "No plan in force names a person %q.", person).Instead("Use an id of the plan: %s.", strings.Join(slices.Compact(slices.Sorted(slices.Values(named))), ", "))
}
