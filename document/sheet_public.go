package document

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"tocsin/plan"
)

// withoutPeople copies a plan and takes out of the copy who people are, how to reach them, where secrets lie, what sets detectors
// off and what moderators of exercises hold back. People are
// called by their title or their role; their names and addresses are taken out of every text as well.
func withoutPeople(p *plan.Plan) *plan.Plan {
	q, err := plan.ParseCanonical(p.Canonical())
	if err != nil { // a plan that was not loaded may hold what no file could; such a one has nothing public
		return &plan.Plan{Tocsin: p.Tocsin, Protocol: p.Protocol, Name: p.Name, Version: p.Version}
	}
	swap, ids := swaps{}, map[string]string{}
	called := map[string]int{}
	for _, team := range [][]plan.Person{p.CoreTeam, p.ExtendedTeam} {
		for i := range team {
			for _, c := range team[i].Sealed { // the copy does not have them
				swap.add(c.To, "(left out)")
			}
		}
	}
	for _, core := range []bool{true, false} {
		team := q.ExtendedTeam
		if core {
			team = q.CoreTeam
		}
		for i := range team {
			swap.person(q, &team[i], core, called)
			ids[team[i].ID] = freeID(q, "person-"+strconv.Itoa(len(ids)+1))
		}
	}
	q.Contacts = plan.ContactsFile{}
	q.Attachments = nil
	for i := range q.Assets {
		q.Assets[i].SecretAt, q.Assets[i].Recovery, q.Assets[i].Provider = "", "", ""
	}
	for i := range q.Exercises.Scenarios { // for the moderator alone
		s := &q.Exercises.Scenarios[i]
		s.From, s.Bind, s.Opening, s.Injects, s.Held = "", nil, "", nil, nil
	}
	for i, d := range q.Detectors { // who knows a threshold stays below it
		q.Detectors[i] = plan.Detector{ID: d.ID, Name: d.Name, Kind: d.Kind, Mode: d.Mode, Asset: d.Asset, Chain: d.Chain, Message: d.Message}
	}
	for i := range q.Channels {
		if !q.Channels[i].Public {
			q.Channels[i].To = ""
		}
	}
	redact(reflect.ValueOf(q).Elem(), swap.hide, ids)
	return q
}

// swaps are what is taken out of the texts, and what stands in its place, by the first word of it in lower case.
type swaps map[string][]swap

// swap is one of them; before is what stands in front of its first word, such as the @ of a handle.
type swap struct{ before, from, to string }

// ordinaryWords are given names that are words of the language as well: these are only taken out where they begin with a capital.
var ordinaryWords = strings.Fields(`will mark may june april august grace hope faith joy rose bill frank art rich sue pat drew chase grant jack max
	ray rob dean miles summer dawn iris ruby victor page drill act role plan scout guy an so see do in is to on`)

// person takes one person's details away and gives them another name: their title, else a role of theirs, else their team.
func (s swaps) person(p *plan.Plan, r *plan.Person, core bool, called map[string]int) {
	name := r.Title
	for _, id := range r.Roles {
		if role, ok := p.Role(id); ok && name == "" {
			name = role.Name
		}
	}
	if name == "" && core {
		name = "a member of the core team"
	} else if name == "" {
		name = "a member of the extended team"
	}
	if called[name]++; called[name] > 1 {
		name += " (" + strconv.Itoa(called[name]) + ")"
	}
	s.add(r.Name, name)
	if !r.Body {
		given, _, more := strings.Cut(strings.TrimSpace(r.Name), " ")
		if more {
			s.add(given, name)
		}
		s.add(r.ID, name)
	}
	for _, c := range r.Ladder() {
		s.add(c.To, "(left out)")
	}
	r.Name, r.Title, r.Contact, r.Keys, r.TimeZone, r.Sealed = name, "", nil, nil, "", nil
}

func (s swaps) add(from, to string) {
	from = strings.TrimSpace(from)
	start := strings.IndexFunc(from, inWord)
	if len([]rune(from)) < 2 || plan.Open(from) || from == "console" || start < 0 {
		return
	}
	first := strings.ToLower(wordAt(from[start:]))
	all := append(s[first], swap{from[:start], from[start:], to})
	slices.SortStableFunc(all, func(a, b swap) int { return len(b.before+b.from) - len(a.before+a.from) })
	s[first] = all
}

func inWord(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }

// wordAt is the word at the beginning of a text.
func wordAt(s string) string {
	if end := strings.IndexFunc(s, func(r rune) bool { return !inWord(r) }); end >= 0 {
		return s[:end]
	}
	return s
}

// hide takes names out of a text wherever they stand as words, the longest first.
func (s swaps) hide(text string) string {
	var out strings.Builder
	done := 0 // what is written
	for at := 0; at < len(text); {
		word := wordAt(text[at:])
		if word == "" {
			_, n := utf8.DecodeRuneInString(text[at:])
			at += n
			continue
		}
		next := at + len(word)
		for _, w := range s[strings.ToLower(word)] {
			end := at + len(w.from)
			if end > len(text) || !strings.EqualFold(text[at:end], w.from) || wordAt(text[end:]) != "" && inWord(lastOf(w.from)) ||
				!strings.HasSuffix(text[done:at], w.before) || slices.Contains(ordinaryWords, strings.ToLower(w.from)) && strings.ToLower(word) == word {
				continue
			}
			out.WriteString(text[done:at-len(w.before)] + w.to)
			done, next = end, end
			break
		}
		at = next
	}
	return out.String() + text[done:]
}

func lastOf(s string) rune {
	r, _ := utf8.DecodeLastRuneInString(s)
	return r
}

// freeID is an id that nothing else has that a reference to a person may lead to.
func freeID(p *plan.Plan, id string) string {
	for p.NameOf(id) != id {
		id += "x"
	}
	return id
}

// redact walks a plan: names leave its free texts, and persons get other ids, for an id is a name as well. All other ids,
// forms and choices stay as they are.
func redact(v reflect.Value, hide func(string) string, ids map[string]string) {
	switch v.Kind() {
	case reflect.Struct:
		person := v.Type() == reflect.TypeFor[plan.Person]()
		for i := range v.NumField() {
			f := v.Type().Field(i)
			switch tag := f.Tag.Get("plan"); {
			case !f.IsExported() || f.Type == reflect.TypeFor[plan.Timing]():
			case strings.Contains(tag, "ref=") && strings.Contains(tag, "person") || person && f.Name == "ID":
				redact(v.Field(i), func(id string) string {
					if other, ok := ids[id]; ok {
						return other
					}
					return id
				}, ids)
			case !bound(tag):
				redact(v.Field(i), hide, ids)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			redact(v.Index(i), hide, ids)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			redact(v.Elem(), hide, ids)
		}
	case reflect.String:
		if v.CanSet() {
			v.SetString(hide(v.String()))
		}
	}
}

// bound reports whether a tag makes a text something other than free: a reference, a choice, something with a form.
func bound(tag string) bool {
	return strings.Contains(tag, "ref=") || strings.Contains(tag, "one=") || strings.Contains(tag, "form=")
}
