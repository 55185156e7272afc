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
	p.page.mark(t.From, t.From+1, placed)
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

// readRoleItems reads roles from a list: "- Scribe: Ada (backup: Ben)", "- Scribe: keeps the time line".
func readRoleItems(w *walker, p *part, i int) int {
	b := &p.blocks[i]
	if b.Kind != markdown.Item || p.section != "roles" || b.Level > 0 {
		return 0
	}
	flat := markdown.Flat(b.Text)
	lead, rest, ok := cutLead(flat)
	if !ok && strings.HasSuffix(flat, ":") {
		lead, ok = strings.TrimSuffix(flat, ":"), true
	}
	if !ok && len(strings.Fields(flat)) <= 5 && !strings.HasSuffix(flat, ".") {
		lead, ok = flat, true // a role and nothing else
	}
	if !ok || placeholder(lead) {
		return 0
	}
	id := w.roleNamed(lead).ID
	w.roleFact(p, b, id, rest)
	p.page.mark(b.From, b.To, placed)
	n := 1
	for ; i+n < len(p.blocks) && p.blocks[i+n].Kind == markdown.Item && p.blocks[i+n].Level > 0; n++ {
		w.roleBlock(p, &p.blocks[i+n], id)
	}
	return n
}

// rolePart reads a heading that is a role, with its duties and holders under it.
func (w *walker) rolePart(p *part) bool {
	if p.up.section != "roles" || p.up.heading == nil || len(p.parts) > 0 || len(strings.Fields(p.title)) > 6 || plan.Open(p.title) || nothingButWords.MatchString(p.title) {
		return false
	}
	for i := range p.blocks {
		if p.blocks[i].Kind == markdown.Table {
			return false
		}
	}
	id := w.roleNamed(p.title).ID
	p.page.mark(p.heading.From, p.heading.To, placed)
	for i := range p.blocks {
		w.roleBlock(p, &p.blocks[i], id)
	}
	done(p)
	return true
}

// nothingButWords are headings among roles that are none.
var nothingButWords = regexp.MustCompile(`(?i)^(overview|introduction|notes?|general|responsibilities|assignment|how|why|when|raci|principles?|hand-?over|contacts?|on-?call)\b`)

// roleBlock reads a paragraph or item under a role.
func (w *walker) roleBlock(p *part, b *markdown.Block, role string) {
	about := "roles[" + role + "]"
	lines := strings.Split(b.Text, "\n")
	if b.Kind != markdown.Paragraph && b.Kind != markdown.Item || len(lines) != b.To-b.From+1 {
		w.within(p, about, func() { w.leave(p, b) })
		return
	}
	if f, ok := factOf(lines[0]); ok && roleKeys[f.key] {
		for n, line := range lines {
			if f, ok := factOf(line); !ok || !w.roleValue(p, b.From+n, role, f) {
				w.within(p, about, func() { w.keep(p, b.From+n, b.From+n) })
			}
			p.page.mark(b.From+n, b.From+n, placed)
		}
		return
	}
	flat := markdown.Flat(b.Text)
	if leadIn.MatchString(flat) {
		p.page.mark(b.From, b.To, placed) // "Responsibilities:" above the duties
		return
	}
	if b.Kind == markdown.Item && b.Level == 0 || b.Kind == markdown.Item && b.Level == 1 {
		w.addDuty(role, linked(flat, b.Links))
		p.page.mark(b.From, b.To, placed)
		return
	}
	w.within(p, about, func() { w.leave(p, b) })
}

var leadIn = regexp.MustCompile(`(?i)^(key |main |primary )?(responsibilities|duties|tasks|role|responsible for)( include)?:$`)

var roleKeys = map[string]bool{
	"primary": true, "holder": true, "assigned to": true, "assigned": true, "who": true, "person": true, "name": true, "held by": true, "lead": true,
	"backup": true, "deputy": true, "secondary": true, "alternate": true, "stand in": true,
	"responsibilities": true, "responsibility": true, "duties": true,
}

// roleValue reads a fact about a role.
func (w *walker) roleValue(p *part, line int, role string, f fact) bool {
	switch f.key {
	case "backup", "deputy", "secondary", "alternate", "stand in":
		first := ""
		if r := byID(w.plan.Roles, func(r *plan.Role) string { return r.ID }, role); r != nil && len(r.Holders) > 0 {
			first = r.Holders[0]
		}
		if placeholder(f.value) || f.value == "" {
			return false
		}
		w.hold(role, first, w.somebody(p, f.value))
	case "responsibilities", "responsibility", "duties":
		for _, duty := range sentences(f.value) {
			w.addDuty(role, duty)
		}
	default:
		if !roleKeys[f.key] || placeholder(f.value) || f.value == "" {
			if roleKeys[f.key] {
				w.warn(p, line, "nobody is named for “"+clip(w.plan.NameOf(role))+"”", "say who holds the role")
			}
			return false
		}
		w.hold(role, w.somebody(p, f.value), "")
	}
	return true
}

var backupIn = regexp.MustCompile(`(?i)\s*[,;(]?\s*\(?(?:backup|deputy|alternate|secondary)\s*[:=–-]?\s*([^()]+?)\)?\s*$`)

// roleFact reads what stands behind a role's name in a list: who holds it, or what it is for.
func (w *walker) roleFact(p *part, b *markdown.Block, role, rest string) {
	if rest == "" {
		return
	}
	holder, second := rest, ""
	if m := backupIn.FindStringSubmatchIndex(rest); m != nil && m[0] > 0 {
		holder, second = strings.TrimSpace(rest[:m[0]]), rest[m[2]:m[3]]
	}
	switch {
	case placeholder(holder):
		w.note("roles["+role+"]", rest, "\n")
		w.warn(p, b.From, "“"+clip(rest)+"” stands where somebody should be named for “"+clip(w.plan.NameOf(role))+"”", "say who it is")
	case personal(holder) && (second == "" || personal(second) || placeholder(second)):
		first := w.somebody(p, holder)
		other := ""
		if second != "" && !placeholder(second) {
			other = w.somebody(p, second)
		} else if second != "" {
			w.note("roles["+role+"]", rest, "\n")
		}
		w.hold(role, first, other)
		if person := w.personOf(first); person != nil && len(b.Links) > 0 && strings.HasPrefix(b.Links[0].URL, "mailto:") {
			person.Contact = append(person.Contact, plan.Contact{Kind: "email", To: strings.TrimPrefix(b.Links[0].URL, "mailto:")})
		}
	default:
		w.addDuty(role, linked(rest, b.Links))
	}
}

// personal reports whether a text looks like the name of one person rather than a sentence about one.
func personal(s string) bool {
	words := strings.Fields(strings.Trim(s, " ()"))
	if len(words) == 0 || len(words) > 4 || strings.ContainsAny(s, ".!?") && !initials.MatchString(s) {
		return false
	}
	for _, word := range words {
		if !nameWord.MatchString(word) {
			return false
		}
	}
	return len(words) > 1 || strings.HasPrefix(s, "@") || !strings.HasSuffix(s, "s")
}

var (
	initials = regexp.MustCompile(`\b[A-Z]\.`)
	nameWord = regexp.MustCompile(`^(@[\w.]+|\(@?[\w.]+\)|\p{Lu}[\p{L}'’.-]*|de|van|von|der|da|di|la|le|del|bin|al)$`)
)

// names reports whether every text of a list may be a name.
func names(list []string) bool {
	for _, s := range list {
		if len(strings.Fields(s)) > 5 || strings.HasSuffix(s, ".") {
			return false
		}
	}
	return len(list) > 0
}
