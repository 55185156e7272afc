package document

import (
	"regexp"
	"strings"

	"tocsin/document/markdown"
	"tocsin/plan"
)

var (
	// happens finds the words of a heading that names something that goes wrong.
	happens = regexp.MustCompile(`(?i)\b(exploit\w*|hack\w*|attack\w*|stolen|theft|drain\w*|compromis\w*|leak\w*|phish\w*|hijack\w*|take-?over|ddos|denial of service|outage|down|halt\w*|de-?peg\w*|oracle|bugs?|vulnerab\w*|fail\w*|breach\w*|manipulat\w*|insolven\w*|bad debt|loss|lost|scam|malicious|rug|reentrancy|front-? ?end|dns|key|keys|congestion|spike|reorg\w*|insider|bridge|liquidat\w*|suspicious|stuck|stale|unauthori[sz]ed|impersonat\w*|spoof\w*|tamper\w*|corrupt\w*|sequencer|invalid|unexpected|abnormal\w*|anomal\w*|detected|fraud\w*)\b`)
	// phased finds headings that are a phase of a response, or its list of steps.
	phased = regexp.MustCompile(`(?i)\b(immediate\w*|first|contain\w*|investigat\w*|triage|assess\w*|analy\w*|mitigat\w*|eradicat\w*|recover\w*|resol\w*|remediat\w*|restor\w*|resum\w*|post-? ?incident|post-? ?mortem|follow-? ?up|aftermath|after|during|before|phase|stage|steps?|actions?|checklist|procedures?|response|validat\w*|verif\w*|notif\w*|muster|stabili[sz]\w*|fix|flow|workflow|playbook|runbook|what to do|how to respond|activation|execution)\b`)
	// flow finds headings of a list of steps that holds whatever happened.
	flow       = regexp.MustCompile(`(?i)^((the )?(first|immediate|initial|next)\b.*|.*\b(response|incident|emergency) (flow|workflow|process|steps|checklist|procedure|actions)|(response )?(steps|actions|checklist|workflow)|what to do( first| now)?|after .*|post-? ?incident( .*)?|runbook|playbook)$`)
	signs      = regexp.MustCompile(`(?i)\b(indicators?|symptoms?|signs?|signals?|examples?|how (do )?(we|you) (notice|know|see)|what (it|this) looks like|red flags)\b`)
	starts     = regexp.MustCompile(`(?i)\b(when to (activate|use|pause|trigger|act)|activation criteria|criteria|triggers?|trigger conditions?|use (this )?when|activate)\b`)
	closer     = regexp.MustCompile(`(?i)[\s:–—-]+(emergency )?(response|procedures?|playbook|runbook|plan|checklist|steps|handling|scenario)s?$`)
	opener     = regexp.MustCompile(`(?i)^(if|when|in case of|responding to|response to|handling|scenario|playbook|runbook|procedure)\b[:\s]+(?:(?:an?|the|there is an?)\s+)?`)
	level      = regexp.MustCompile(`(?i)^\[?((?:p|s|sev|severity|level)[ -]?[0-9](?:\s*[/–-]\s*\w+)?|critical|high|medium|low|emergency|urgent)\]?\s*[:–—|-]\s+`)
	behind     = regexp.MustCompile(`(?i)\s*[\[(]((?:p|s|sev|severity|level)[ -]?[0-9]|critical|high|medium|low)[\])]$`)
	runbook    = regexp.MustCompile(`(?i)\brunbook\b`)
	kindOfPage = regexp.MustCompile(`(?i)^(runbook|playbook|procedure|scenario):\s*`)
	stepOf     = regexp.MustCompile(`(?i)^(?:[^\w]*)(?:step|action)\s*#?\d{1,3}\b`)
	drills     = regexp.MustCompile(`(?i)\b(template|example|sample|glossary|definitions?|resources|links|references|appendix|overview|introduction|commands|tools|tooling|prevention|metrics|principles|lessons|table of contents)\b`)
)

// scenario reads a part that says what to do: when something happens, or in any incident. It answers false for other parts.
func (w *walker) scenario(p *part) bool {
	if !w.procedural(p) {
		return false
	}
	name := p.title
	severity := ""
	if m := level.FindStringSubmatch(name); m != nil {
		severity, name = m[1], name[len(m[0]):]
	} else if m := behind.FindStringSubmatch(name); m != nil {
		severity, name = m[1], strings.TrimSuffix(name, m[0])
	}
	name = markdown.Plain(name)
	if rest := kindOfPage.ReplaceAllString(name, ""); rest != "" {
		name = rest
	}
	if first := p.page.root.parts[0]; ordinaryOnly(name) && first != p && first.level == 1 && runbook.MatchString(first.title) {
		name = first.title // the page is one runbook, and says in its title what for
	}
	r := w.procedure(name)
	s := &stepper{walker: w, part: p, id: r.ID, number: map[int]string{}}
	issue := ""
	if happens.MatchString(name) || p.section == "issues" {
		issue = w.issueOf(name, r.ID, severity)
	} else if severity != "" {
		w.note("procedures["+r.ID+"]", p.heading.Text, "\n")
	}
	w.alias(p, r.ID)
	p.page.mark(p.heading.From, p.heading.To, placed)
	p.about = "procedures[" + r.ID + "]"
	s.read(p, issue, true)
	return true
}

// ordinaryOnly reports whether a title says only what a document is.
func ordinaryOnly(title string) bool {
	return strings.Trim(ordinary.ReplaceAllString(title, ""), " \t:–—-|,()&#/.") == ""
}

// procedural reports whether a part is one procedure: its heading names something that happens, or a list of steps, and it
// holds steps, directly or by phases.
func (w *walker) procedural(p *part) bool {
	switch p.section {
	case "", "procedures", "issues", "detectors", "actions":
	default:
		return false
	}
	if drills.MatchString(p.title) || p.level == 1 && p.up.heading == nil && !ownSteps(p, true) && !phasesOnly(p) {
		return false
	}
	for i := range p.blocks {
		if p.blocks[i].Kind == markdown.Table && p.section != "" && p.own {
			return false // the tables of the section say it
		}
	}
	named := happens.MatchString(p.title) || flow.MatchString(p.title) || stepOf.MatchString(p.title) || stepped(p)
	below := (p.section == "procedures" || p.section == "issues") && p.up.section == p.section
	if !named && !below && !(p.section == "procedures" && p.own) {
		return false
	}
	if ownSteps(p, true) {
		return true
	}
	return phasesOnly(p)
}

// ownSteps reports whether steps stand directly under a heading.
func ownSteps(p *part, bullets bool) bool {
	return stepsIn(p.blocks, bullets && (happens.MatchString(p.title) || phased.MatchString(p.title) || p.section == "procedures"))
}

// phasesOnly reports whether the parts under a heading are phases or steps of one procedure rather than procedures of their
// own, and some of them hold steps.
func phasesOnly(p *part) bool {
	phases, others, steps := 0, 0, 0
	for _, sub := range p.parts {
		switch {
		case stepOf.MatchString(headingText(sub)):
			phases, steps = phases+1, steps+1
		case signs.MatchString(sub.title), starts.MatchString(sub.title), sub.own && sub.section != "procedures" && sub.section != "issues":
		case !holdsSteps(sub):
		case phased.MatchString(sub.title) && (!happens.MatchString(sub.title) || happens.MatchString(p.title)):
			phases, steps = phases+1, steps+1
		case level.MatchString(sub.title), opener.MatchString(sub.title), happens.MatchString(sub.title):
			others++
		default:
			if !happens.MatchString(p.title) {
				others++
			}
			steps++
		}
	}
	return steps > 0 && phases >= others && (phases > 0 || happens.MatchString(p.title))
}

// stepped reports whether headings under a part are its steps, by their number: "Step 1", "Step 2".
func stepped(p *part) bool {
	n := 0
	for _, sub := range p.parts {
		if stepOf.MatchString(headingText(sub)) {
			n++
		}
	}
	return n > 1
}

func headingText(p *part) string {
	if p.heading == nil {
		return ""
	}
	return p.heading.Text
}

// holdsSteps reports whether a part or one below it holds steps.
func holdsSteps(p *part) bool {
	if stepsIn(p.blocks, true) || stepOf.MatchString(headingText(p)) {
		return true
	}
	for _, sub := range p.parts {
		if holdsSteps(sub) {
			return true
		}
	}
	return false
}

// issueOf finds the issue that a procedure answers, or adds it.
func (w *walker) issueOf(name, procedure, severity string) string {
	title := strings.TrimSpace(opener.ReplaceAllString(name, ""))
	for closer.MatchString(title) {
		title = closer.ReplaceAllString(title, "")
	}
	if title == "" {
		title = name
	}
	title = strings.ToUpper(title[:len(firstRune(title))]) + title[len(firstRune(title)):]
	is := w.issueNamed(title)
	if is == nil {
		is = w.issueNamed(name)
	}
	if is == nil {
		is = w.issue(title, "")
	}
	if is.Procedure == "" {
		is.Procedure = procedure
	}
	if is.Severity == "" {
		is.Severity = severity
	}
	return is.ID
}

// firstRune is the first character of a text.
func firstRune(s string) string {
	for i := range s {
		if i > 0 {
			return s[:i]
		}
	}
	return s
}

// alias lets the name of a page's file, and its title, stand for the procedure that the page is about.
func (w *walker) alias(p *part, id string) {
	file := p.page.name[strings.LastIndexByte(p.page.name, '/')+1:]
	file, _, _ = strings.Cut(file, ".")
	for _, name := range []string{p.title, file} {
		if key := nameKey(name); key != "" && w.names["procedures"][key] == "" {
			w.names["procedures"][key] = id
		}
	}
}

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
		case b.Kind == markdown.Paragraph && b.In == 0 && s.facts(p, b, issue):
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
