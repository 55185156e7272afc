package document

import (
	"regexp"
	"strings"

	"tocsin/document/markdown"
	"tocsin/plan"
)

var (
	// drawn finds a line of a tree drawn with lines.
	drawn    = regexp.MustCompile(`(?m)^\s*[│|]?\s*(?:├|└|\+--|\\--|` + "`" + `--|\|--)`)
	treeLine = regexp.MustCompile(`^([\s│|├└─┬+\\` + "`" + `>-]*)(.*)$`)
	arrows   = regexp.MustCompile(`\s*(?:→|->|=>|⇒|–>|─+>)\s*`)
	codeStep = regexp.MustCompile(`^(\s*)(?:(\d{1,3})[.)]|\[[ xX]\]|[-*]\s+\[[ xX]\])\s+(\S.*)$`)
)

// node is one line of a tree with the lines drawn under it.
type node struct {
	column int
	text   string
	under  []*node
}

// numberedLines reports whether a code block is a list of numbered lines or boxes, with or without lines under them.
func numberedLines(text string) bool {
	first := true
	n := 0
	for _, line := range strings.Split(text, "\n") {
		if markdown.Blank(line) {
			continue
		}
		m := codeStep.FindStringSubmatch(line)
		if first && m == nil {
			return false
		}
		first = false
		if m != nil {
			n++
		} else if !strings.HasPrefix(line, " ") && !strings.HasPrefix(line, "\t") {
			return false
		}
	}
	return n > 1
}

// code reads steps that stand in a code block: numbered lines, or a tree.
func (s *stepper) code(b *markdown.Block) bool {
	switch {
	case drawn.MatchString(b.Text):
		top := grow(b.Text)
		if len(top) == 0 {
			return false
		}
		s.part.page.mark(b.From, b.To, placed)
		for _, n := range top {
			s.plant(n, nil)
		}
	case numberedLines(b.Text):
		s.part.page.mark(b.From, b.To, placed)
		var details []string
		flush := func() {
			s.add(outdent(strings.Join(details, "\n")))
			details = nil
		}
		base := -1
		for _, line := range strings.Split(b.Text, "\n") {
			m := codeStep.FindStringSubmatch(line)
			if m == nil || base >= 0 && len(m[1]) > base {
				details = append(details, line)
				continue
			}
			if base < 0 {
				base = len(m[1])
			}
			flush()
			st := s.step(m[3], m[3])
			if n := atoi(m[2]); n > 0 {
				s.number[n] = st.ID
			}
		}
		flush()
	default:
		return false
	}
	return true
}

func atoi(digits string) int {
	n := 0
	for _, c := range digits {
		n = n*10 + int(c-'0')
	}
	return n
}

// grow reads the lines of a tree.
func grow(text string) []*node {
	var top []*node
	var open []*node
	for _, line := range strings.Split(text, "\n") {
		m := treeLine.FindStringSubmatch(strings.ReplaceAll(line, "\t", "    "))
		if m == nil || strings.TrimSpace(m[2]) == "" || strings.Trim(strings.TrimSpace(m[2]), "▼↓v") == "" {
			continue
		}
		n := &node{column: len([]rune(m[1])), text: strings.TrimSpace(m[2])}
		for len(open) > 0 && open[len(open)-1].column >= n.column {
			open = open[:len(open)-1]
		}
		const deepest = 32
		if len(open) == 0 || len(open) > deepest {
			top = append(top, n)
			open = open[:0]
		} else {
			up := open[len(open)-1]
			up.under = append(up.under, n)
		}
		open = append(open, n)
	}
	return top
}

// plant makes steps of a node and answers the id of the first. What a question leads to follows the question.
func (s *stepper) plant(n *node, after []string) string {
	parts := arrows.Split(n.text, -1)
	first := ""
	for _, text := range parts {
		if strings.TrimSpace(text) == "" {
			continue
		}
		id := s.step(text, text).ID
		st := s.last()
		st.After = after
		if first == "" {
			first = id
		}
		after = nil
	}
	if first == "" {
		return ""
	}
	asked := s.last()
	ask, question := asked.Name, asked.ID
	if !strings.HasSuffix(ask, "?") || len(n.under) < 2 {
		var lines []string
		for _, u := range n.under {
			if strings.HasSuffix(u.text, "?") && len(u.under) > 1 {
				continue
			}
			written([]*node{u}, 0, &lines)
		}
		s.add(strings.Join(lines, "\n"))
		for _, u := range n.under {
			if strings.HasSuffix(u.text, "?") && len(u.under) > 1 {
				s.plant(u, nil) // the next question comes after this step
			}
		}
		return first
	}
	q := &plan.Question{Ask: ask}
	for _, u := range n.under {
		at := arrows.FindStringIndex(u.text)
		answer, next := strings.TrimSpace(strings.TrimRight(u.text, ":")), ""
		if at != nil {
			answer, next = strings.TrimSpace(u.text[:at[0]]), strings.TrimSpace(u.text[at[1]:])
		} else if lead, rest, ok := strings.Cut(u.text, ": "); ok {
			answer, next = strings.TrimSpace(lead), strings.TrimSpace(rest)
		}
		answer = strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(answer, "If "), "if "))
		b := plan.Branch{Answer: answer}
		if to, ok := s.target(s.id, question, plan.Branch{Answer: answer, Step: next}, s.number); ok && next != "" {
			b = to
		} else if next != "" {
			b.Step = s.plant(&node{text: next, under: u.under}, []string{question})
			u.under = nil
		}
		for _, below := range u.under {
			behind := []string(nil)
			if b.Step == "" {
				behind = []string{question}
			}
			if id := s.plant(below, behind); b.Step == "" {
				b.Step = id
			}
		}
		if b.Answer != "" {
			q.Branches = append(q.Branches, b)
		}
	}
	if st := byID(s.procedure().Steps, func(st *plan.Step) string { return st.ID }, question); st != nil && len(q.Branches) > 0 {
		st.Question = q
	}
	return first
}

// written writes nodes as a list.
func written(nodes []*node, depth int, lines *[]string) {
	for _, n := range nodes {
		*lines = append(*lines, strings.Repeat("  ", depth)+"- "+n.text)
		written(n.under, depth+1, lines)
	}
}
