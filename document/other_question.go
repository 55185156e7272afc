package document

import (
	"regexp"
	"strings"

	"tocsin/plan"
)

var (
	ifAnswer   = regexp.MustCompile(`(?i)(?:^|[.;,]\s*|\s)if\s+(yes|no|so|not)\b\s*(?:[,:]|→|->|=>|–|—)*\s*([^;]+?)\s*(?:[;.]|$)`)
	answerLine = regexp.MustCompile(`(?i)^(?:if\s+)?(yes|no|not sure|unsure|unknown)\s*(?:→|->|=>|:|,|–|—)+\s*(.+)$`)
	goTo       = regexp.MustCompile(`(?i)^(?:go|skip|proceed|continue|jump|move|return)\s+(?:on\s+)?(?:to|with)\s+|^(?:follow|use|run|start|see|do)\s+(?:the\s+)?`)
	stepRef    = regexp.MustCompile(`(?i)^(?:step|#)\s*(\d{1,3})$`)
	playbook   = regexp.MustCompile(`(?i)\s+(?:playbook|runbook|procedure|steps|checklist)$`)
)

// answers are the answers to a question and where each leads, in words, until all steps are known.
type answers struct {
	question string // id of the step
	said     []plan.Branch
	raw      []string
}

// ask notes the question of a step, with the answers that stand behind it. Once all is read, it becomes a question of the
// plan if every answer leads to a step or procedure that has a name; else the words stay in how the step is done.
func (s *stepper) ask(step, behind string) {
	a := &answers{question: step}
	found := ifAnswer.FindAllStringSubmatch(behind, -1)
	for _, m := range found {
		a.said = append(a.said, plan.Branch{Answer: yesNo(m[1]), Step: m[2]})
	}
	if len(found) > 0 {
		if st := s.last(); st != nil {
			a.raw = append(a.raw, st.How)
			st.How = ""
		}
	}
	if s.asked == nil {
		s.asked = map[string]*answers{}
	}
	s.asked[s.id+"/"+step] = a
	numbers := s.number
	procedure := s.id
	s.after(func() { s.branch(procedure, a, numbers) })
}

func yesNo(word string) string {
	switch strings.ToLower(word) {
	case "yes", "so":
		return "Yes"
	case "no", "not":
		return "No"
	}
	return strings.ToUpper(word[:1]) + strings.ToLower(word[1:])
}

// answer reads an item under a question as one of its answers; false if the last step asks nothing or this is none.
func (s *stepper) answer(text string) bool {
	st := s.last()
	if st == nil {
		return false
	}
	a := s.asked[s.id+"/"+st.ID]
	m := answerLine.FindStringSubmatch(text)
	if a == nil || m == nil {
		return false
	}
	a.said = append(a.said, plan.Branch{Answer: yesNo(m[1]), Step: m[2]})
	a.raw = append(a.raw, "- "+text)
	return true
}

// branch makes a question of a step whose answers all lead somewhere.
func (w *walker) branch(procedure string, a *answers, numbers map[int]string) {
	r := byID(w.plan.Procedures, func(r *plan.Procedure) string { return r.ID }, procedure)
	if r == nil {
		return
	}
	st := byID(r.Steps, func(st *plan.Step) string { return st.ID }, a.question)
	if st == nil || len(a.said) == 0 {
		return
	}
	q := &plan.Question{Ask: st.Name}
	for _, b := range a.said {
		to, ok := w.target(procedure, st.ID, b, numbers)
		if !ok {
			st.How = joinLines(strings.Join(a.raw, "\n"), st.How)
			return
		}
		q.Branches = append(q.Branches, to)
	}
	if len(q.Branches) < 2 {
		st.How = joinLines(strings.Join(a.raw, "\n"), st.How)
		return
	}
	st.Question = q
}

// target finds the step or procedure that an answer leads to.
func (w *walker) target(procedure, asking string, b plan.Branch, numbers map[int]string) (plan.Branch, bool) {
	name := strings.Trim(goTo.ReplaceAllString(strings.TrimSpace(b.Step), ""), " .“”\"'")
	if m := stepRef.FindStringSubmatch(name); m != nil {
		n := 0
		for _, c := range m[1] {
			n = n*10 + int(c-'0')
		}
		if id := numbers[n]; id != "" && id != asking {
			return plan.Branch{Answer: b.Answer, Step: id}, true
		}
		return b, false
	}
	if id := w.find(procedure+"/", name); id != "" && id != asking {
		return plan.Branch{Answer: b.Answer, Step: id}, true
	}
	for _, n := range []string{name, playbook.ReplaceAllString(name, "")} {
		if id := w.find("procedures", n); id != "" && id != procedure {
			return plan.Branch{Answer: b.Answer, Procedure: id}, true
		}
	}
	return b, false
}
