package cli

import (
	"strings"

	"tocsin/incident"
	"tocsin/plan"
)

// reliefOf says that nothing is heard of whoever holds or could hold a role, and which commands put somebody else in it.
func reliefOf(p *plan.Plan, s *incident.State, r incident.Relief) string {
	role, _ := p.Role(r.Role)
	say := "Nobody is " + strings.ToLower(role.Name) + "; gone quiet: " + names(p, r.Quiet) + "."
	if r.Holder != "" {
		say = "Nothing is heard of " + incident.NameOf(p, r.Holder) + ", " + strings.ToLower(role.Name) + ", since " + moment(r.Since) + "."
	}
	switch {
	case r.Asked != "":
		say += " " + incident.NameOf(p, r.Asked) + " is asked to take it."
	case len(r.Next) > 0:
		say += " Who could: " + names(p, r.Next) + ". tocsin incident take " + s.ID + " " + r.Role + ", or tocsin incident hand-over " + s.ID + " " + r.Role + " " + r.Next[0]
	}
	return say
}

func names(p *plan.Plan, ids []string) string {
	list := make([]string, 0, len(ids))
	for _, id := range ids {
		list = append(list, incident.NameOf(p, id))
	}
	return strings.Join(list, ", ")
}
