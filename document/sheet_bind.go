package document

import (
	"strconv"
	"strings"

	"tocsin/plan"
)

// bind writes a plan into a sheet.
func bind(p *plan.Plan, o RenderOptions) *sheet {
	if p == nil {
		p = &plan.Plan{}
	}
	s := &sheet{Hash: p.Hash().Hex(), Public: o.Public}
	if o.Public {
		p = withoutPeople(p)
	}
	b := newBinder(p, o.Public)
	s.Name, s.Version = clipped(p.Name), clipped(p.Version)
	if s.Name == "" || plan.Open(s.Name) {
		s.Name = clipped(p.Protocol)
	}
	if s.Name == "" || plan.Open(s.Name) {
		s.Name = "Protocol without a name"
	}
	if s.Version == "" {
		s.Version = "without a number"
	}
	s.Reviewed, s.Tested = dated(p.Reviewed, "never"), dated(p.Tested, "never")
	if s.Owner = b.who(p.Owner); s.Owner == nil {
		s.Owner = missing("who keeps it")
	}
	s.Now = b.now()
	s.Parts = []chapter{
		b.scope(), b.severities(), b.issues(), b.procedures(), b.escalation(), b.team(), b.communications(), b.decisions(), b.actions(),
		b.assets(), b.detectors(), b.exercises(), b.retention(),
	}
	placed := s.place(p)
	s.Parts = append(s.Parts, b.notes(placed))
	s.Parts = withContent(s.Parts)
	for i := range p.Procedures {
		s.Grabs = append(s.Grabs, b.grabOf(&p.Procedures[i]))
	}
	s.tie()
	return s
}

// withContent leaves out sections that have nothing to say.
func withContent(parts []chapter) []chapter {
	var full []chapter
	for _, p := range parts {
		if len(p.Blocks)+len(p.Parts) > 0 {
			full = append(full, p)
		}
	}
	return full
}

// noted leads from the keys that a note may be about to the anchors of the sheet.
var noted = map[string]struct{ section, thing string }{
	"scope": {"scope", ""}, "severities": {"severities", "severity"}, "categories": {"issues", "category"}, "issues": {"issues", "issue"},
	"detectors": {"detectors", "detector"}, "procedures": {"procedures", "procedure"}, "escalation": {"escalation", ""},
	"roles": {"roles", "role"}, "core_team": {"core-team", "person"}, "extended_team": {"extended-team", "person"},
	"groups": {"groups", "group"}, "rotas": {"rotas", "rota"}, "communications": {"communications", "communication"},
	"channels": {"channels", "channel"}, "decisions": {"decisions", "decision"}, "actions": {"actions", "action"},
	"assets": {"assets", "asset"}, "chains": {"chains", ""}, "exercises": {"exercises", ""}, "exercises.scenarios": {"exercises", "scenario"},
}

// anchor finds the part of the sheet that a note is about: "issues", "procedures[x]", "procedures[x].steps[y]".
func anchor(about string) string {
	key, rest, in := strings.Cut(about, "[")
	n, ok := noted[key]
	if !ok {
		return ""
	}
	id, rest, closed := strings.Cut(rest, "]")
	if !in || !closed || n.thing == "" {
		return n.section
	}
	if step, ok := strings.CutPrefix(rest, ".steps["); ok && key == "procedures" {
		return "step." + id + "." + strings.TrimSuffix(step, "]")
	}
	return n.thing + "." + id
}

// place puts the notes under what they are about, and says which found a place.
func (s *sheet) place(p *plan.Plan) map[int]bool {
	if len(p.Notes) == 0 {
		return nil
	}
	at := map[string]*chapter{}
	var walk func(parts []chapter)
	walk = func(parts []chapter) {
		for i := range parts {
			at[parts[i].ID] = &parts[i]
			walk(parts[i].Parts)
		}
	}
	walk(s.Parts)
	placed := map[int]bool{}
	for i, n := range p.Notes {
		if c := at[anchor(n.About)]; c != nil && c.ID != "" && n.Text != "" {
			c.Blocks = append(c.Blocks, block{Label: "Note", Quote: clean(n.Text)})
			placed[i] = true
		}
	}
	return placed
}

// tie makes the anchors of the sheet unique and takes out links that would lead nowhere.
func (s *sheet) tie() {
	have := map[string]bool{}
	var name func(c *chapter)
	name = func(c *chapter) {
		if c.ID != "" {
			id := c.ID
			for n := 2; have[id]; n++ {
				id = c.ID + "." + strconv.Itoa(n)
			}
			c.ID = id
			have[id] = true
		}
		for i := range c.Parts {
			name(&c.Parts[i])
		}
	}
	name(&s.Now)
	for i := range s.Parts {
		name(&s.Parts[i])
	}
	check := func(w words) {
		for i := range w {
			if !have[w[i].To] {
				w[i].To = ""
			}
		}
	}
	check(s.Owner)
	s.Now.each(check)
	for i := range s.Parts {
		s.Parts[i].each(check)
	}
}

// each calls f with every text of the chapter.
func (p *chapter) each(f func(words)) {
	for i := range p.Blocks {
		b := &p.Blocks[i]
		f(b.Text)
		for _, w := range b.Items {
			f(w)
		}
		for _, fact := range b.Facts {
			for _, w := range fact.Values {
				f(w)
			}
		}
		if b.Grid != nil {
			for _, row := range b.Grid.Rows {
				for _, w := range row {
					f(w)
				}
			}
		}
	}
	for i := range p.Parts {
		p.Parts[i].each(f)
	}
}
