package document

import (
	"regexp"
	"slices"
	"strings"

	"tocsin/document/markdown"
	"tocsin/plan"
)

var (
	placeholders = regexp.MustCompile(`(?i)^(@?(whoever\b.*|any(?:one|body)\b.*|first (?:available|free)\b.*|todo|tbd|tbc|name|person|someone|handle|username|user|xxx+|unknown|vacant|open|none)|your[ _-]?\w+|first[ _-]?last( name)?|full name|name \d+|person responsible|\$\{.*\}|__+|\.{3,}|-+|—|n/a|0x\.{3}|0x\[.*\])$`)
	// madeUp finds numbers that nobody has: 555, 000, XXX.
	madeUp    = regexp.MustCompile(`(?i)x{3,}|\b555\b|(\b0{3,}\b.*){2}|\.{3}|…|#{3,}`)
	mailIn    = regexp.MustCompile(`[^\s@<>",;:()]+@[^\s@<>",;:()]+\.[A-Za-z]{2,}`)
	phoneIn   = regexp.MustCompile(`\+?\d[\d ().-]{6,18}\d`)
	kindWords = []struct {
		kind  string
		words *regexp.Regexp
	}{
		{"telegram", regexp.MustCompile(`(?i)\b(telegram|tg|t\.me)\b`)},
		{"signal", regexp.MustCompile(`(?i)\bsignal\b`)},
		{"slack", regexp.MustCompile(`(?i)\bslack\b`)},
		{"discord", regexp.MustCompile(`(?i)\bdiscord\b`)},
		{"email", regexp.MustCompile(`(?i)\be-?mail\b`)},
		{"sms", regexp.MustCompile(`(?i)\bsms\b`)},
		{"phone", regexp.MustCompile(`(?i)\b(phone|mobile|cell|tel|call|hotline)\b`)},
	}
)

// none finds what people write who have no such address.
var none = regexp.MustCompile(`(?i)^(-|–|—|n/?a|none|no)$`)

// placeholder reports whether a text stands in for a name, a number or a handle that is still to be given.
func placeholder(s string) bool {
	s = strings.TrimSpace(strings.Trim(strings.TrimSpace(s), "*`\"'"))
	return s == "" || plan.Open(s) || placeholders.MatchString(s) || strings.HasPrefix(s, "[") && strings.HasSuffix(s, "]") || strings.HasPrefix(s, "<") && strings.HasSuffix(s, ">")
}

// reach reads a cell or a line that says how to reach somebody, of one kind or, where kind is empty, of several. What cannot
// be used as an address is still to be given: its words stay as the note.
func reach(kind string, cell markdown.Cell) []plan.Contact {
	s := strings.TrimSpace(cell.Text)
	if s == "" || none.MatchString(s) {
		return nil
	}
	if placeholder(s) {
		return []plan.Contact{openContact(kind, s)}
	}
	var found []plan.Contact
	for _, piece := range pieces(s) {
		if c, ok := contactOf(kind, piece); ok {
			found = append(found, c)
		} else if n := len(found); n > 0 {
			found[n-1].Note = strings.TrimSpace(found[n-1].Note + " " + piece)
		} else {
			found = append(found, openContact(kind, piece))
		}
	}
	return found
}

// openContact is a contact still to be given. The kind is the one that its words say.
func openContact(kind, s string) plan.Contact {
	if kind == "" {
		kind = "chat"
		for _, k := range kindWords {
			if k.words.MatchString(s) {
				kind = k.kind
				break
			}
		}
	}
	c := plan.Contact{Kind: kind, To: plan.TBD, Note: markdown.Flat(s)}
	if strings.EqualFold(c.Note, plan.TBD) {
		c.Note = ""
	}
	return c
}

// pieces cuts a text with several addresses.
func pieces(s string) []string {
	var cut []string
	for _, line := range strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == ',' || r == ';' || r == '|' || r == '·' }) {
		for _, piece := range strings.Split(strings.ReplaceAll(strings.ReplaceAll(line, " or ", " / "), " and ", " / "), " / ") {
			if piece = strings.TrimSpace(piece); piece != "" {
				cut = append(cut, piece)
			}
		}
	}
	return cut
}

var kindLead = regexp.MustCompile(`(?i)^(telegram|tg|signal|slack|discord|e-?mail|sms|phone|mobile|cell|tel|call|chat|hotline|whatsapp|matrix|keybase)\b\s*[:\-–]?\s*`)

// contactOf reads one address.
func contactOf(kind, s string) (plan.Contact, bool) {
	note := ""
	if m := kindLead.FindStringSubmatch(s); m != nil && len(m[0]) < len(s) {
		said := ""
		for _, k := range kindWords {
			if k.words.MatchString(m[1]) {
				said = k.kind
				break
			}
		}
		if said == "" {
			said, note = "chat", m[1]
		}
		kind, s = said, strings.TrimSpace(s[len(m[0]):])
	}
	if i := strings.LastIndex(s, " ("); i > 0 && strings.HasSuffix(s, ")") {
		s, note = s[:i], strings.TrimSpace(note+" "+s[i+2:len(s)-1])
	}
	if placeholder(s) {
		c := openContact(kind, s)
		c.Note = strings.TrimSpace(note + " " + c.Note)
		return c, kind != ""
	}
	switch {
	case (kind == "" || kind == "telegram") && telegramLink.MatchString(s):
		return plan.Contact{Kind: "telegram", To: "@" + telegramLink.FindStringSubmatch(s)[1], Note: note}, true
	case (kind == "" || kind == "email") && mailIn.MatchString(s):
		to := mailIn.FindString(s)
		return plan.Contact{Kind: "email", To: to, Note: joined(note, strings.Trim(strings.Replace(s, to, "", 1), " <>()"))}, true
	case kind == "email":
		return plan.Contact{Kind: kind, To: plan.TBD, Note: joined(note, s)}, true
	case kind == "phone" || kind == "sms" || kind == "" && phoneIn.MatchString(s) || kind == "signal" && phoneIn.MatchString(s):
		if kind == "" {
			kind = "phone"
		}
		if !phone.MatchString(s) || madeUp.MatchString(s) {
			return plan.Contact{Kind: kind, To: plan.TBD, Note: joined(note, s)}, true
		}
		return plan.Contact{Kind: kind, To: s, Note: note}, true
	case kind == "" && strings.HasPrefix(s, "@") && len(strings.Fields(s)) == 1:
		return plan.Contact{Kind: "chat", To: s, Note: note}, true
	case kind != "" && len(strings.Fields(s)) == 1:
		return plan.Contact{Kind: kind, To: s, Note: note}, true
	case kind != "":
		return plan.Contact{Kind: kind, To: plan.TBD, Note: joined(note, s)}, true
	}
	return plan.Contact{}, false
}

// telegramLink is the address of somebody's chat, which is their handle.
var telegramLink = regexp.MustCompile(`(?i)^<?(?:https?://)?t\.me/(\w{4,})/?>?$`)

func joined(a, b string) string {
	return strings.TrimSpace(strings.TrimSpace(a) + " " + strings.TrimSpace(b))
}

// readContactItems reads people from a list: "- Audit firm: desk@example.org", "- Ada Okoye (technical lead): Signal +44 …".
func readContactItems(w *walker, p *part, i int) int {
	b := &p.blocks[i]
	if b.Kind != markdown.Item || b.Level > 0 || p.section != "core_team" && p.section != "extended_team" {
		return 0
	}
	flat := markdown.Flat(b.Text)
	lead, rest, ok := cutLead(flat)
	if !ok && strings.HasSuffix(flat, ":") {
		lead, ok = strings.TrimSuffix(flat, ":"), true
	}
	if !ok || placeholder(lead) {
		return 0
	}
	nested := 0
	for i+nested+1 < len(p.blocks) && p.blocks[i+nested+1].Kind == markdown.Item && p.blocks[i+nested+1].Level > 0 {
		nested++
	}
	if rest == "" && nested == 0 {
		return 0
	}
	if nested == 0 && !placeholder(rest) && !personal(rest) && !slices.ContainsFunc(reach("", markdown.Cell{Text: rest}), func(c plan.Contact) bool { return c.To != plan.TBD || c.Kind != "chat" }) {
		return 0 // it says neither who nor how to reach them
	}
	title := ""
	if m := titleBehind.FindStringSubmatch(lead); m != nil {
		lead, title = m[1], m[2]
	}
	if said, ways, ok := cutTitle(rest); ok {
		if title == "" {
			title = said
		} else if said != "" {
			ways = append(ways, said)
		}
		rest = strings.Join(ways, ", ")
	}
	core := p.section == "core_team"
	if placeholder(rest) || kindLead.MatchString(rest) || strings.HasPrefix(rest, "@") {
		// the rest says how to reach them
	} else if personal(rest) && !personal(lead) || personal(rest) && slices.Contains(inIncident, strings.ToLower(lead)) {
		lead, title, rest = rest, lead, "" // "Technical lead: Ada Okoye"
	}
	id := w.known(lead)
	if id == "" || w.personOf(id) == nil {
		id = w.person(core, lead, "").ID
	}
	r := w.personOf(id)
	if r.Title == "" {
		r.Title = title
	}
	r.Body = r.Body || !core && (bodies.MatchString(lead) || firms.MatchString(lead))
	if rest != "" {
		w.reachLine(r, personAbout(w.plan, r.ID), rest)
	}
	p.page.mark(b.From, b.To, placed)
	for n := 1; n <= nested; n++ {
		sub := &p.blocks[i+n]
		w.reachLine(r, personAbout(w.plan, r.ID), markdown.Flat(sub.Text))
		p.page.mark(sub.From, sub.To, placed)
	}
	return 1 + nested
}

// cutTitle cuts a line such as "CTO – ada@example.org – +44 …" into what somebody is and how to reach them.
func cutTitle(s string) (title string, ways []string, ok bool) {
	cut := dashes.Split(s, -1)
	if len(cut) < 2 {
		return "", nil, false
	}
	for i, piece := range cut {
		way := mailIn.MatchString(piece) || phoneIn.MatchString(piece) || kindLead.MatchString(piece) || strings.HasPrefix(piece, "@") || strings.Contains(piece, "t.me/")
		switch {
		case way:
			ways = append(ways, piece)
		case i == 0 && len(strings.Fields(piece)) <= 6:
			title = piece
		default:
			return "", nil, false
		}
	}
	return title, ways, len(ways) > 0
}

var dashes = regexp.MustCompile(`\s+[-–—]+\s+`)

var titleBehind = regexp.MustCompile(`^(.+?)\s*\(([^()]+)\)$`)

// reachLine adds what a line says about reaching somebody; a line without any address stays words.
func (w *walker) reachLine(r *plan.Person, about, line string) {
	found := reach("", markdown.Cell{Text: line})
	if len(found) == 1 && found[0].To == plan.TBD && found[0].Kind == "chat" && !placeholder(line) {
		w.note(about, line, "\n")
		return
	}
	r.Contact = append(r.Contact, found...)
}
