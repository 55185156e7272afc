package check

import (
	"fmt"
	"slices"
	"strings"

	"tocsin/plan"
)

// named is a thing with a name that people say aloud.
type named struct{ path, name, what string }

// checkNames looks for names that two people could take for each other: the same but for case, plural and punctuation; of
// categories and issues also one that is the beginning or the end of the other.
func (c *checker) checkNames() {
	var categories, issues, people []named
	for _, k := range c.plan.Categories {
		categories = append(categories, named{fmt.Sprintf("categories[%s]", k.ID), k.Name, "category"})
	}
	for _, i := range c.plan.Issues {
		issues = append(issues, named{fmt.Sprintf("issues[%s]", i.ID), i.Name, "issue"})
	}
	for _, g := range c.plan.Groups {
		people = append(people, named{fmt.Sprintf("groups[%s]", g.ID), g.Name, "group"})
	}
	for _, r := range c.plan.Rotas {
		people = append(people, named{fmt.Sprintf("rotas[%s]", r.ID), r.Name, "rota"})
	}
	for _, r := range c.plan.Roles {
		people = append(people, named{fmt.Sprintf("roles[%s]", r.ID), r.Name, "role"})
	}
	for _, r := range c.plan.CoreTeam {
		people = append(people, named{fmt.Sprintf("core_team[%s]", r.ID), r.Name, "person"})
	}
	for _, r := range c.plan.ExtendedTeam {
		people = append(people, named{fmt.Sprintf("extended_team[%s]", r.ID), r.Name, "person"})
	}
	for _, u := range c.plan.Unlisted {
		people = append(people, named{fmt.Sprintf("unlisted[%s]", u.ID), u.Name, "name on no list"})
	}
	c.checkSame(categories)
	c.checkSame(issues)
	c.checkSame(people)
	c.checkWithin(categories)
	c.checkWithin(issues)
}

func (c *checker) checkSame(things []named) {
	first := map[string]named{}
	for _, t := range things {
		k := key(t.name)
		if k == "" || plan.Open(t.name) {
			continue
		}
		if other, ok := first[k]; ok {
			c.clash(other, t)
			continue
		}
		first[k] = t
	}
}

// checkWithin looks for names that begin or end another name.
func (c *checker) checkWithin(things []named) {
	whole := map[string]named{}
	for _, t := range things {
		whole[key(t.name)] = t
	}
	for _, t := range things {
		words := wordsOf(t.name)
		for n := 1; n < len(words); n++ {
			for _, part := range []string{strings.Join(words[:n], " "), strings.Join(words[len(words)-n:], " ")} {
				if other, ok := whole[part]; ok && !c.toldApart(other, t) {
					c.clash(other, t)
				}
			}
		}
	}
}

// toldApart reports whether the gap of a category without responder has said already that two categories are akin.
func (c *checker) toldApart(a, b named) bool {
	return slices.ContainsFunc(c.gaps, func(g Gap) bool {
		return g.Code == "category-without-responder" && (g.Subject == a.path || g.Subject == b.path)
	})
}

func (c *checker) clash(a, b named) {
	say := fmt.Sprintf("The %s %q and the %s %q are easily taken for each other.", a.what, a.name, b.what, b.name)
	if a.name == b.name && a.what == b.what {
		say = fmt.Sprintf("Two %s have the name %q.", plural(a.what), a.name)
	}
	c.add(Warning, "names-clash", b.path, say,
		"Said aloud on a call, one would be heard as the other.",
		"Give one of them another name.")
}

func plural(what string) string {
	switch what {
	case "category":
		return "categories"
	case "name on no list":
		return "names on no list"
	}
	return what + "s"
}

// akin reports whether all words of one name stand in the other.
func akin(a, b string) bool {
	x, y := wordsOf(a), wordsOf(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	return len(x) > 0 && !slices.ContainsFunc(x, func(w string) bool { return !slices.Contains(y, w) })
}
