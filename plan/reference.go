package plan

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// register holds the ids of one kind of thing, in order, and where each was given. A nil register is empty.
type register struct {
	ids   []string
	place map[string]Place
}

func (r *register) add(id string, at Place) {
	r.ids = append(r.ids, id)
	r.place[id] = at
}

func (r *register) lookup(id string) (Place, bool) {
	if r == nil {
		return Place{}, false
	}
	at, ok := r.place[id]
	return at, ok
}

// use is a reference that must lead somewhere.
type use struct {
	spot
	word      string
	place     Place
	width     int
	procedure string // the procedure it stands in, for siblings
}

// scope is the register in which a reference of a kind is looked up.
func (u use) scope(kind string) string {
	if kind == "sibling" {
		return "steps of " + u.procedure
	}
	return kind
}

// persons, groups, rotas, roles and those on no list yet share their ids, because a reference may mean any of them.
var people = []string{"person", "group", "rota", "role", "unlisted"}

// name registers the id of a thing that others refer to.
func (l *loader) name(n *yaml.Node, v reflect.Value, at spot) {
	id, ok := peek(n, "id")
	if !ok || !shapeOf(v.Type()).id {
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
	place := l.place(child(n, "id"))
	shared := []string{scope}
	if slices.Contains(people, kind) {
		shared = people
	}
	for _, other := range shared {
		if e, taken := l.names[other].lookup(id); taken {
			what := fmt.Sprintf("another %s", kind)
			if other != scope {
				what = article(other)
			}
			l.problemAt(place, len(shown), at.path, fmt.Sprintf("the id %q is taken by %s", clip(shown), what),
				fmt.Sprintf("it was given on line %d of %s: choose another", e.Line, e.File))
			return
		}
	}
	if l.names[scope] == nil {
		l.names[scope] = &register{place: map[string]Place{}}
	}
	l.names[scope].add(id, place)
	if v.Type() == reflect.TypeFor[Step]() {
		siblings := "steps of " + l.procedure
		if l.names[siblings] == nil {
			l.names[siblings] = &register{place: map[string]Place{}}
		}
		l.names[siblings].add(shown, place)
	}
}

// refer notes a reference, to be resolved when all files are read.
func (l *loader) refer(n *yaml.Node, word string, at spot) {
	l.uses = append(l.uses, use{spot: at, word: word, place: l.place(n), width: len(word), procedure: l.procedure})
}

// resolve checks that every reference leads somewhere.
func (l *loader) resolve() {
	for _, u := range l.uses {
		if l.full() {
			return
		}
		if !l.leads(u) {
			l.problemAt(u.place, u.width, u.path, fmt.Sprintf("%q, named by %q, is not %s", clip(u.word), u.key, kinds(u.ref)), l.advise(u.word, "the plan has", l.candidates(u)))
		}
	}
}

func (l *loader) leads(u use) bool {
	for _, kind := range u.ref {
		if kind == "address" && isAddress(u.word) {
			if say, do := badAddress(u.word); say != "" {
				l.problemAt(u.place, u.width, u.path, say, do)
			}
			return true
		}
		if kind == "own" && OwnDetector(u.word) {
			return true
		}
		if _, ok := l.names[u.scope(kind)].lookup(u.word); ok {
			return true
		}
		if slices.Contains(people, kind) {
			if _, ok := l.names["unlisted"].lookup(u.word); ok {
				return true
			}
		}
	}
	return false
}

// candidates lists what a reference could have meant.
func (l *loader) candidates(u use) []string {
	var ids []string
	for _, kind := range u.ref {
		if r := l.names[u.scope(kind)]; r != nil {
			ids = append(ids, r.ids...)
		}
	}
	return ids
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
		case "own": // told where detectors are explained
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
