package cli

import (
	"fmt"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"tocsin/fault"
	"tocsin/plan"
)

// someone is a person as --person names them.
type someone struct {
	name, mail, phone string
	place             string // role or person of the starter; empty for the next that is free
}

var (
	personMail  = regexp.MustCompile(`<([^<>]*)>`)
	personPhone = regexp.MustCompile(`\+[0-9][0-9 ().-]*[0-9]`)
	personPlace = regexp.MustCompile(`(?:^|\s)([a-z0-9]+(?:-[a-z0-9]+)*)$`)
)

// parsePerson reads "Name <mail> +phone place"; all but the name may be missing.
func parsePerson(text string) (someone, error) {
	bad := func(what string) (someone, error) {
		return someone{}, fault.New(fault.Invalid, "%q %s.", text, what).Instead(`Write "Janet R <janet@example.com> +19995551212", and behind it the role they take if you like.`)
	}
	var s someone
	name, rest, marked := strings.Cut(text, "<")
	if marked {
		m := personMail.FindStringSubmatch("<" + rest)
		if m == nil {
			return bad("holds an e-mail address that does not end")
		}
		if a, err := mail.ParseAddress(m[1]); err != nil || a.Address != m[1] {
			return bad("holds no e-mail address between < and >")
		}
		s.mail = m[1]
		_, rest, _ = strings.Cut(rest, ">")
	} else if at := strings.IndexByte(text, '+'); at >= 0 {
		name, rest = text[:at], text[at:]
	}
	if s.phone = personPhone.FindString(rest); s.phone != "" {
		rest = strings.Replace(rest, s.phone, "", 1)
		if say, _ := (plan.Contact{Kind: "phone", To: s.phone}).Problem(); say != "" {
			return bad("holds no telephone number that can be called")
		}
	}
	if rest = strings.TrimSpace(rest); rest != "" {
		m := personPlace.FindStringSubmatch(rest)
		if m == nil || m[0] != rest {
			return bad("cannot be read")
		}
		s.place = rest
	}
	if s.name = strings.Join(strings.Fields(name), " "); s.name == "" || strings.ContainsFunc(s.name, unprintable) {
		return bad("names nobody")
	}
	if !strings.ContainsFunc(s.name, unicode.IsLetter) || strings.Contains(s.name, "@") {
		return bad("does not begin with a name")
	}
	return s, nil
}

func unprintable(r rune) bool { return !unicode.IsPrint(r) }

// putInPeople gives names and contacts to the starter's people: by place where that is said, the others in turn.
func (b *beginning) putInPeople(p *plan.Plan, q *questions) error {
	people := make([]someone, 0, len(b.persons))
	for _, text := range b.persons {
		s, err := parsePerson(text)
		if err != nil {
			return err
		}
		people = append(people, s)
	}
	for _, placed := range []bool{true, false} {
		for _, s := range people {
			if (s.place != "") != placed {
				continue
			}
			x, err := b.placeOf(p, s)
			if err != nil {
				return err
			}
			s.become(x)
		}
	}
	if len(b.persons) > 0 || b.yes {
		return nil
	}
	for i := range p.CoreTeam {
		if err := b.askPerson(&p.CoreTeam[i], q); err != nil {
			return err
		}
	}
	return nil
}

func (b *beginning) askPerson(x *plan.Person, q *questions) error {
	what := fmt.Sprintf("Who is the %s?", strings.ReplaceAll(x.ID, "-", " "))
	why := "Name <mail> +phone; leave it TBD if you do not know yet."
	if x.Title != "" {
		why = x.Title + ". " + why
	}
	_, err := q.ask("person", what, why, plan.TBD, func(answer string) error {
		if strings.EqualFold(answer, plan.TBD) {
			return nil
		}
		s, err := parsePerson(answer)
		if err == nil {
			s.become(x)
		}
		return err
	})
	return err
}

// placeOf finds the person of the starter whom somebody is to be.
func (b *beginning) placeOf(p *plan.Plan, s someone) (*plan.Person, error) {
	_, isRole := p.Role(s.place)
	if _, isPerson := p.Person(s.place); s.place != "" && !isRole && !isPerson {
		var places []string
		for _, x := range slices.Concat(p.CoreTeam, p.ExtendedTeam) {
			places = append(places, x.ID)
		}
		for _, r := range p.Roles {
			places = append(places, r.ID)
		}
		return nil, fault.New(fault.Invalid, "The starter %s has no place %q for %s.", b.starter, s.place, s.name).Instead("Its places are: %s.", strings.Join(places, ", "))
	}
	for _, team := range [][]plan.Person{p.CoreTeam, p.ExtendedTeam} {
		for i := range team {
			x := &team[i]
			fits := s.place == "" || x.ID == s.place || isRole && slices.Contains(x.Roles, s.place)
			if fits && plan.Open(x.Name) {
				return x, nil
			}
		}
	}
	if s.place != "" {
		return nil, fault.New(fault.Invalid, "No place of the starter %s is left for %s as %s.", b.starter, s.name, s.place).Instead("Leave the place out, or add them to the plan by hand.")
	}
	return nil, fault.New(fault.Invalid, "The starter %s has fewer places than that: none is left for %s.", b.starter, s.name).Instead("Add them to the plan by hand.")
}

// become gives a person of the plan a name and contacts.
func (s someone) become(x *plan.Person) {
	x.Name = s.name
	for _, c := range []plan.Contact{{Kind: "phone", To: s.phone}, {Kind: "email", To: s.mail}} {
		if c.To == "" {
			continue
		}
		if i := slices.IndexFunc(x.Contact, func(k plan.Contact) bool { return k.Kind == c.Kind && plan.Open(k.To) }); i >= 0 {
			x.Contact[i].To = c.To
		} else {
			x.Contact = append(x.Contact, c)
		}
	}
}
