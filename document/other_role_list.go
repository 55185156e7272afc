package document

import (
	"regexp"
	"strings"

	"tocsin/document/markdown"
	"tocsin/plan"
)

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
