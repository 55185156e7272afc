package document

import (
	"regexp"

	"tocsin/document/markdown"
)

// readProcedures reads a table of response steps: the issue (or procedure) they answer, the step, and how it is done. A row
// whose first cell is empty goes on with the procedure above it.
func readProcedures(w *walker, p *part, i int) int {
	t := &p.blocks[i]
	if t.Kind != markdown.Table || p.own && p.section != "procedures" {
		return 0
	}
	c := newColumns(t)
	step := c.find("response steps", "response step", "steps", "step", "action", "actions", "task")
	issue := c.find("issue", "issues", "incident", "procedure", "scenario", "threat")
	numbered := c.number()
	if step < 0 || issue < 0 && p.section != "procedures" && !(numbered && p.heading != nil && p.section == "" && !drills.MatchString(p.title)) {
		return 0
	}
	details := c.find("details", "how", "how to", "instructions", "description", "notes~")
	id := c.find("id~")
	p.page.markHeader(t)
	name := ""
	if issue < 0 && p.about != "procedures" {
		name = p.title
	}
	facts := map[int]string{} // columns that say what people write under a step
	for i := range t.Header {
		if key := nameKey(t.Header[i].Text); stepKeys[key] != "" && !c.taken[i] {
			facts[i] = key
		}
	}
	for _, row := range t.Rows {
		if s := text(row, issue); s != "" {
			name = s
		}
		if text(row, step) == "" || name == "" {
			w.lose(p, row, "this row names no step, or no issue that it answers")
			continue
		}
		r := w.procedure(name)
		s := w.step(r, text(row, step), text(row, id))
		s.How = text(row, details)
		s.Purpose = purpose(s.Name)
		under := &stepper{walker: w, part: p, id: r.ID}
		for i := range row {
			if value := text(row, i); facts[i] != "" {
				c.taken[i] = value == "" || under.fact(s, fact{facts[i], value}, nil)
			} else if unticked.MatchString(value) {
				row[i].Text = ""
			}
		}
		w.rest(p, c, row, "procedures["+r.ID+"]", s)
		p.page.mark(lineOf(row), lineOf(row), placed)
	}
	return 1
}

// unticked is the box of what is not done yet, as it is in every plan.
var unticked = regexp.MustCompile(`^(☐|⬜|\[ ?\]|□)$`)

// purposes tells by the words of a step what it is for. A step whose words say nothing, or several things, has none.
var purposes = []struct {
	purpose string
	words   *regexp.Regexp
}{
	{"halt", regexp.MustCompile(`(?i)^(pause|halt|stop|freeze|block|disable|shut|isolate|suspend|turn off|take down|revoke)\b`)},
	{"find", regexp.MustCompile(`(?i)^(identify|find|investigate|analy[sz]e|diagnose|quantify|assess|determine the (cause|extent|loss|root)|trace|locate|measure|confirm|check)\b`)},
	{"fix", regexp.MustCompile(`(?i)^((create|write|test|develop|prepare|release|deploy|apply)\b.*\b(patch|fix|upgrade)|patch|fix|upgrade|(emergency |hot ?)(upgrade|patch|fix))\b`)},
	{"restore", regexp.MustCompile(`(?i)^(restore|resume|unpause|re-?open|reimburse|compensate|refund|recover|re-?enable|determine (the )?clean-?up|clean ?up)\b`)},
	{"tell", regexp.MustCompile(`(?i)^(tell|notify|inform|announce|publish|warn|post|alert|contact|display)\b`)},
	{"learn", regexp.MustCompile(`(?i)^((write|hold|draft) .*(post-?mortem|retrospective|debrief)|post-?mortem|retrospective|debrief|review (the )?(incident|lessons))\b`)},
}

// purpose finds what a step is for by its own words; empty if they do not say.
func purpose(step string) string {
	found := ""
	for _, p := range purposes {
		if p.words.MatchString(step) {
			if found != "" {
				return ""
			}
			found = p.purpose
		}
	}
	return found
}
