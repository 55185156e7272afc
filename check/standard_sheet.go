package check

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"tocsin/decision"
	"tocsin/plan"
)

// sheet gathers what a plan shows of one control, and what it does not.
type sheet struct {
	plan     *plan.Plan
	source   *plan.Source
	now      time.Time
	id       string
	evidence []string
	missing  []string
	unseen   []string // what no plan can show
}

func (s *sheet) control(id, title string) Control {
	c := Control{ID: id, Title: title, Evidence: append([]string{}, s.evidence...), Missing: append([]string{}, s.missing...)}
	if note, at := s.note(); len(s.unseen) > 0 && note != "" {
		c.Evidence = append(c.Evidence, fmt.Sprintf("The team says how it is done: %s%s.", strings.TrimSuffix(clipped(note), "."), s.at(at)))
	} else {
		for _, what := range s.unseen {
			c.Missing = append(c.Missing, fmt.Sprintf("Paper cannot show %s. Say how it is done in a note about %s.", what, id))
		}
	}
	switch {
	case len(c.Missing) == 0:
		c.Status = ControlMet
	case len(c.Evidence) == 0:
		c.Status = ControlNot
	default:
		c.Status = ControlPartly
	}
	return c
}

// note finds what the team says about the control.
func (s *sheet) note() (text, path string) {
	for i, n := range s.plan.Notes {
		if strings.TrimSpace(n.About) == s.id && !plan.Open(n.Text) {
			return n.Text, fmt.Sprintf("notes[%d]", i)
		}
	}
	return "", ""
}

// shows notes evidence that stands at a path of the plan.
func (s *sheet) shows(path, format string, args ...any) {
	s.evidence = append(s.evidence, strings.TrimSuffix(fmt.Sprintf(format, args...), ".")+s.at(path)+".")
}

// lacks notes what would have to be written.
func (s *sheet) lacks(format string, args ...any) {
	s.missing = append(s.missing, fmt.Sprintf(format, args...))
}

// cannotShow notes what no plan can show.
func (s *sheet) cannotShow(what string) { s.unseen = append(s.unseen, what) }

// at writes the place of a path: file and line where they are known.
func (s *sheet) at(path string) string {
	if at := s.source.At(path); at.File != "" {
		return fmt.Sprintf(" (%s:%d)", at.File, at.Line)
	}
	if path == "" {
		return ""
	}
	return " (" + path + ")"
}

func clipped(text string) string {
	const most = 160
	text = strings.Join(strings.Fields(text), " ")
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}

// findable reports whether a person can be reached: by a contact of the plan, or by one in the sealed file.
func (s *sheet) findable(r plan.Person) bool {
	return s.plan.Contacts.File != "" && len(r.Sealed) == 0 || slices.ContainsFunc(r.Ladder(), stated)
}

func stated(k plan.Contact) bool { return strings.TrimSpace(k.To) != "" && !plan.Open(k.To) }

// holders are the names of those who may hold a role and can be reached.
func (s *sheet) holders(role plan.Role) []string {
	var names []string
	for _, id := range everybodyOf(s.plan, []string{role.ID}) {
		if r, ok := s.plan.Person(id); ok && !r.Body && s.findable(r) {
			names = append(names, r.Name)
		}
	}
	return names
}

// role finds the first role whose name or duties speak of something and who may hold it; fit is false if there is none.
func (s *sheet) role(words *regexp.Regexp) (role plan.Role, holders []string, fit bool) {
	for _, byDuty := range []bool{false, true} {
		for _, r := range s.plan.Roles {
			text := r.ID + " " + r.Name
			if byDuty {
				text = strings.Join(r.Duties, ". ")
			}
			if words.MatchString(strings.ToLower(text)) {
				return r, s.holders(r), true
			}
		}
	}
	return plan.Role{}, nil, false
}

// person finds somebody who can be reached and of whom the plan speaks in such words; path says where.
func (s *sheet) person(words *regexp.Regexp, teams ...string) (r plan.Person, path string, ok bool) {
	for _, key := range teams {
		team := s.plan.CoreTeam
		if key == "extended_team" {
			team = s.plan.ExtendedTeam
		}
		for _, r := range team {
			text := strings.ToLower(strings.Join(append([]string{r.Name, r.Title, strings.Join(r.Roles, " ")}, r.Duties...), ". "))
			if words.MatchString(text) && s.findable(r) {
				return r, key + "[" + r.ID + "]", true
			}
		}
	}
	return plan.Person{}, "", false
}

// since tells how many days ago a day was; ok is false if it is not set, or ahead.
func (s *sheet) since(d plan.Date) (days int, ok bool) {
	if d.IsZero() || d.After(s.now) {
		return 0, false
	}
	return int(s.now.Sub(d.Time) / (24 * time.Hour)), true
}

// metWithout reports whether a decision can be made while a person is away; nobody is away if the person is empty.
func (s *sheet) metWithout(d *plan.Decision, away string) bool {
	opened := time.Time{}
	now := opened.AddDate(200, 0, 0)
	var voices []decision.Voice
	for _, person := range rulesFor(s.plan, d).everyone() {
		if person != away {
			voices = append(voices, decision.Voice{Person: person, Choice: decision.Approve, At: now, Expires: now.AddDate(1, 0, 0)})
		}
	}
	return decision.Tally(s.plan, d, voices, opened, now, "").State == decision.Met
}

// severitiesOf lists the ids of severities that a message is for; all if it does not say.
func severitiesOf(p *plan.Plan, m plan.Communication) []string {
	if len(m.Severities) > 0 {
		return m.Severities
	}
	var ids []string
	for _, s := range p.Severities {
		ids = append(ids, s.ID)
	}
	return ids
}
