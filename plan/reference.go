package plan

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// named is an id and where it was given.
type named struct {
	id    string
	place Place
}

// use is a reference that must lead somewhere.
type use struct {
	spot
	word      string
	place     Place
	width     int
	procedure string // the procedure it stands in, for siblings
}

// persons, groups, rotas and roles share their ids, because a reference may mean any of them.
var people = []string{"person", "group", "rota", "role"}

// name registers the id of a thing that others refer to.
func (l *loader) name(n ast.Node, v reflect.Value, at spot) {
	id, ok := peek(n, "id")
	if _, has := v.Type().FieldByName("ID"); !ok || !has {
		return
	}
	kind, shown := noun(v.Type()), id
	scope := kind
	switch v.Type() {
	case reflect.TypeFor[Step]():
		id = StepRef(l.procedure, id)
	case reflect.TypeFor[Inject](), reflect.TypeFor[HeldFact]():
		scope = at.path[:strings.LastIndexByte(at.path, '[')]
	}
	place := l.place(first(n))
	pairs, _ := mapping(n)
	for _, kv := range pairs {
		if k, ok := kv.Key.(*ast.StringNode); ok && k.Value == "id" {
			place = l.place(first(kv.Value))
		}
	}
	shared := []string{scope}
	if contains(people, kind) {
		shared = people
	}
	for _, other := range shared {
		for _, e := range l.names[other] {
			if e.id == id {
				what := fmt.Sprintf("another %s", kind)
				if other != scope {
					what = article(other)
				}
				l.problemAt(place, len(shown), at.path, fmt.Sprintf("the id %q is taken by %s", clip(shown), what),
					fmt.Sprintf("it was given on line %d of %s: choose another", e.place.Line, e.place.File))
				return
			}
		}
	}
	l.names[scope] = append(l.names[scope], named{id, place})
}

// refer notes a reference, to be resolved when all files are read.
func (l *loader) refer(n ast.Node, word string, at spot) {
	l.uses = append(l.uses, use{spot: at, word: word, place: l.place(first(n)), width: len(word), procedure: l.procedure})
}

// resolve checks that every reference leads somewhere.
func (l *loader) resolve() {
	for _, u := range l.uses {
		var candidates []string
		found := false
		for _, kind := range u.ref {
			switch kind {
			case "address":
				if isAddress(u.word) {
					found = true
					if say, do := badAddress(u.word); say != "" {
						l.problemAt(u.place, u.width, u.path, say, do)
					}
				}
				continue
			case "sibling":
				for _, e := range l.names["step"] {
					if procedure, step, _ := SplitStep(e.id); procedure == u.procedure {
						candidates = append(candidates, step)
					}
				}
				continue
			}
			for _, e := range l.names[kind] {
				candidates = append(candidates, e.id)
			}
		}
		if !found && !contains(candidates, u.word) {
			l.problemAt(u.place, u.width, u.path, fmt.Sprintf("%q, named by %q, is not %s", clip(u.word), u.key, kinds(u.ref)), advise(u.word, "the plan has", candidates))
		}
	}
}

// kinds writes what a reference may lead to: "a person, a group or a rota of the plan".
func kinds(ref []string) string {
	var words []string
	where := " of the plan"
	for _, r := range ref {
		switch r {
		case "sibling":
			words = append(words, "a step")
			where = " of this procedure"
		case "step":
			words = append(words, `a step (written "procedure/step")`)
		case "address":
			words = append(words, "an address")
		default:
			words = append(words, article(r))
		}
	}
	s := strings.Join(words, ", ")
	if i := strings.LastIndex(s, ", "); i >= 0 {
		s = s[:i] + " or" + s[i+1:]
	}
	return s + where
}
