package document

import (
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"tocsin/plan"
)

// withoutPeople copies a plan and takes out of the copy who people are, how to reach them and where secrets lie. People are
// called by their title or their role; their names and addresses are taken out of every text as well.
func withoutPeople(p *plan.Plan) *plan.Plan {
	q, err := plan.ParseCanonical(p.Canonical())
	if err != nil { // a plan that was not loaded may hold what no file could; such a one has nothing public
		return &plan.Plan{Tocsin: p.Tocsin, Protocol: p.Protocol, Name: p.Name, Version: p.Version}
	}
	var swap swaps
	called := map[string]int{}
	for _, core := range []bool{true, false} {
		team := q.ExtendedTeam
		if core {
			team = q.CoreTeam
		}
		for i := range team {
			swap.person(q, &team[i], core, called)
		}
	}
	hide := swap.replacer()
	q.Contacts = plan.ContactsFile{}
	q.Attachments = nil
	for i := range q.Assets {
		q.Assets[i].SecretAt, q.Assets[i].Recovery, q.Assets[i].Provider = "", "", ""
	}
	for i := range q.Channels {
		if !q.Channels[i].Public {
			q.Channels[i].To = ""
		}
	}
	redact(reflect.ValueOf(q).Elem(), hide)
	return q
}

// swaps gathers what is taken out of the texts, and what stands in its place.
type swaps struct {
	from []string // as they are written
	to   map[string]string
}

// ordinaryWords are given names that are words of the language as well: these are only taken out where they begin with a capital.
var ordinaryWords = strings.Fields(`will mark may june april august grace hope faith joy rose bill frank art rich sue pat drew chase grant jack max
	ray rob dean miles summer dawn iris ruby victor page drill act role plan scout guy an so see do in is to on`)

// person takes one person's details away and gives them another name: their title, else a role of theirs, else their team.
func (s *swaps) person(p *plan.Plan, r *plan.Person, core bool, called map[string]int) {
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

func (s *swaps) add(from, to string) {
	from = strings.TrimSpace(from)
	if len([]rune(from)) < 2 || plan.Open(from) || from == "console" {
		return
	}
	if s.to == nil {
		s.to = map[string]string{}
	}
	if _, have := s.to[strings.ToLower(from)]; !have {
		s.from = append(s.from, from)
		s.to[strings.ToLower(from)] = to
	}
}

// replacer takes names out of a text wherever they stand as words, the longest first.
func (s *swaps) replacer() func(string) string {
	if len(s.from) == 0 {
		return func(text string) string { return text }
	}
	from := slices.Clone(s.from)
	slices.SortStableFunc(from, func(a, b string) int { return len(b) - len(a) })
	for i, f := range from {
		quoted := regexp.QuoteMeta(f)
		if !slices.Contains(ordinaryWords, strings.ToLower(f)) {
			quoted = "(?i:" + quoted + ")"
		} else {
			quoted = regexp.QuoteMeta(strings.ToUpper(f[:1]) + f[1:])
		}
		from[i] = quoted
	}
	re := regexp.MustCompile(`(^|[^\pL\pN_])(` + strings.Join(from, "|") + `)($|[^\pL\pN_])`)
	return func(text string) string {
		for range 2 { // matches beside each other share the character between them
			text = re.ReplaceAllStringFunc(text, func(m string) string {
				parts := re.FindStringSubmatch(m)
				return parts[1] + s.to[strings.ToLower(parts[2])] + parts[3]
			})
		}
		return text
	}
}

// redact walks the free texts of a plan; ids, forms and choices stay as they are.
func redact(v reflect.Value, hide func(string) string) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if f.IsExported() && !bound(f.Tag.Get("plan")) {
				redact(v.Field(i), hide)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			redact(v.Index(i), hide)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			redact(v.Elem(), hide)
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
