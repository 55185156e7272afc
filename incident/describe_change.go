package incident

import (
	"strings"

	"tocsin/decision"
	"tocsin/evm"
	"tocsin/journal"
	"tocsin/plan"
)

// describeChange says in one sentence what changed about who does what, or about what stands in the record.
func describeChange(p *plan.Plan, e Event) string {
	name := func(id string) string { return NameOf(p, id) }
	quote := func(t journal.Personal) string {
		if t == "" {
			return ""
		}
		return " “" + string(t) + "”"
	}
	role := func(id string) string {
		r, _ := p.Role(id)
		return strings.ToLower(r.Name)
	}
	switch e := e.(type) {
	case EventRoleOffered:
		if e.From == "" {
			return name(e.By) + " asks " + name(e.To) + " to be " + role(e.Role) + "." + quote(e.Note)
		}
		return name(e.By) + " asks " + name(e.To) + " to be " + role(e.Role) + " in place of " + name(e.From) + ", who keeps it until then." + quote(e.Note)
	case EventRoleDeclined:
		return name(e.Person) + " does not want to be " + role(e.Role) + "." + quote(e.Why)
	case EventLeft:
		return name(e.Person) + " has left." + quote(e.Note)
	case EventCorrected:
		was := "it was not recorded"
		if !e.Was.IsZero() {
			was = "it was recorded at " + clockFrom(e.At, e.Was)
		}
		return name(e.By) + " corrects the moment “" + strings.ReplaceAll(e.Moment, "-", " ") + "” to " + e.At.UTC().Format("2 January 15:04:05") + " UTC; " + was + "." + quote(e.Why)
	case EventDistrusted:
		return name(e.By) + " distrusts the " + Doubted(p, e.What, string(e.Ref)) + "." + quote(e.Why)
	case EventTrusted:
		return name(e.By) + " trusts the " + Doubted(p, e.What, string(e.Ref)) + " again." + quote(e.Why)
	case EventRestricted:
		var names []string
		for _, who := range e.Hide {
			names = append(names, name(who))
		}
		return name(e.By) + " hides the incident from " + strings.Join(names, ", ") + "." + quote(e.Why)
	case EventRevealed:
		return name(e.By) + " lets " + name(e.Person) + " see the incident again." + quote(e.Why)
	}
	return e.Kind()
}

// Doubted is what people call a thing that is distrusted, with the kind of thing that it is: "person Ada", "passkey JpZ2".
func Doubted(p *plan.Plan, kind, ref string) string {
	switch kind {
	case DistrustPerson:
		return kind + " " + NameOf(p, ref)
	case DistrustChannel:
		if c, ok := p.Channel(ref); ok {
			return kind + " " + c.Name
		}
	case DistrustKey:
		return keyCalled(p, ref)
	}
	return kind + " " + ref
}

// keyCalled is what people call a key that a record names: a passkey by its id, an account by its address.
func keyCalled(p *plan.Plan, ref string) string {
	var signer evm.Address
	if signer.UnmarshalText([]byte(ref)) == nil {
		if x := decision.Holder(p, signer); x != nil {
			if called, named := strings.CutPrefix(decision.CalledIn(p, x.ID, signer), "the "); named {
				return called
			}
		}
	}
	return DistrustKey + " " + ref
}
