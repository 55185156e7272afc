package document

import (
	"regexp"
	"strings"

	"tocsin/document/markdown"
	"tocsin/plan"
)

// The readers in the files other_*.go read what teams write who know nothing of the form of seven tables: severity levels,
// roles with their holders, contact lists, runbooks with numbered steps, checklists and trees, message templates,
// inventories of contracts, and what counts as an incident.

// otherReaders lists them. Those that know a table by its columns come before the readers of the seven tables, which would
// take some of their tables for lists of names.
func otherReaders() []reader {
	return []reader{readMarkup, readContents, readFrontMatter, readFacts, readRACI, readSeverities, readSeverityItems, readRoles, readAssets}
}

// lateReaders come after the readers of the seven tables.
func lateReaders() []reader {
	return []reader{readRoleItems, readPeople, readContactItems, readScope, readCadence, readTemplate, readMessageItems, readCommands}
}

// other reads a whole part, with those below it, whose heading names one thing of the plan: a severity, a role, what to do
// about an issue. It answers false for any other part.
func (w *walker) other(p *part) bool {
	if p.heading == nil {
		return false
	}
	switch p.section {
	case "severities":
		return w.severityPart(p)
	case "roles":
		return w.rolePart(p)
	case "communications":
		return w.messagePart(p)
	case "scope":
		if w.scopePart(p) {
			return true
		}
	}
	if verbatim.MatchString(p.title) && p.section != "communications" {
		w.whole(p)
		return true
	}
	return w.contents(p) || w.scenario(p)
}

// verbatim are headings of what people look up and no key holds: it is kept whole.
var verbatim = regexp.MustCompile(`(?i)\b(post-? ?mortem|incident report|timeline|report) (template|format|form)\b|\btemplates?$|^(appendix: )?(glossary|definitions|resources|references|further reading|links|useful links|change ?log|revision history|version history)$`)

// whole keeps a part with all below it as one note.
func (w *walker) whole(p *part) {
	var last func(p *part) int
	last = func(p *part) int {
		to := p.heading.To
		if n := len(p.blocks); n > 0 {
			to = max(to, p.blocks[n-1].To)
		}
		for _, sub := range p.parts {
			to = max(to, last(sub))
		}
		return to
	}
	w.keep(p, p.heading.From, last(p))
	done(p)
}

// done marks a part and all below it as read.
func done(p *part) {
	p.read = true
	for _, sub := range p.parts {
		done(sub)
	}
}

// handles gives one block of a part to the readers, or leaves it; it answers how many blocks were dealt with.
func (w *walker) handle(p *part, i int) int {
	for _, read := range w.readers {
		if n := read(w, p, i); n > 0 {
			return n
		}
	}
	w.leave(p, &p.blocks[i])
	return 1
}

// fact is a line of the form "Owner: the security lead".
type fact struct{ key, value string }

var factLine = regexp.MustCompile(`^[\s>*_-]*([A-Za-z][A-Za-z0-9 /()&'’-]{0,40}?)\s*[:：=]\s+(.*)$`)

// factOf reads a line as a fact; its key is in the form that nameKey makes.
func factOf(line string) (fact, bool) {
	m := factLine.FindStringSubmatch(strings.TrimSpace(line))
	if m == nil || len(strings.Fields(m[1])) > 5 {
		if m = bareFact.FindStringSubmatch(strings.TrimSpace(line)); m == nil || len(strings.Fields(m[1])) > 5 {
			return fact{}, false
		}
		return fact{key: nameKey(m[1])}, true
	}
	return fact{nameKey(m[1]), strings.TrimSpace(m[2])}, true
}

var bareFact = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9 /()&'’-]{0,40}?)\s*:$`)

// span finds a length of time in words: "15 min", "< 1 hour", "within 4 hours", "30m"; "immediately" and ranges are none.
func span(s string) (plan.Duration, bool) {
	m := spanWords.FindStringSubmatch(strings.ToLower(strings.TrimSpace(s)))
	if m == nil {
		return 0, false
	}
	unit := map[byte]string{'m': "m", 'h': "h", 'd': "d", 'w': "w", 's': "s"}[m[2][0]]
	if strings.HasPrefix(m[2], "mo") {
		return 0, false
	}
	d, err := plan.ParseDuration(m[1] + unit)
	return d, err == nil && d > 0
}

var spanWords = regexp.MustCompile(`^(?:immediate(?:ly)?,?\s*)?\(?(?:<|≤|<=|~|≈|within|under|in|every|max\.?|up to|at most|less than|no more than|about|approx\.?)?\s*(\d{1,4})\s*-?\s*(seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|w)\b\.?\)?(?:\s+(?:max|of detection|after detection|response|sla|or less))?$`)

// about is the part's own place for notes, narrowed to a thing for the time of f.
func (w *walker) within(p *part, about string, f func()) {
	was := p.about
	p.about = about
	f()
	p.about = was
}

// contents reads a table of contents: it says nothing that the page does not.
func (w *walker) contents(p *part) bool {
	if len(p.parts) > 0 || len(p.blocks) == 0 || !contentsTitle.MatchString(p.title) {
		return false
	}
	for i := range p.blocks {
		if b := &p.blocks[i]; b.Kind != markdown.Item && b.Kind != markdown.Rule || b.Kind == markdown.Item && len(b.Links) == 0 {
			return false
		}
	}
	p.page.mark(p.heading.From, p.blocks[len(p.blocks)-1].To, placed)
	done(p)
	return true
}

var contentsTitle = regexp.MustCompile(`(?i)^(table of )?contents$|^toc$|^on this page$`)

// readContents reads a list of links into the page itself.
func readContents(w *walker, p *part, i int) int {
	n := 0
	for i+n < len(p.blocks) {
		b := &p.blocks[i+n]
		if b.Kind != markdown.Item || len(b.Links) == 0 || !strings.HasPrefix(b.Links[0].URL, "#") || markdown.Flat(b.Text) != markdown.Flat(b.Links[0].Text) {
			break
		}
		n++
	}
	if n > 0 {
		p.page.mark(p.blocks[i].From, p.blocks[i+n-1].To, placed)
	}
	return n
}

// cover reports whether a heading is the title of a whole plan rather than of the section that its words name: "Incident
// response playbook" over severities, contacts and procedures.
func cover(p *part, section string) bool {
	if p.level != 1 || p.up.heading != nil || section == "" {
		return false
	}
	var other func(p *part) bool
	other = func(p *part) bool {
		for _, sub := range p.parts {
			if s := sectionOf(sub.title); s != "" && s != section || section != "procedures" && section != "issues" && (happens.MatchString(sub.title) || flow.MatchString(sub.title)) || other(sub) {
				return true
			}
		}
		return false
	}
	return other(p)
}

// readMarkup passes over what a page needs only to be shown: imports, and tags without words.
func readMarkup(_ *walker, p *part, i int) int {
	b := &p.blocks[i]
	if b.Kind != markdown.Markup || strings.Contains(b.Raw, "<!--") || strings.Contains(b.Raw, "{/*") {
		return 0
	}
	if t := strings.TrimSpace(b.Raw); says(b.Raw) && !strings.HasPrefix(t, "import ") && !strings.HasPrefix(t, ":::") {
		return 0
	}
	p.page.mark(b.From, b.To, placed)
	return 1
}

// ownerSegment is the part of a title beside a dash or colon that does not say what the document is: "Harrow Lending" of
// "Emergency pause runbook – Harrow Lending"; the title itself if that is not plain.
func ownerSegment(title string) string {
	found := ""
	for _, s := range segments.Split(title, -1) {
		if s = strings.TrimSpace(s); s == "" || documentWord.MatchString(s) {
			continue
		}
		if found != "" {
			return title
		}
		found = s
	}
	if found == "" {
		return title
	}
	return found
}

var (
	segments     = regexp.MustCompile(`\s+[-–—|]\s+|:\s+`)
	documentWord = regexp.MustCompile(`(?i)\b(runbooks?|playbooks?|plan|procedures?|policy|guide|handbook|response|checklist|contacts)$`)
)

// linked is a text with the addresses that its words lead to, where they do not stand in it.
func linked(text string, links []markdown.Link) string {
	for _, l := range links {
		if strings.Contains(l.URL, ":") && !strings.Contains(text, strings.TrimPrefix(l.URL, "mailto:")) {
			text += " (" + l.URL + ")"
		}
	}
	return text
}
