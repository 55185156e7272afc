package cli

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"tocsin/check"
	"tocsin/plan"
)

// opening is something in a new plan that only its team can fill in.
type opening struct {
	File string   `json:"file,omitempty"`
	Line int      `json:"line,omitempty"`
	What string   `json:"what"` // the thing, or a sentence
	Open []string `json:"open"` // its keys that are open

	title string
	thing string // place in the plan
}

// titles stand above the openings, in the order in which they are best filled in: who can be reached, what is watched, who
// holds what, and what the team then does together.
var titles = []string{
	"The people: name, how to reach them, the address they sign with",
	"The contracts",
	"The accounts that you need",
	"Where messages go",
	"Then together",
}

// together are the gaps that the whole team closes. All others follow from what the list holds, as long as somebody is still
// to be named.
var together = []string{"plan-not-reviewed", "plan-not-tested"}

// silently is the code of issues whose detectors only observe.
const silently = "issue-detected-silently"

// openings makes a list of a new plan's gaps, each thing once, in the order in which they are best filled in.
func openings(p *plan.Plan, src *plan.Source, gaps []check.Gap) []opening {
	l := &openingList{plan: p, source: src}
	unnamed := slices.ContainsFunc(slices.Concat(p.CoreTeam, p.ExtendedTeam), func(x plan.Person) bool {
		return plan.Open(x.Name) || slices.ContainsFunc(x.Contact, func(c plan.Contact) bool { return plan.Open(c.To) })
	})
	if slices.ContainsFunc(gaps, func(g check.Gap) bool { return g.Code == silently }) {
		at := src.At("detectors")
		l.list = append(l.list, opening{
			File: at.File, Line: at.Line, Open: []string{}, title: titles[4],
			What: "Read for some days what the detectors find, then let them page: mode: page",
		})
	}
	for _, g := range gaps {
		thing, rest, _ := strings.Cut(g.Subject, "]")
		switch g.Code {
		case "value-open", "asset-without-address":
			l.add(thing+"]", strings.TrimPrefix(rest, "."))
		case "contact-tbd":
			l.add(thing+"]", l.contactKind(g.Subject))
		case "approver-without-key", "quorum-impossible":
			l.addKeys(strings.TrimPrefix(thing, "decisions["))
		case silently: // said once, above
		default:
			if !unnamed || slices.Contains(together, g.Code) {
				l.list = append(l.list, opening{File: g.File, Line: g.Line, What: g.Say, Open: []string{}, title: titles[4]})
			}
		}
	}
	for i := range l.list {
		slices.SortStableFunc(l.list[i].Open, func(a, b string) int { return rank(a) - rank(b) })
	}
	slices.SortStableFunc(l.list, func(a, b opening) int {
		if x, y := slices.Index(titles, a.title), slices.Index(titles, b.title); x != y {
			return x - y
		}
		if a.title == titles[4] {
			return 0
		}
		return cmp.Or(strings.Compare(a.File, b.File), a.Line-b.Line)
	})
	return l.list
}

// rank orders the open keys of a thing: the name first, then how to reach them, then what they sign with.
func rank(key string) int {
	switch key {
	case "name":
		return 0
	case "keys":
		return 2
	}
	return 1
}

// openingList gathers what is open by the thing that it belongs to.
type openingList struct {
	plan   *plan.Plan
	source *plan.Source
	list   []opening
}

// add notes that a key of a thing, such as assets[main], is open.
func (l *openingList) add(thing, key string) {
	i := slices.IndexFunc(l.list, func(o opening) bool { return o.thing == thing })
	if i < 0 {
		at := l.source.At(thing)
		i = len(l.list)
		o := opening{File: at.File, Line: at.Line, Open: []string{}, thing: thing}
		o.What, o.title = l.describe(thing)
		l.list = append(l.list, o)
	}
	if !slices.Contains(l.list[i].Open, key) {
		l.list[i].Open = append(l.list[i].Open, key)
	}
}

// addKeys notes that those who decide something have nothing to sign with.
func (l *openingList) addKeys(decision string) {
	d, _ := l.plan.Decision(decision)
	for _, id := range l.plan.MembersOf(slices.Concat(d.Required, d.Additional.Who), time.Time{}) {
		team := "extended_team"
		if l.plan.Core(id) {
			team = "core_team"
		}
		if x, _ := l.plan.Person(id); len(x.Keys) == 0 {
			l.add(fmt.Sprintf("%s[%s]", team, id), "keys")
		}
	}
}

// contactKind is how somebody is reached by a contact, "core_team[ada].contact[0]".
func (l *openingList) contactKind(place string) string {
	for _, x := range slices.Concat(l.plan.CoreTeam, l.plan.ExtendedTeam) {
		for i, c := range x.Contact {
			if strings.HasSuffix(place, fmt.Sprintf("[%s].contact[%d]", x.ID, i)) {
				return c.Kind
			}
		}
	}
	return "contact"
}

// describe says what people call a thing, and the title it stands under.
func (l *openingList) describe(thing string) (what, title string) {
	section, id, _ := strings.Cut(strings.TrimSuffix(thing, "]"), "[")
	switch section {
	case "core_team", "extended_team":
		if x, _ := l.plan.Person(id); !plan.Open(x.Name) {
			return x.Name, titles[0]
		}
		return "The " + strings.ReplaceAll(id, "-", " "), titles[0]
	case "assets":
		a, _ := l.plan.Asset(id)
		if a.Kind == "contract" || a.Kind == "token" {
			return a.Name, titles[1]
		}
		return a.Name, titles[2]
	case "channels":
		c, _ := l.plan.Channel(id)
		return c.Name, titles[3]
	}
	return thing, titles[4]
}

// printOpenings prints what is to be filled in, under its titles.
func printOpenings(w io.Writer, list []opening) {
	last := ""
	for _, o := range list {
		if o.title != last {
			fmt.Fprintf(w, "\n%s\n", o.title)
			last = o.title
		}
		place := o.File
		if o.Line > 0 {
			place = fmt.Sprintf("%s:%d", o.File, o.Line)
		}
		open := ""
		if len(o.Open) > 0 {
			open = ": " + strings.Join(o.Open, ", ")
		}
		fmt.Fprintf(w, "  %-22s %s%s\n", place, strings.TrimSuffix(o.What, "."), open)
	}
}
