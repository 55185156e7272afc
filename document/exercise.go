package document

import (
	"regexp"
	"strings"

	"tocsin/document/markdown"
	"tocsin/plan"
)

// numbered is a line of a numbered list.
var numbered = regexp.MustCompile(`^\s*(?:[0-9]+[.)]|[-*])\s+(.+)$`)

// readExercise reads how a session of an exercise is run: numbered lines in a fence or a list; and from the words around it
// how often and how long, where they say so plainly.
func readExercise(w *walker, p *part, i int) int {
	if p.section != "exercises" {
		return 0
	}
	b := &p.blocks[i]
	switch b.Kind {
	case markdown.Code:
		steps := []string{}
		for _, line := range strings.Split(strings.TrimSpace(b.Text), "\n") {
			m := numbered.FindStringSubmatch(line)
			if m == nil {
				return 0
			}
			steps = append(steps, strings.TrimSpace(m[1]))
		}
		w.plan.Exercises.Steps = append(w.plan.Exercises.Steps, steps...)
		p.page.mark(b.From, b.To, placed)
		return 1
	case markdown.Item:
		if !b.Ordered || b.Level > 0 || len(w.plan.Exercises.Steps) > 0 && i > 0 && p.blocks[i-1].Kind != markdown.Item {
			return 0
		}
		w.plan.Exercises.Steps = append(w.plan.Exercises.Steps, b.Text)
		p.page.mark(b.From, b.To, placed)
		return 1
	case markdown.Paragraph:
		w.cadence(b.Text)
	}
	return 0 // the words themselves stay a note
}

var (
	sessionLength = regexp.MustCompile(`(?i)\b([0-9]+)[- ](hour|minute)s?\b(?: \w+)? (?:sessions?|exercises?|drills?)`)
	often         = regexp.MustCompile(`(?i)\b(?:once|at least once) (?:every (\w+) |an? |each |per )(week|month|quarter|year)s?\b`)
	everyWords    = regexp.MustCompile(`(?i)\b(monthly|quarterly|yearly|annually)\b`)
	familiar      = regexp.MustCompile(`(?i)\b(familiar|once established|afterwards|thereafter|continue)\b`)
)

// cadence reads how long sessions take and how often they are held, first and once the team is familiar, where a paragraph
// says one of each. The words stay a note.
func (b *builder) cadence(text string) {
	e := &b.plan.Exercises
	if all := sessionLength.FindAllStringSubmatch(text, -1); len(all) == 1 && e.Length == 0 {
		e.Length, _ = plan.ParseDuration(all[0][1] + strings.ToLower(all[0][2][:1]))
	}
	every := plan.Duration(0)
	if all := often.FindAllStringSubmatch(text, -1); len(all) > 0 {
		for _, m := range all { // of several, the one that names one time
			if d := period(m[1], m[2]); d > 0 {
				every = d
			}
		}
	} else if all := everyWords.FindAllString(text, -1); len(all) == 1 {
		every = map[string]plan.Duration{"monthly": 30, "quarterly": 90, "yearly": 365, "annually": 365}[strings.ToLower(all[0])]
	}
	d, err := plan.ParseDuration("1d")
	switch {
	case every == 0 || err != nil:
	case familiar.MatchString(text) && !strings.Contains(strings.ToLower(text), "until"):
		if e.ThenEvery == 0 {
			e.ThenEvery = every * d
		}
	case e.Every == 0:
		e.Every = every * d
	}
}

// period is a number of days: "six", "months"; 0 if the words name no number.
func period(number, unit string) plan.Duration {
	n := map[string]plan.Duration{"": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "2": 2, "3": 3, "4": 4, "6": 6}[strings.ToLower(number)]
	return n * map[string]plan.Duration{"week": 7, "month": 30, "quarter": 90, "year": 365}[strings.ToLower(unit)]
}
