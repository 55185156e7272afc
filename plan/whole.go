package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// checkTop checks the keys at the root of the plan, which any of its files may hold.
func (l *loader) checkTop() {
	l.file = l.top
	for _, k := range []struct{ key, do string }{
		{"tocsin", "write tocsin: 1 at the top of plan.yaml; it is the number of the plan format"},
		{"protocol", "write protocol: and an id for the protocol, such as harbour-vault"},
		{"name", "write name: and what people call the protocol"},
	} {
		if _, set := l.set[k.key]; !set {
			l.fileProblem(fmt.Sprintf("the plan has no %q", k.key), k.do)
		}
	}
	if at, set := l.source.places["tocsin"]; set && l.plan.Tocsin != Format && l.plan.Tocsin != 0 {
		l.problemAt(at, len(fmt.Sprint(l.plan.Tocsin)), "tocsin", fmt.Sprintf("plan format %d is not known here", l.plan.Tocsin), fmt.Sprintf("write tocsin: %d", Format))
	}
}

// checkWhole checks what several keys say together, in things that could be read as far as they are needed.
func (l *loader) checkWhole() {
	p := l.plan
	l.loadArtefacts()
	l.nameFunctions()
	for i := range p.Detectors {
		l.checkDetector(&p.Detectors[i])
	}
	for i := range p.Actions {
		l.checkAction(&p.Actions[i])
	}
	for i := range p.Procedures {
		l.checkProcedure(&p.Procedures[i])
	}
	for i := range p.Decisions {
		l.checkDecision(&p.Decisions[i])
	}
	for i := range p.Exercises.Scenarios {
		l.checkScenario(&p.Exercises.Scenarios[i])
	}
	for _, team := range []struct {
		key     string
		persons []Person
	}{{"core_team", p.CoreTeam}, {"extended_team", p.ExtendedTeam}} {
		for i := range team.persons {
			l.checkPerson(team.key, i, &team.persons[i])
		}
	}
	for i, s := range p.Escalation.Rules {
		if len(s.Who) > 0 && s.When == "" {
			l.broken(fmt.Sprintf("escalation.rules[%d].who", i), "this rule names people but not when they are told", "add when: detection, validation, containment or resolution")
		}
	}
	for i := range p.Rotas {
		for j, c := range p.Rotas[i].Cover {
			if c.To.Before(c.From.Time) {
				l.broken(fmt.Sprintf("rotas[%s].cover[%d].to", p.Rotas[i].ID, j), "this cover ends before it begins", "write the first day under from and the last under to")
			}
		}
	}
	l.checkCircles()
}

func (l *loader) checkDetector(d *Detector) {
	l.inABI("event", "detectors["+d.ID+"].event", d.Asset, d.Event)
	l.inABI("function", "detectors["+d.ID+"].function", d.Asset, d.Function)
}

func (l *loader) checkProcedure(r *Procedure) {
	for i := range r.Steps {
		q := r.Steps[i].Question
		if q == nil {
			continue
		}
		for j, b := range q.Branches {
			if (b.Step == "") == (b.Procedure == "") {
				l.broken(fmt.Sprintf("procedures[%s].steps[%s].question.branches[%d]", r.ID, r.Steps[i].ID, j),
					fmt.Sprintf("the answer %q must lead to one step or one procedure", clip(b.Answer)), "add step: or procedure:, one of the two")
			}
		}
	}
}

func (l *loader) checkPerson(team string, i int, r *Person) {
	if len(r.Contact)+len(r.Keys) == 0 {
		return
	}
	path := team + "[" + r.ID + "]"
	if !l.taken(path) {
		path = fmt.Sprintf("%s[%d]", team, i)
	}
	for j, c := range r.Contact {
		if say, do := badContact(c.Kind, c.To); say != "" && c.To != "" {
			l.broken(fmt.Sprintf("%s.contact[%d].to", path, j), say, do)
		}
	}
	for j, k := range r.Keys {
		at, none := path+".keys["+strconv.Itoa(j)+"]", k.Address == [20]byte{}
		l.checkPasskey(at, k)
		switch {
		case k.Kind == "contract" && (none || k.Chain == 0):
			l.broken(at, "a key of kind contract lacks \"address\" or \"chain\"", "add the account's address and the chain it lives on")
		case (k.Kind == "address" || k.Kind == "") && none && !l.bad(at+".address"):
			l.broken(at, "this key has no \"address\"", "add the address that the person signs with")
		}
	}
}

// want is a key that a thing needs because of what it is.
type want struct {
	key string
	has bool
}

func (l *loader) demand(section, id, what string, wants ...want) {
	path := section + "[" + id + "]"
	for _, w := range wants {
		if !w.has && !l.bad(path+"."+w.key) {
			l.broken(path, fmt.Sprintf("%s has no %s", article(what), w.key), fmt.Sprintf("add %s", w.key))
		}
	}
}

// bad reports whether a value was written, so that what is wrong with it has been said already.
func (l *loader) bad(path string) bool {
	return l.taken(path)
}

// broken notes what is wrong at a path.
func (l *loader) broken(path, say, do string) {
	if l.full() {
		return
	}
	at := l.source.At(path)
	l.problemAt(at, utf8.RuneCountInString(strings.TrimRight(l.rest(at), " ]},")), path, say, do)
}

// abi is what the ABI of an asset names.
type abi struct {
	known map[string]bool     // by kind and name
	names map[string][]string // by kind, in order
}

// abiOf returns what the ABI of an asset names; nil if the plan does not hold it.
func (l *loader) abiOf(asset string) *abi {
	if len(l.abis) == 0 {
		for i := range l.plan.Assets {
			a := &l.plan.Assets[i]
			l.abis[a.ID] = nil
			if a.ABIFile == "" && len(a.ABI) > 0 {
				l.abis[a.ID] = readABI(slices.Concat(a.ABI, ProxyEvents(a.Proxy)))
			}
		}
	}
	return l.abis[asset]
}

func readABI(entries []string) *abi {
	a := &abi{map[string]bool{}, map[string][]string{}}
	for _, e := range entries {
		kind, name, err := abiName(e)
		if err == nil && !a.known[kind+" "+name] {
			a.known[kind+" "+name] = true
			a.names[kind] = append(a.names[kind], name)
		}
	}
	return a
}

// inABI checks that an event or a function that is named on an asset stands in that asset's ABI, where the plan holds it.
func (l *loader) inABI(kind, path, asset, named string) {
	if named == "" {
		return
	}
	a := l.abiOf(asset)
	if a == nil {
		return
	}
	name := nameOf(kind, named)
	if !a.known[kind+" "+name] {
		l.broken(path, fmt.Sprintf("%s %q is not in the ABI of asset %q", kind, clip(name), asset), l.advise(name, "the ABI has", a.names[kind]))
	}
}
