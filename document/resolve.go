package document

import (
	"fmt"
	"reflect"
	"slices"

	"tocsin/plan"
)

// resolve turns the names that stand where the plan refers to something into ids, once everything is read. Categories,
// severities and channels that nothing else tells of are made by their names, people who are on no list stand under
// unlisted; what else leads nowhere is taken out and kept as a note.
func (b *builder) resolve() {
	for i := range b.plan.Issues {
		s := &b.plan.Issues[i]
		if s.Procedure == "" {
			s.Procedure = b.find("procedures", s.Name)
		}
	}
	sections := keysOf(reflect.TypeFor[plan.Plan]())
	for _, k := range sections {
		b.refer(reflect.ValueOf(b.plan).Elem().Field(k.index), k, k.name, "")
	}
}

// refer resolves the references in a value; about is the thing it belongs to, space the one of a step's siblings.
func (b *builder) refer(v reflect.Value, k key, about, siblings string) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			b.refer(v.Elem(), k, about, siblings)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[plan.Date]() || v.Type() == reflect.TypeFor[plan.Timing]() {
			return
		}
		if v.Type() == reflect.TypeFor[plan.Procedure]() {
			siblings = v.FieldByName("ID").String() + "/"
		}
		for _, inner := range keysOf(v.Type()) {
			b.refer(v.Field(inner.index), inner, about, siblings)
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.String {
			b.referList(v, k, about, siblings)
			return
		}
		for i := range v.Len() {
			inner := about
			if id := v.Index(i).Kind() == reflect.Struct && v.Index(i).FieldByName("ID").IsValid() && v.Index(i).FieldByName("ID").Kind() == reflect.String; id {
				inner = fmt.Sprintf("%s[%s]", about, v.Index(i).FieldByName("ID").String())
			}
			b.refer(v.Index(i), k, inner, siblings)
		}
	case reflect.Map:
		for _, name := range v.MapKeys() {
			if v.Type().Elem().Kind() == reflect.Struct {
				e := reflect.New(v.Type().Elem()).Elem()
				e.Set(v.MapIndex(name))
				b.refer(e, k, about, siblings)
				v.SetMapIndex(name, e)
			}
		}
	case reflect.String:
		if len(k.ref) > 0 && v.String() != "" {
			id := b.referent(v.String(), k.ref, siblings)
			if id == "" {
				b.astray(about, k, v.String())
			}
			v.SetString(id)
		}
	}
}

func (b *builder) referList(v reflect.Value, k key, about, siblings string) {
	if len(k.ref) == 0 || v.Len() == 0 {
		return
	}
	var ids []string
	for _, name := range v.Interface().([]string) {
		id := b.referent(name, k.ref, siblings)
		if id == "" {
			b.astray(about, k, name)
		} else if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	v.Set(reflect.ValueOf(ids))
}

// astray keeps a reference that leads nowhere as a note.
func (b *builder) astray(about string, k key, name string) {
	if plan.Open(name) {
		return
	}
	b.note(about, k.label+": "+name, "\n")
	b.warnings = append(b.warnings, Warning{
		Say: fmt.Sprintf("%s names “%s” under %s, which the documents do not hold", about, clip(name), k.label),
		Do:  "add it to the plan, then refer to it; the words are kept as a note",
	})
}

// referent finds or makes what a name refers to; empty if it cannot.
func (b *builder) referent(name string, kinds []string, siblings string) string {
	anybody := false
	for _, kind := range kinds {
		space := kind + "s"
		switch kind {
		case "person", "group", "rota", "role":
			anybody = true
			continue
		case "category":
			return b.category(name)
		case "severity":
			return b.severity(name)
		case "channel":
			return b.channel(name)
		case "address":
			if len(name) == 42 && name[:2] == "0x" {
				return name
			}
			continue
		case "own":
			if plan.OwnDetector(name) {
				return name
			}
			continue
		case "sibling":
			space = siblings
		case "step":
			if id := b.stepNamed(name); id != "" {
				return id
			}
			continue
		}
		if id := b.find(space, name); id != "" {
			return id
		}
	}
	if anybody && !plan.Open(name) {
		return b.who(name)
	}
	return ""
}

// stepNamed finds a step by its reference or, where one procedure only has a step of the name, by its name.
func (b *builder) stepNamed(name string) string {
	if r, s, ok := plan.SplitStep(name); ok {
		if procedure := b.find("procedures", r); procedure != "" {
			if step := b.find(procedure+"/", s); step != "" {
				return plan.StepRef(procedure, step)
			}
		}
	}
	found := ""
	for i := range b.plan.Procedures {
		if s := b.find(b.plan.Procedures[i].ID+"/", name); s != "" {
			if found != "" {
				return ""
			}
			found = plan.StepRef(b.plan.Procedures[i].ID, s)
		}
	}
	return found
}
