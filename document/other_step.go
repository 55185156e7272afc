package document

import (
	"regexp"
	"strings"

	"tocsin/document/markdown"
	"tocsin/plan"
)

// stepper reads the steps of one procedure.
type stepper struct {
	*walker
	part    *part
	id      string         // of the procedure
	purpose string         // what the phase that is being read is for
	number  map[int]string // steps by the number that they stand under
	asked   map[string]*answers
}

// procedure answers the procedure that is being read. The pointer holds until the next procedure is added.
func (s *stepper) procedure() *plan.Procedure {
	return byID(s.plan.Procedures, func(r *plan.Procedure) string { return r.ID }, s.id)
}

// last answers the step read last; nil before the first.
func (s *stepper) last() *plan.Step {
	r := s.procedure()
	if r == nil || len(r.Steps) == 0 {
		return nil
	}
	return &r.Steps[len(r.Steps)-1]
}

// list reads the items from block i on as steps, with what is nested in each, and answers how many blocks it read.
func (s *stepper) list(i int) int {
	blocks := s.part.blocks
	base, numbered := blocks[i].Level, blocks[i].Ordered
	n := i
	for n < len(blocks) {
		b := &blocks[n]
		if b.Kind != markdown.Item || b.Level > base {
			break
		}
		to := n + 1
		for to < len(blocks) {
			d := &blocks[to]
			inner := d.Kind == markdown.Item && d.Level > base || d.Kind != markdown.Item && d.In > base
			// "1. Pause" over "- open the Safe" that nobody indented
			flat := numbered && d.Kind == markdown.Item && !d.Ordered && d.Level == base && d.From == blocks[to-1].To+1
			if !inner && !flat {
				break
			}
			to++
		}
		s.item(b, blocks[n+1:to])
		n = to
	}
	return n - i
}

// item reads one item as a step.
func (s *stepper) item(b *markdown.Block, details []markdown.Block) {
	lines := strings.Split(b.Text, "\n")
	n := 1
	for n < len(lines) {
		if f, ok := factOf(lines[n]); ok && stepKeys[f.key] != "" {
			break
		}
		n++
	}
	st := s.step(strings.Join(lines[:n], "\n"), b.Raw)
	if b.Ordered && b.Number > 0 {
		s.number[b.Number] = st.ID
	}
	s.links(b.Links)
	s.detailLines(lines[n:], b.Links)
	s.part.page.mark(b.From, b.To, placed)
	s.details(details)
}

var (
	boldLead    = regexp.MustCompile(`^\s*(?:[-*+•]|\(?\w{1,3}[.)])?\s*(?:\[[ xX]\]\s*)?(?:\*\*|__)(.+?)(?:\*\*|__)`)
	inBrackets  = regexp.MustCompile(`\s*\(([^()]*)\)\s*$`)
	askedBehind = regexp.MustCompile(`\s+[-–—:]\s+(\[[^\[\]]*\])$`)
	stepNumber  = regexp.MustCompile(`(?i)^step\s+(\d{1,3})\s*[:.)–—-]?\s*`)
)

// step adds a step of a text: its first words are the name, what follows a colon or a dash is how it is done.
func (s *stepper) step(text, raw string) *plan.Step {
	flat := stepNumber.ReplaceAllString(markdown.Flat(text), "")
	name, how := flat, ""
	if m := askedBehind.FindStringSubmatchIndex(name); m != nil {
		name, how = name[:m[0]], name[m[2]:m[3]]
	}
	bold := ""
	if m := boldLead.FindStringSubmatch(raw); m != nil {
		bold = strings.TrimRight(markdown.Flat(strings.NewReplacer("*", "", "`", "", `\`, "").Replace(m[1])), " :.")
	}
	if rest, ok := strings.CutPrefix(name, bold); ok && bold != "" && len(strings.Fields(bold)) <= 12 {
		if extra := inBrackets.FindString(rest); extra != rest || extra == "" {
			rest = strings.TrimLeft(rest, " :.–—-")
			if rest != "" {
				name, how = bold, joinLines(rest, how)
			}
		}
	} else if lead, rest, ok := cutLead(name); ok && !strings.Contains(lead, "?") && !strings.HasPrefix(rest, "→") && strings.Contains(name, ": ") && rest != "" {
		name, how = lead, joinLines(rest, how)
	}
	if at := strings.Index(name, "? "); at > 0 && at < 120 {
		name, how = name[:at+1], joinLines(strings.TrimSpace(name[at+1:]), how)
	}
	const long = 100
	if len([]rune(name)) > long {
		if at := strings.Index(name, ". "); at > 0 && at < long {
			name, how = name[:at], joinLines(strings.TrimSpace(name[at+1:]), how)
		}
	}
	name = strings.TrimRight(strings.TrimSpace(name), ":.;")
	var budget plan.Duration
	optional := false
	if m := inBrackets.FindStringSubmatch(name); m != nil && len(m[0]) < len(name) {
		if d, ok := span(m[1]); ok {
			budget, name = d, strings.TrimSuffix(name, m[0])
		} else if strings.EqualFold(m[1], "optional") {
			optional, name = true, strings.TrimSuffix(name, m[0])
		}
	}
	if name == "" {
		name = clip(flat)
	}
	if name == "" {
		name = plan.TBD
	}
	st := s.walker.step(s.procedure(), name, "")
	if bare := nameKey(inBrackets.ReplaceAllString(name, "")); bare != "" && s.names[s.id+"/"][bare] == "" {
		s.names[s.id+"/"][bare] = st.ID // "PAUSE (any guardian)" is known as "pause" as well
	}
	st.How, st.Budget, st.Optional = how, budget, optional
	if st.Purpose = purpose(name); st.Purpose == "" {
		st.Purpose = s.purpose
	}
	if strings.HasSuffix(name, "?") {
		s.ask(st.ID, how)
	}
	return st
}

func joinLines(a, b string) string {
	switch {
	case a == "":
		return b
	case b == "":
		return a
	}
	return a + "\n" + b
}
