package document

import (
	"reflect"

	"tocsin/plan"
)

// space is the space of ids of a section's things.
func space(section string) string {
	switch section {
	case "core_team", "extended_team", "groups", "rotas", "roles", "unlisted":
		return people
	}
	return section
}

// spaceOf is the space in which a reference of a kind is looked up.
func spaceOf(kind, siblings string) string {
	switch kind {
	case "person", "group", "rota", "role":
		return people
	case "category":
		return "categories"
	case "severity":
		return "severities"
	case "sibling":
		return siblings
	}
	return kind + "s"
}

// indexOf knows the names of a plan as an import of it will.
func indexOf(p *plan.Plan) *builder {
	b := newBuilder()
	b.plan = p
	top := reflect.ValueOf(p).Elem()
	for _, k := range keysOf(top.Type()) {
		v := top.Field(k.index)
		if v.Kind() != reflect.Slice || v.Type().Elem().Kind() != reflect.Struct {
			continue
		}
		for i := range v.Len() {
			if id := idOf(v.Index(i)); id != "" {
				b.take(space(k.name), v.Index(i).FieldByName("Name").String(), id)
			}
		}
	}
	for i := range p.Procedures {
		r := &p.Procedures[i]
		for j := range r.Steps {
			b.take(r.ID+"/", r.Steps[j].Name, r.Steps[j].ID)
		}
	}
	for i := range p.Exercises.Scenarios {
		b.take("scenarios", p.Exercises.Scenarios[i].Name, p.Exercises.Scenarios[i].ID)
	}
	return b
}

// nameOf is the name of what an id of a kind means; empty if nothing has it.
func (b *builder) nameOf(kind, id, siblings string) string {
	return b.shown[spaceOf(kind, siblings)][id]
}

// lookup finds what a name refers to without making anything of it.
func (b *builder) lookup(name string, kinds []string, siblings string) string {
	for _, kind := range kinds {
		switch {
		case kind == "step":
			if id := b.stepNamed(name); id != "" {
				return id
			}
		case kind != "address":
			if id := b.find(spaceOf(kind, siblings), name); id != "" {
				return id
			}
		}
	}
	return ""
}
