package document

import (
	"regexp"
	"slices"
	"strings"

	"tocsin/document/markdown"
	"tocsin/plan"
)

// readTeam reads a table of people and how to reach them. It is the core team unless its heading, or a heading above it,
// says that it is the extended one.
func readTeam(w *walker, p *part, i int) int {
	t := &p.blocks[i]
	if t.Kind != markdown.Table || p.section != "core_team" && p.section != "extended_team" {
		return 0
	}
	return w.team(p, t, p.section == "core_team")
}

// team reads a table of people into a team; it answers 0 if no column names them.
func (w *walker) team(p *part, t *markdown.Block, core bool) int {
	c := newColumns(t)
	name := c.find("name", "who~", "person", "member", "contact~", "contact name~", "contact person~")
	if name < 0 {
		return 0
	}
	title := c.find("title", "role~", "position", "job title", "organisation", "organization")
	categories := c.find("categories", "category")
	id := c.find("id~")
	ladder := c.find("ladder~")
	var ways []way
	for _, kind := range contactColumns {
		for at := c.find(kind.words...); at >= 0; at = c.find(kind.words...) {
			ways = append(ways, way{at, kind.kind})
		}
	}
	slices.SortFunc(ways, func(a, b way) int { return a.column - b.column })
	p.page.markHeader(t)
	for _, row := range t.Rows {
		if text(row, name) == "" {
			w.lose(p, row, "this row names nobody")
			continue
		}
		r := w.person(core, text(row, name), text(row, id))
		r.Title = text(row, title)
		r.Categories = all(filled(text(row, categories)))
		r.Body = !core && bodies.MatchString(r.Title)
		r.Contact = ladderOf(text(row, ladder))
		if len(r.Contact) == 0 {
			for _, wy := range ways {
				r.Contact = append(r.Contact, contacts(wy.kind, row[wy.column])...)
			}
		}
		section := "extended_team"
		if core {
			section = "core_team"
		}
		w.rest(p, c, row, section+"["+r.ID+"]", r)
		p.page.mark(lineOf(row), lineOf(row), placed)
	}
	return 1
}

// bodies are titles that only an organisation has.
var bodies = regexp.MustCompile(`(?i)^(law enforcement|police|regulator|cert|insurer|law firm|auditing firm|exchange)s?$`)

// way is a column that tells how to reach people.
type way struct {
	column int
	kind   string
}

var contactColumns = []struct {
	kind  string
	words []string
}{
	{"email", []string{"email", "e mail", "mail"}},
	{"telegram", []string{"telegram", "tg~"}},
	{"signal", []string{"signal"}},
	{"slack", []string{"slack"}},
	{"discord", []string{"discord"}},
	{"chat", []string{"chat", "handle", "im~"}},
	{"sms", []string{"sms", "text message"}},
	{"phone", []string{"phone", "telephone", "mobile", "cell", "phone number"}},
	{"terminal", []string{"terminal"}},
}

// contacts reads a cell that says how to reach somebody: an address or several. What cannot be an address stays, as a
// contact still to be given, with the words beside it.
func contacts(kind string, cell markdown.Cell) []plan.Contact {
	s := strings.TrimSpace(cell.Text)
	if s == "" || none.MatchString(s) {
		return nil
	}
	if plan.Open(s) {
		return []plan.Contact{{Kind: kind, To: plan.TBD}}
	}
	var found []plan.Contact
	for _, to := range strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == ',' || r == ';' }) {
		to = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(to), "mailto:"))
		c := plan.Contact{Kind: kind, To: to}
		switch {
		case to == "":
			continue
		case kind == "email" && !mail.MatchString(to), (kind == "phone" || kind == "sms") && (!phone.MatchString(to) || madeUp.MatchString(to)):
			c.To, c.Note = plan.TBD, to
			if plan.Open(to) {
				c.Note = ""
			}
		case plan.Open(to):
			c.To = plan.TBD
		}
		found = append(found, c)
	}
	return found
}

var (
	mail  = regexp.MustCompile(`^[^\s@<>",;]+@[^\s@<>",;]+\.[^\s@<>",;.]+$`)
	phone = regexp.MustCompile(`^\+[0-9][0-9 ()-]{4,18}$`)
)

// ladderOf reads a whole ladder: "email a@example.com; terminal console (night only)".
func ladderOf(s string) []plan.Contact {
	var found []plan.Contact
	for _, rung := range strings.Split(s, ";") {
		kind, to, ok := strings.Cut(strings.TrimSpace(rung), " ")
		if !ok {
			continue
		}
		c := plan.Contact{Kind: strings.ToLower(kind), To: strings.TrimSpace(to)}
		if i := strings.LastIndex(c.To, " ("); i > 0 && strings.HasSuffix(c.To, ")") {
			c.To, c.Note = c.To[:i], c.To[i+2:len(c.To)-1]
		}
		found = append(found, c)
	}
	return found
}
