package document

import (
	"regexp"
	"slices"
	"strings"

	"tocsin/document/markdown"
	"tocsin/plan"
)

// details reads what stands under a step: facts into the step's keys, all else into how it is done, as written.
func (s *stepper) details(blocks []markdown.Block) {
	var written []string
	for i := 0; i < len(blocks); i++ {
		b := &blocks[i]
		s.part.page.mark(b.From, b.To, placed)
		if b.Kind == markdown.Markup || b.Kind == markdown.Rule {
			if says(b.Raw) {
				written = append(written, s.part.page.raw(b.From, b.To))
			}
			continue
		}
		lines := strings.Split(b.Text, "\n")
		deeper := i+1 < len(blocks) && blocks[i+1].Kind == markdown.Item && b.Kind == markdown.Item && blocks[i+1].Level > b.Level
		f, ok := factOf(lines[0])
		if ok && stepKeys[f.key] == "tool" && f.value == "" && deeper {
			i += s.tools(blocks[i+1:], b.Level)
			continue
		}
		if ok && stepKeys[f.key] != "" && b.Kind != markdown.Code && b.Kind != markdown.Table && (f.value != "" || !deeper) && f.value != "" {
			s.detailLines(lines, b.Links)
			continue
		}
		if b.Kind == markdown.Item && !deeper && s.answer(markdown.Flat(b.Text)) {
			continue
		}
		written = append(written, s.part.page.raw(b.From, b.To))
	}
	s.add(outdent(strings.Join(written, "\n")))
}

// tools reads the items under "Tools used:" and answers how many they are.
func (s *stepper) tools(blocks []markdown.Block, level int) int {
	n := 0
	for n < len(blocks) && blocks[n].Kind == markdown.Item && blocks[n].Level > level {
		b := &blocks[n]
		tool := plan.Tool{Name: markdown.Flat(b.Text)}
		if lead, rest, ok := cutLead(tool.Name); ok {
			tool.Name, tool.Use = lead, rest
		}
		if len(b.Links) == 1 && strings.HasPrefix(b.Links[0].URL, "http") {
			tool.URL = b.Links[0].URL
		}
		if st := s.last(); st != nil && tool.Name != "" {
			st.Tools = append(st.Tools, tool)
		}
		s.part.page.mark(b.From, b.To, placed)
		n++
	}
	return n
}

// stepLine begins a step that is written as a line of a paragraph.
var stepLine = regexp.MustCompile(`(?i)^(?:step\s+(\d{1,3})\s*[:.)–—-]|(\d{1,3})[.)])\s+`)

// chained reports whether a paragraph is a chain of steps: "Detect → Contain → Fix".
func chained(text string) bool {
	return !strings.Contains(text, "\n") && !strings.Contains(text, "?") && len(arrows.FindAllString(text, -1)) > 1
}

// lines reads a paragraph whose lines are steps.
func (s *stepper) lines(b *markdown.Block) bool {
	switch {
	case chained(b.Text):
		for _, text := range arrows.Split(b.Text, -1) {
			if strings.TrimSpace(text) != "" {
				s.step(text, text)
			}
		}
	case stepLine.MatchString(b.Text):
		var rest []string
		for _, line := range strings.Split(b.Text, "\n") {
			m := stepLine.FindStringSubmatch(line)
			if m == nil {
				rest = append(rest, line)
				continue
			}
			s.detailLines(rest, b.Links)
			rest = nil
			if st := s.step(line[len(m[0]):], line); atoi(m[1]+m[2]) > 0 {
				s.number[atoi(m[1]+m[2])] = st.ID
			}
		}
		s.detailLines(rest, b.Links)
	default:
		return false
	}
	s.part.page.mark(b.From, b.To, placed)
	return true
}

// links keeps where the words of a step lead.
func (s *stepper) links(links []markdown.Link) {
	var lines []string
	for _, l := range links {
		if l.URL != l.Text && !strings.HasPrefix(l.URL, "#") && strings.TrimPrefix(l.URL, "mailto:") != l.Text {
			lines = append(lines, "["+l.Text+"]("+l.URL+")")
		}
	}
	s.add(strings.Join(lines, "\n"))
}

// add appends lines to how the last step is done.
func (s *stepper) add(text string) {
	if st := s.last(); st != nil {
		st.How = joinLines(st.How, strings.TrimRight(text, "\n"))
	}
}

// detailLines reads lines under a step: facts into its keys, the others into how it is done.
func (s *stepper) detailLines(lines []string, links []markdown.Link) {
	st := s.last()
	if st == nil {
		return
	}
	var rest []string
	for _, line := range lines {
		if f, ok := factOf(line); !ok || !s.fact(st, f, links) {
			rest = append(rest, line)
		}
	}
	s.add(strings.Join(rest, "\n"))
}

// outdent takes the indentation off that all lines share.
func outdent(s string) string {
	lines := strings.Split(s, "\n")
	least := -1
	for _, line := range lines {
		if t := strings.TrimLeft(line, " \t"); t != "" && (least < 0 || len(line)-len(t) < least) {
			least = len(line) - len(t)
		}
	}
	for i, line := range lines {
		cut := 0
		for cut < len(line) && cut < least && (line[cut] == ' ' || line[cut] == '\t') {
			cut++
		}
		lines[i] = strings.TrimRight(line[cut:], " \t")
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

// stepKeys are what people write under a step, and the key of the step that it means.
var stepKeys = map[string]string{
	"owner": "owner", "responsible": "owner", "who": "owner", "assignee": "owner", "assigned to": "owner", "by": "owner", "role": "owner", "responsibility": "owner",
	"time": "budget", "time budget": "budget", "budget": "budget", "duration": "budget", "target": "budget", "deadline": "budget", "time limit": "budget", "timebox": "budget", "time box": "budget", "sla": "budget", "target time": "budget",
	"verify": "verify", "verification": "verify", "confirm": "verify", "check": "verify", "how to verify": "verify",
	"expected": "expect", "expected result": "expect", "expected outcome": "expect", "outcome": "expect", "result": "expect", "success": "expect",
	"rollback": "rollback", "roll back": "rollback", "undo": "rollback", "revert": "rollback", "if it fails": "rollback", "back out": "rollback",
	"why": "why", "rationale": "why", "purpose": "why", "reason": "why", "goal": "why",
	"tool": "tool", "tools": "tool", "tools used": "tool", "tooling": "tool", "fallback": "fallback", "backup tool": "fallback", "fallback tool": "fallback",
	"how": "how", "instructions": "how", "command": "how", "details": "how", "irreversible": "irreversible",
}

// longestFact is how long a key of a step grows by facts of the same name, in bytes; what follows goes to how it is done.
const longestFact = 4096

// fact sets a key of a step; false if the text cannot be held by it.
func (s *stepper) fact(st *plan.Step, f fact, links []markdown.Link) bool {
	put := func(to *string) bool {
		if len(*to) > longestFact {
			return false
		}
		*to = joinLines(*to, f.value)
		return true
	}
	switch stepKeys[f.key] {
	case "owner":
		if st.Owner != "" || placeholder(f.value) || len(list(f.value)) != 1 || len(f.value) > 60 {
			return false
		}
		st.Owner = f.value
		procedure, id := s.id, st.ID
		s.after(func() { s.owner(procedure, id) })
	case "budget":
		d, ok := span(f.value)
		if !ok || st.Budget != 0 {
			return false
		}
		st.Budget = d
	case "verify":
		return put(&st.Verify)
	case "expect":
		return put(&st.Expect)
	case "rollback":
		return put(&st.Rollback)
	case "why":
		return put(&st.Why)
	case "how":
		return put(&st.How)
	case "tool":
		for _, name := range list(f.value) {
			tool := plan.Tool{Name: name}
			for _, l := range links {
				if strings.HasPrefix(l.URL, "http") && markdown.Flat(l.Text) == name {
					tool.URL = l.URL
				}
			}
			st.Tools = append(st.Tools, tool)
		}
	case "fallback":
		if n := len(st.Tools); n > 0 && st.Tools[n-1].Fallback == "" {
			st.Tools[n-1].Fallback = f.value
			return true
		}
		return false
	case "irreversible":
		switch strings.ToLower(f.value) {
		case "yes", "true":
			st.Irreversible = true
		case "no", "false":
		default:
			return false
		}
	default:
		return false
	}
	return true
}

// owner turns the words that name a step's owner into a role. A person who is named instead of a role holds the role of
// their title; without one the words go to how the step is done.
func (w *walker) owner(procedure, step string) {
	r := byID(w.plan.Procedures, func(r *plan.Procedure) string { return r.ID }, procedure)
	if r == nil {
		return
	}
	st := byID(r.Steps, func(st *plan.Step) string { return st.ID }, step)
	if st == nil || st.Owner == "" {
		return
	}
	id := w.known(st.Owner)
	if _, ok := w.plan.Role(id); ok || id == "" {
		return // the names of roles are resolved with all others
	}
	if p := w.personOf(id); p != nil {
		for i := range w.plan.Roles {
			if h := w.plan.Roles[i].Holders; len(h) > 0 && h[0] == id {
				st.Owner = w.plan.Roles[i].ID
				return
			}
		}
		if p.Title != "" && nameKey(p.Title) == nameKey(st.Owner) {
			role := plan.Role{ID: w.take(people, p.Title+" (role)", slug(people, p.Title)), Name: p.Title, Holders: []string{id}}
			w.plan.Roles = append(w.plan.Roles, role)
			st.Owner = role.ID
			return
		}
	}
	if _, ok := w.plan.Unlist(id); ok {
		return
	}
	st.How = joinLines(st.How, "Owner: "+st.Owner)
	st.Owner = ""
}

// stepsIn reports whether blocks hold something that can be read as steps.
func stepsIn(blocks []markdown.Block, bullets bool) bool {
	return slices.ContainsFunc(blocks, func(b markdown.Block) bool {
		switch b.Kind {
		case markdown.Item:
			return b.Ordered || b.Task || bullets
		case markdown.Code:
			return drawn.MatchString(b.Text) || numberedLines(b.Text)
		case markdown.Paragraph:
			return b.In == 0 && (stepLine.MatchString(b.Text) || chained(b.Text))
		}
		return false
	})
}
