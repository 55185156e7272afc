package document

import (
	"regexp"
	"strings"

	"tocsin/document/markdown"
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
	// numberedPage finds headings that are one of several procedures by their number: "PB-02 Watch and wait".
	numberedPage = regexp.MustCompile(`(?i)^(?:pb|rb|sop|eop|erp|playbook|runbook|procedure)[ -]?#?\d{1,3}\b`)
	stepOf       = regexp.MustCompile(`(?i)^(?:[^\w]*)(?:step|action)\s*#?\d{1,3}\b`)
	drills       = regexp.MustCompile(`(?i)\b(template|example|sample|glossary|definitions?|resources|links|references|appendix|overview|introduction|commands|tools|tooling|prevention|metrics|principles|lessons|table of contents)\b`)
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
	named := happens.MatchString(p.title) || flow.MatchString(p.title) || stepOf.MatchString(p.title) || numberedPage.MatchString(p.title) || stepped(p) || saidSteps(p)
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

// saidSteps reports whether lines under a heading say of themselves that they are steps: "Step 1: Stay calm".
func saidSteps(p *part) bool {
	n := 0
	for i := range p.blocks {
		if b := &p.blocks[i]; b.Kind == markdown.Paragraph && b.In == 0 {
			n += len(saidStep.FindAllString(b.Text, -1))
		}
	}
	return n > 1
}

var saidStep = regexp.MustCompile(`(?im)^step\s+\d{1,3}\s*[:.)–—-]`)

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
