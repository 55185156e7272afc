package document

import (
	"slices"
	"strings"

	"tocsin/plan"
)

// inIncident are words for people who are found only once an incident runs: whoever comes. They are roles of the plan, not
// somebody whom a list lacks.
var inIncident = []string{
	"first responder", "responder", "incident responder", "responding team", "incident manager", "incident commander", "incident lead", "incident coordinator",
	"technical lead", "tech lead", "communications lead", "comms lead", "communication lead", "scribe", "note taker", "moderator", "facilitator",
	"deputy incident commander", "deputy incident manager", "subject matter expert", "operations lead",
}

// who finds whom a text names: a person by name or title, a group, a rota, a role; else a role that is filled in the
// incident ("Responders"), or somebody whom no list holds yet ("CEO"). It answers the id to refer by; empty for a text that
// names nobody. Use it only once everything is read (see after).
func (b *builder) who(name string) string {
	name = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(name), "the "))
	if name == "" || plan.Open(name) {
		return ""
	}
	if id := b.known(name); id != "" {
		return id
	}
	if slices.Contains(inIncident, strings.TrimSuffix(nameKey(name), "s")) {
		return b.role(name).ID
	}
	id := b.id(people, name)
	b.plan.Unlisted = append(b.plan.Unlisted, plan.Unlisted{ID: id, Name: name})
	return id
}

// known finds whom a text names among those the plan holds; empty if it is nobody, or could be several.
func (b *builder) known(name string) string {
	if id := b.find(people, name); id != "" {
		return id
	}
	key := nameKey(name)
	var found []string
	for _, team := range [][]plan.Person{b.plan.CoreTeam, b.plan.ExtendedTeam} {
		for i := range team {
			r := &team[i]
			title := nameKey(r.Title)
			first, _, several := strings.Cut(nameKey(r.Name), " ")
			handle := func(c plan.Contact) bool { return strings.EqualFold(c.To, name) }
			if title != "" && (title == key || title == strings.TrimSuffix(key, "s")) || several && first == key || slices.ContainsFunc(r.Contact, handle) {
				found = append(found, r.ID)
			}
		}
	}
	if len(found) == 1 {
		return found[0]
	}
	return ""
}

// whoever finds whom each name of a list means: "CEO, COO", "CEO and COO", "CEO & COO".
func (b *builder) whoever(names string) []string {
	if id := b.known(names); id != "" {
		return []string{id}
	}
	var ids []string
	for _, n := range list(names) {
		if id := b.who(n); id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// several reports whether a reference stands for more than one person, so that it does not say by itself how many of them
// must agree: a role, or a name on no list in the plural.
func (b *builder) several(id string) bool {
	if _, ok := b.plan.Person(id); ok {
		return false
	}
	if g, ok := b.plan.Group(id); ok {
		return g.Need == 0
	}
	if u, ok := b.plan.Unlist(id); ok {
		last := u.Name[strings.LastIndexAny(u.Name, " -")+1:]
		return strings.HasSuffix(last, "s") && !strings.HasSuffix(last, "ss") && strings.ToUpper(last) != last || strings.HasSuffix(strings.ToLower(last), "team")
	}
	r, ok := b.plan.Role(id)
	return ok && (len(r.Holders) != 1 || strings.HasSuffix(r.Name, "s"))
}
