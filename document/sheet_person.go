package document

import (
	"slices"
	"strings"

	"tocsin/plan"
)

// binder writes the parts of a plan's sheet.
type binder struct {
	p      *plan.Plan
	public bool
	said   map[string]words    // what who said of a reference
	holder map[string][]words  // what holders said of a role
	in     map[string][]string // what members said of a reference
	person map[string]*plan.Person
}

func newBinder(p *plan.Plan, public bool) *binder {
	b := &binder{p: p, public: public, said: map[string]words{}, holder: map[string][]words{}, in: map[string][]string{}, person: map[string]*plan.Person{}}
	for _, team := range [][]plan.Person{p.ExtendedTeam, p.CoreTeam} {
		for i := range team {
			b.person[team[i].ID] = &team[i]
		}
	}
	return b
}

// named sets the name of a thing as a link to its chapter.
func (b *binder) named(kind, id, name string) words {
	if id == "" {
		return nil
	}
	if name = clipped(name); name == "" {
		name = clipped(id)
	}
	return words{{Text: name, To: kind + "." + id}}
}

// who sets whoever a reference leads to.
func (b *binder) who(ref string) words {
	if ref == "" {
		return nil
	}
	w, ok := b.said[ref]
	if !ok {
		w = b.lookUp(ref)
		b.said[ref] = w
	}
	return slices.Clone(w)
}

func (b *binder) lookUp(ref string) words {
	p := b.p
	if r, ok := b.person[ref]; ok {
		return b.named("person", ref, r.Name)
	}
	if g, ok := p.Group(ref); ok {
		return b.named("group", ref, g.Name)
	}
	if r, ok := p.Rota(ref); ok {
		return b.named("rota", ref, r.Name)
	}
	if r, ok := p.Role(ref); ok {
		return b.named("role", ref, r.Name)
	}
	if u, ok := p.Unlist(ref); ok {
		return words{{Text: clipped(u.Name)}, {Text: " (on no list)", Open: true}}
	}
	return words{{Text: clipped(ref)}}
}

func (b *binder) whoAll(refs []string) []words {
	var all []words
	for _, r := range refs {
		if w := b.who(r); w != nil {
			all = append(all, w)
		}
	}
	return all
}

// holders sets who may hold a role, in order, without asking the time: a rota stands for itself.
func (b *binder) holders(role string) []words {
	h, ok := b.holder[role]
	if !ok {
		h = b.holdersOf(role)
		b.holder[role] = h
	}
	return h
}

func (b *binder) holdersOf(role string) []words {
	r, ok := b.p.Role(role)
	if !ok {
		return nil
	}
	refs := slices.Clone(r.Holders)
	have := map[string]bool{}
	for _, h := range refs {
		have[h] = true
	}
	for _, team := range [][]plan.Person{b.p.CoreTeam, b.p.ExtendedTeam} {
		for i := range team {
			if id := team[i].ID; slices.Contains(team[i].Roles, role) && !have[id] {
				have[id] = true
				refs = append(refs, id)
			}
		}
	}
	if len(refs) == 0 {
		return []words{sayf("anyone of the core team")}
	}
	return b.whoAll(refs)
}

// owner sets the role that does a step, with who may hold it.
func (b *binder) owner(role string) words {
	if role == "" {
		return missing("who does it")
	}
	w := b.who(role)
	if h := b.holders(role); len(h) > 0 && !b.public {
		w = beside(w, sayf(": "), series(few(h), "or"))
	}
	return w
}

// few keeps the first of many, and says how many there are besides.
func few(all []words) []words {
	const most = 8
	if len(all) <= most+1 {
		return all
	}
	return append(slices.Clone(all[:most]), sayf("%d others", len(all)-most))
}

func (b *binder) category(id string) words {
	c, _ := b.p.Category(id)
	return b.named("category", id, c.Name)
}

func (b *binder) severity(id string) words {
	s, _ := b.p.Severity(id)
	return b.named("severity", id, s.Name)
}

func (b *binder) issue(id string) words {
	i, _ := b.p.Issue(id)
	return b.named("issue", id, i.Name)
}

func (b *binder) procedure(id string) words {
	r, _ := b.p.Procedure(id)
	return b.named("procedure", id, r.Name)
}

func (b *binder) step(procedure, id string) words {
	s, _ := b.p.Step(procedure, id)
	return b.named("step", procedure+"."+id, s.Name)
}

// stepOf sets a reference "procedure/step".
func (b *binder) stepOf(ref string) words {
	procedure, step, ok := plan.SplitStep(ref)
	if !ok {
		return say(ref)
	}
	return beside(b.step(procedure, step), sayf(" ("), b.procedure(procedure), sayf(")"))
}

func (b *binder) detector(id string) words {
	d, _ := b.p.Detector(id)
	return b.named("detector", id, d.Name)
}

func (b *binder) asset(id string) words {
	a, _ := b.p.Asset(id)
	return b.named("asset", id, a.Name)
}

func (b *binder) action(id string) words {
	a, _ := b.p.Action(id)
	return b.named("action", id, a.Name)
}

func (b *binder) decision(id string) words {
	d, _ := b.p.Decision(id)
	return b.named("decision", id, d.Name)
}

func (b *binder) channel(id string) words {
	c, _ := b.p.Channel(id)
	return b.named("channel", id, c.Name)
}

func (b *binder) communication(id string) words {
	c, _ := b.p.Communication(id)
	return b.named("communication", id, c.Name)
}

func (b *binder) scenario(id string) words {
	s, _ := b.p.Scenario(id)
	return b.named("scenario", id, s.Name)
}

// chain sets a chain by its id.
func (b *binder) chain(id uint64) words {
	c, ok := b.p.Chain(id)
	switch {
	case id == 0:
		return nil
	case !ok:
		return sayf("chain %d", id)
	case c.Kind == "drill":
		return sayf("%s, chain %d (for drills)", clipped(c.Name), id)
	}
	return sayf("%s, chain %d", clipped(c.Name), id)
}

// each sets ids by one of the setters above.
func each(ids []string, set func(string) words) []words {
	var all []words
	for _, id := range ids {
		if w := set(id); len(w) > 0 {
			all = append(all, w)
		}
	}
	return all
}

// party sets an account that may be a person, a group, an asset or an address.
func (b *binder) party(ref string) words {
	if strings.HasPrefix(ref, "0x") {
		return code(ref)
	}
	if _, ok := b.p.Asset(ref); ok {
		return b.asset(ref)
	}
	return b.who(ref)
}
