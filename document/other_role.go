package document

import (
	"regexp"
	"slices"
	"strings"

	"tocsin/document/markdown"
	"tocsin/plan"
)

// readRoles reads a table whose rows begin with a role: who holds it, who stands in, what they do, how to reach them.
func readRoles(w *walker, p *part, i int) int {
	t := &p.blocks[i]
	if t.Kind != markdown.Table || p.own && !slices.Contains([]string{"roles", "core_team", "extended_team", "rotas", "escalation"}, p.section) {
		return 0
	}
	c := newColumns(t)
	role := c.find("role", "incident role", "responsibility area", "function~", "position")
	if role < 0 {
		return 0
	}
	if role > 0 && c.has("name") && c.find("name", "person") == 0 {
		return 0 // people with what they are: a team
	}
	c = newColumns(t)
	role = c.find("role", "incident role", "responsibility area", "function~", "position")
	primary := c.find("primary", "name", "person", "holder", "assigned", "assignee", "who~", "lead~", "owner~", "member")
	backup := c.find("backup", "secondary", "deputy", "alternate", "stand in", "second~")
	duties := c.find("responsibilities", "responsibility", "duties", "tasks", "description", "does~")
	zone := c.find("timezone", "time zone", "tz~", "zone~")
	var ways []way
	for _, kind := range append(contactColumns, struct {
		kind  string
		words []string
	}{"", []string{"contact", "contacts", "contact info", "how to reach", "handles"}}) {
		for at := c.find(kind.words...); at >= 0; at = c.find(kind.words...) {
			ways = append(ways, way{at, kind.kind})
		}
	}
	if primary < 0 && backup < 0 && duties < 0 && len(ways) == 0 {
		return 0
	}
	slices.SortFunc(ways, func(a, b way) int { return a.column - b.column })
	p.page.markHeader(t)
	for _, row := range t.Rows {
		if text(row, role) == "" {
			w.lose(p, row, "this row names no role")
			continue
		}
		w.roleRow(p, c, row, roleColumns{role, primary, backup, duties, zone, ways})
		p.page.mark(lineOf(row), lineOf(row), placed)
	}
	return 1
}

type roleColumns struct {
	role, primary, backup, duties, zone int
	ways                                []way
}

// roleRow reads one role. A holder who is not named yet is asked for: the words of the row stay a note about the role.
func (w *walker) roleRow(p *part, c *columns, row []markdown.Cell, at roleColumns) {
	name := markdown.Flat(text(row, at.role))
	if p.section == "extended_team" && text(row, at.duties) == "" && filled(text(row, at.primary)) == "" {
		w.outsider(p, c, row, at, name)
		return
	}
	id := w.roleNamed(name).ID
	about := "roles[" + id + "]"
	for _, duty := range sentences(text(row, at.duties)) {
		w.addDuty(id, duty)
	}
	holder := w.holder(p, c, row, at.primary, name)
	second := w.holder(p, c, row, at.backup, name)
	w.hold(id, holder, second)
	if text(row, at.primary) == "" && at.primary >= 0 {
		w.warn(p, lineOf(row), "nobody is named for “"+clip(name)+"”", "say who holds the role")
	}
	person := w.personOf(holder)
	if zone := text(row, at.zone); zone != "" {
		if person != nil && person.TimeZone == "" && zoneName.MatchString(zone) {
			person.TimeZone = zone
		} else {
			about := about
			if person != nil {
				about = personAbout(w.plan, holder)
			}
			w.note(about, w.header(c, at.zone)+zone, "\n")
		}
	}
	for _, wy := range at.ways {
		cell := row[wy.column]
		if text(row, wy.column) == "" {
			continue
		}
		if person == nil {
			w.note(about, w.header(c, wy.column)+text(row, wy.column), "\n")
			continue
		}
		person.Contact = append(person.Contact, reach(wy.kind, cell)...)
	}
	if person != nil {
		w.rest(p, c, row, personAbout(w.plan, holder), person)
		return
	}
	w.rest(p, c, row, about, byID(w.plan.Roles, func(r *plan.Role) string { return r.ID }, id))
}

// outsider reads a row of the extended team that says what somebody is and not yet who: "Auditor | [contact]".
func (w *walker) outsider(p *part, c *columns, row []markdown.Cell, at roleColumns, name string) {
	r := w.person(false, name, "")
	r.Body = bodies.MatchString(name) || firms.MatchString(name)
	about := "extended_team[" + r.ID + "]"
	for _, wy := range at.ways {
		r.Contact = append(r.Contact, reach(wy.kind, row[wy.column])...)
	}
	for _, column := range []int{at.primary, at.backup} {
		if s := text(row, column); s != "" {
			w.note(about, w.header(c, column)+s, "\n")
		}
	}
	w.rest(p, c, row, about, r)
}

var zoneName = regexp.MustCompile(`^(UTC|[A-Z][A-Za-z]+/[A-Z][A-Za-z_/+-]+)$`)

var firms = regexp.MustCompile(`(?i)\b(firm|agency|company|council|exchange|partner|provider|police|enforcement|regulator|insurer|seal ?911|team|counsel office)\b`)

func (w *walker) header(c *columns, column int) string {
	if h := strings.TrimSpace(c.table.Header[column].Text); h != "" {
		return h + ": "
	}
	return ""
}

// roleNamed finds a role by its name or adds it, known by what stands in brackets behind it as well: "Incident Commander
// (IC)".
func (w *walker) roleNamed(name string) *plan.Role {
	short, long := "", name
	if m := abbreviation.FindStringSubmatch(name); m != nil {
		long, short = m[1], m[2]
	}
	r := w.role(long)
	if key := nameKey(short); key != "" && w.names[people][key] == "" {
		w.names[people][key] = r.ID
	}
	return r
}

var abbreviation = regexp.MustCompile(`^(.+?)\s*\(([A-Z][A-Za-z]{0,4})\)$`)

// holder answers the id of the person, group or rota that a cell names, added to the team if nothing holds it yet; empty for
// a placeholder, whose words become a note about the role.
func (w *walker) holder(p *part, c *columns, row []markdown.Cell, column int, role string) string {
	s := markdown.Flat(text(row, column))
	if s == "" {
		return ""
	}
	if placeholder(s) {
		w.note("roles["+w.roleNamed(role).ID+"]", w.header(c, column)+s, "\n")
		w.warn(p, row[column].Line, "“"+clip(s)+"” stands where somebody should be named for “"+clip(role)+"”", "say who it is")
		return ""
	}
	return w.somebody(p, s)
}

// met answers a person whom a role has named before the list of the team does, as a member of that team; nil if there is
// none. Whoever a role has named is met once: a second person of the same name is another.
func (b *builder) met(core bool, name string) *plan.Person {
	id := b.find(people, name)
	if !b.named[id] {
		return nil
	}
	delete(b.named, id)
	from, to := &b.plan.ExtendedTeam, &b.plan.CoreTeam
	if !core {
		from, to = to, from
	}
	of := func(r *plan.Person) string { return r.ID }
	if r := byID(*to, of, id); r != nil {
		return r
	}
	i := slices.IndexFunc(*from, func(r plan.Person) bool { return r.ID == id })
	if i < 0 {
		return nil
	}
	*to = append(*to, (*from)[i])
	*from = slices.Delete(*from, i, i+1)
	return &(*to)[len(*to)-1]
}

// somebody finds whom a name means, or adds the person to the team that the part is about.
func (w *walker) somebody(p *part, name string) string {
	at := handleIn.FindString(name)
	bare := strings.TrimSpace(strings.Trim(strings.Replace(name, at, "", 1), " ()"))
	if at != "" && bare == "" {
		bare = at
	}
	if id := w.known(bare); id != "" {
		return id
	}
	r := w.person(p.section != "extended_team", bare, "")
	if w.named == nil {
		w.named = map[string]bool{}
	}
	w.named[r.ID] = true
	if at != "" {
		r.Contact = append(r.Contact, plan.Contact{Kind: "chat", To: at})
	}
	return r.ID
}

var handleIn = regexp.MustCompile(`(?:^|[\s(])@[\w.]+`)

// hold makes people the holders of a role, in order, and the second the first one's backup.
func (w *walker) hold(role, first, second string) {
	r := byID(w.plan.Roles, func(r *plan.Role) string { return r.ID }, role)
	for _, id := range []string{first, second} {
		if id != "" && id != role && r != nil && !slices.Contains(r.Holders, id) {
			r.Holders = append(r.Holders, id)
		}
	}
	if person := w.personOf(first); person != nil && second != "" && second != first && second != role && !slices.Contains(person.Backups, second) {
		person.Backups = append(person.Backups, second)
	}
}

// personOf answers the person of an id; nil if it is somebody else.
func (w *walker) personOf(id string) *plan.Person {
	of := func(r *plan.Person) string { return r.ID }
	if r := byID(w.plan.CoreTeam, of, id); r != nil {
		return r
	}
	return byID(w.plan.ExtendedTeam, of, id)
}

func personAbout(p *plan.Plan, id string) string {
	if p.Core(id) {
		return "core_team[" + id + "]"
	}
	return "extended_team[" + id + "]"
}

func (w *walker) addDuty(role, duty string) {
	r := byID(w.plan.Roles, func(r *plan.Role) string { return r.ID }, role)
	if duty = strings.TrimSpace(duty); r != nil && duty != "" && !slices.Contains(r.Duties, duty) {
		r.Duties = append(r.Duties, duty)
	}
}

// sentences cuts a cell that lists duties: one per line, or set apart by semicolons.
func sentences(s string) []string {
	var cut []string
	for _, line := range strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == ';' || r == '•' }) {
		if line = strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(line), "-*")); line != "" && !plan.Open(line) {
			cut = append(cut, line)
		}
	}
	return cut
}
