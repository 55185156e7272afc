package document

import (
	"regexp"
	"strings"

	"tocsin/document/markdown"
	"tocsin/plan"
)

// read reads the blocks of a part of the procedure and then the parts below it.
func (s *stepper) read(p *part, issue string, top bool) {
	p.read = true
	was := s.part
	s.part = p
	lead := "" // what the words above a list say that it is
	seen := stepsIn(p.blocks, false)
	for i := 0; i < len(p.blocks); {
		b := &p.blocks[i]
		flat := markdown.Flat(b.Text)
		switch {
		case b.Kind == markdown.Paragraph && b.In == 0 && !saidStep.MatchString(b.Text) && s.facts(p, b, issue):
			i++
		case b.Kind == markdown.Paragraph && b.In == 0 && strings.HasSuffix(flat, ":") && len(strings.Fields(flat)) <= 12 && i+1 < len(p.blocks) && p.blocks[i+1].Kind == markdown.Item:
			lead = flat
			if signs.MatchString(flat) || starts.MatchString(flat) {
				p.page.mark(b.From, b.To, placed)
			} else {
				s.keep(p, b.From, b.To)
			}
			i++
		case b.Kind == markdown.Item && (signs.MatchString(lead) || starts.MatchString(lead)):
			i += s.noticed(p, i, issue, starts.MatchString(lead))
			lead = ""
		case b.Kind == markdown.Item && (b.Ordered || b.Task || !seen):
			i += s.list(i)
		case b.Kind == markdown.Code && s.code(b), b.Kind == markdown.Paragraph && b.In == 0 && s.lines(b):
			i++
		case b.Kind == markdown.Paragraph && top && s.procedure().Summary == "" && len(s.procedure().Steps) == 0 && !b.Quote && len(b.Links) == 0 && !strings.HasSuffix(flat, ":"):
			s.procedure().Summary = flat
			p.page.mark(b.From, b.To, placed)
			i++
		default:
			i += s.handle(p, i)
		}
	}
	s.below(p, issue)
	s.part = was
}

// below reads the parts under a part of the procedure.
func (s *stepper) below(p *part, issue string) {
	steps := stepHeadings(p)
	for _, sub := range p.parts {
		title := headingText(sub)
		switch {
		case starts.MatchString(sub.title) && issue == "" && !stepsIn(sub.blocks, false):
			sub.about = p.about
			s.aside(sub)
		case stepOf.MatchString(title) || steps && numberedHeading.MatchString(title) && len(sub.parts) == 0 && !phased.MatchString(sub.title):
			s.headed(sub)
		case sub.own && sub.section != "procedures" && sub.section != "issues" && sub.section != "detectors" && !starts.MatchString(sub.title):
			s.walk(sub)
		case issue != "" && (signs.MatchString(sub.title) || starts.MatchString(sub.title)) && !stepsIn(sub.blocks, false):
			sub.read = true
			s.part.page.mark(sub.heading.From, sub.heading.To, placed)
			was := s.part
			s.part = sub
			sub.about = "issues[" + issue + "]"
			for i := 0; i < len(sub.blocks); {
				if sub.blocks[i].Kind == markdown.Item {
					i += s.noticed(sub, i, issue, starts.MatchString(sub.title))
				} else {
					i += s.handle(sub, i)
				}
			}
			s.part = was
			s.below(sub, issue)
		case !holdsSteps(sub):
			sub.about = p.about
			s.aside(sub)
		default:
			sub.about = p.about
			s.keep(sub, sub.heading.From, sub.heading.To)
			was := s.purpose
			if ph := phasePurpose(sub.title); ph != "" {
				s.purpose = ph
			}
			s.read(sub, issue, false)
			s.purpose = was
		}
	}
}

// aside reads a part of the procedure that holds no steps: it stays a note about it.
func (s *stepper) aside(p *part) {
	p.read = true
	s.keep(p, p.heading.From, p.heading.To)
	for i := 0; i < len(p.blocks); {
		i += s.handle(p, i)
	}
	for _, sub := range p.parts {
		if sub.own && sub.section != p.section {
			s.walk(sub)
			continue
		}
		sub.about = p.about
		s.aside(sub)
	}
}

// stepHeadings reports whether headings under a part are its steps: more than one is numbered.
func stepHeadings(p *part) bool {
	n := 0
	for _, sub := range p.parts {
		if numberedHeading.MatchString(headingText(sub)) && !happens.MatchString(sub.title) && len(sub.parts) == 0 {
			n++
		}
	}
	return n > 1
}

var numberedHeading = regexp.MustCompile(`^[^\w]*\d{1,2}[.):]\s`)

// headed reads a heading that is a step, with all that stands under it.
func (s *stepper) headed(p *part) {
	done(p)
	was := s.part
	s.part = p
	text := p.heading.Text
	if m := stepOf.FindString(text); m != "" {
		text = strings.TrimLeft(text[len(m):], " :.–—-)")
	} else {
		text = p.title
	}
	if text == "" {
		text = p.title
	}
	st := s.step(text, "")
	if m := leadNumber.FindStringSubmatch(p.heading.Text); m != nil {
		s.number[atoi(m[1])] = st.ID
	}
	p.page.mark(p.heading.From, p.heading.To, placed)
	s.details(p.blocks)
	var under func(p *part)
	under = func(p *part) {
		for _, sub := range p.parts {
			s.part = sub
			s.add(sub.page.raw(sub.heading.From, sub.heading.To))
			sub.page.mark(sub.heading.From, sub.heading.To, placed)
			s.details(sub.blocks)
			under(sub)
		}
	}
	under(p)
	s.part = was
}

var leadNumber = regexp.MustCompile(`^[^\w]*(?:(?i:step|action)\s*#?)?(\d{1,3})\b`)

// noticed reads a list of how an issue shows, or of what activates the response.
func (s *stepper) noticed(p *part, i int, issue string, activates bool) int {
	n := 0
	first := &p.blocks[i]
	for i+n < len(p.blocks) && p.blocks[i+n].Kind == markdown.Item && p.blocks[i+n].Ordered == first.Ordered && p.blocks[i+n].Task == first.Task {
		b := &p.blocks[i+n]
		flat := markdown.Flat(b.Text)
		is := byID(s.plan.Issues, func(x *plan.Issue) string { return x.ID }, issue)
		switch {
		case is == nil:
			s.keep(p, b.From, b.To)
		case activates:
			is.Activation = append(is.Activation, linked(flat, b.Links))
		default:
			is.Symptoms = append(is.Symptoms, linked(flat, b.Links))
		}
		p.page.mark(b.From, b.To, placed)
		n++
	}
	return max(n, 1)
}

// facts reads lines under the heading of a procedure: the severity of its issue, its category, how it is detected.
func (s *stepper) facts(p *part, b *markdown.Block, issue string) bool {
	lines := strings.Split(b.Text, "\n")
	if f, ok := factOf(lines[0]); !ok || f.value == "" || len(lines) != b.To-b.From+1 {
		return false
	}
	is := byID(s.plan.Issues, func(x *plan.Issue) string { return x.ID }, issue)
	for n, line := range lines {
		f, ok := factOf(line)
		held := ok && is != nil && filled(f.value) != ""
		if held {
			switch f.key {
			case "severity", "priority", "level":
				if held = is.Severity == "" || nameKey(is.Severity) == nameKey(f.value); held {
					is.Severity = f.value
				}
			case "category", "type":
				if held = is.Category == ""; held {
					is.Category = f.value
				}
			case "detection", "detected by", "how detected":
				s.detection(is, f.value)
			case "symptoms", "signs", "indicators":
				is.Symptoms = append(is.Symptoms, f.value)
			case "when to use", "trigger", "triggers", "activation", "activation criteria", "use when":
				is.Activation = append(is.Activation, f.value)
			default:
				held = false
			}
		}
		if held {
			p.page.mark(b.From+n, b.From+n, placed)
		} else {
			s.keep(p, b.From+n, b.From+n)
		}
	}
	return true
}

// phasePurposes tells by the words of a phase what its steps are for.
var phasePurposes = []struct {
	purpose string
	words   *regexp.Regexp
}{
	{"halt", regexp.MustCompile(`(?i)\b(contain\w*|stop the bleeding|halt\w*)\b`)},
	{"find", regexp.MustCompile(`(?i)\b(investigat\w*|triage|assess\w*|analy\w*|diagnos\w*|validat\w*)\b`)},
	{"fix", regexp.MustCompile(`(?i)\b(eradicat\w*|mitigat\w*|remediat\w*|fix)\b`)},
	{"restore", regexp.MustCompile(`(?i)\b(recover\w*|restor\w*|resum\w*)\b`)},
	{"tell", regexp.MustCompile(`(?i)\b(communicat\w*|notif\w*)\b`)},
	{"learn", regexp.MustCompile(`(?i)\b(post-? ?mortem|lessons)\b`)},
}

// phasePurpose tells what the steps of a phase are for by its name; empty if it does not say.
func phasePurpose(title string) string {
	found := ""
	for _, p := range phasePurposes {
		if p.words.MatchString(title) {
			if found != "" {
				return ""
			}
			found = p.purpose
		}
	}
	return found
}
