package exercise

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"tocsin/plan"
)

// Publish is the report without the names of people, for the world outside: lists of people become counts, and in every text names, ids
// and contacts are replaced. Links go, for what they lead to shows people. It cannot know a name that the plan does not: somebody should
// read it before it is published.
func (r *Report) Publish(p *plan.Plan) *Report {
	c := newCensor(p)
	x := *r
	x.Published, x.Moderator, x.Watch, x.Absent, x.Seen, x.Links = true, "", nil, nil, nil, nil
	x.Title, x.Present, x.Came = c.text(r.Title), len(r.Came), nil
	x.Stops = slices.Clone(r.Stops)
	for i := range x.Stops {
		x.Stops[i].Why = c.text(x.Stops[i].Why)
	}
	x.Runs = nil
	for _, run := range r.Runs {
		x.Runs = append(x.Runs, c.run(run))
	}
	x.Lessons = slices.Clone(r.Lessons)
	for i := range x.Lessons {
		x.Lessons[i].Text, x.Lessons[i].Step = c.text(x.Lessons[i].Text), c.text(x.Lessons[i].Step)
	}
	x.FollowUps = slices.Clone(r.FollowUps)
	for i := range x.FollowUps {
		f := &x.FollowUps[i]
		f.Owner, f.Text, f.Why = "", c.text(f.Text), c.text(f.Why)
	}
	return &x
}

func (c *censor) run(run ReportRun) ReportRun {
	run.Name, run.Conclusion = c.text(run.Name), c.text(run.Conclusion)
	run.Objectives, run.Debrief = c.texts(run.Objectives), c.texts(run.Debrief)
	run.Lines, run.Steps = slices.Clone(run.Lines), slices.Clone(run.Steps)
	for i := range run.Lines {
		run.Lines[i].Who, run.Lines[i].Text = "", c.text(run.Lines[i].Text)
	}
	for i := range run.Steps {
		run.Steps[i].Name, run.Steps[i].Was = c.text(run.Steps[i].Name), c.text(run.Steps[i].Was)
	}
	s := &run.Score
	s.Name, s.Session = c.text(s.Name), ""
	s.Decisions, s.Updates, s.Findings = slices.Clone(s.Decisions), slices.Clone(s.Updates), slices.Clone(s.Findings)
	for i := range s.Decisions {
		s.Decisions[i].With, s.Decisions[i].Name = nil, c.text(s.Decisions[i].Name)
	}
	for i := range s.Updates {
		s.Updates[i].Name = c.text(s.Updates[i].Name)
	}
	for i := range s.Findings {
		s.Findings[i].Say = c.text(s.Findings[i].Say)
	}
	return run
}

// somebody stands in a published text for a person.
const somebody = "a team member"

// ordinary are given names that are words as well: written small they are left alone.
var ordinary = []string{
	"art", "bill", "bob", "chase", "dawn", "drew", "faith", "frank", "grace", "hope", "jack", "joy", "june", "mark", "may", "miles", "pat", "rich",
	"rob", "rose", "sue", "ward", "will",
}

// word is a name to be replaced.
type word struct {
	text  string
	exact bool // only as written
}

// censor replaces the names of a plan's people.
type censor struct{ words []word }

func newCensor(p *plan.Plan) *censor {
	c := &censor{}
	for _, team := range [][]plan.Person{p.CoreTeam, p.ExtendedTeam} {
		for i := range team {
			c.person(&team[i])
		}
	}
	for i := range p.Unlisted {
		c.add(p.Unlisted[i].Name)
	}
	slices.SortStableFunc(c.words, func(a, b word) int { return cmp.Compare(len(b.text), len(a.text)) }) // whole names before their parts
	return c
}

func (c *censor) person(x *plan.Person) {
	for _, k := range slices.Concat(x.Contact, x.Sealed) {
		if !plan.Open(k.To) {
			c.add(k.To)
		}
	}
	for _, k := range x.Keys {
		c.add(k.Address.String())
	}
	if x.Body || x.Name == "" || plan.Open(x.Name) {
		return
	}
	c.add(x.Name)
	for _, part := range strings.Fields(x.Name) {
		if part = strings.Trim(part, ".,"); len([]rune(part)) >= 3 {
			c.add(part)
		}
	}
	if len(x.ID) >= 3 && !slices.Contains(ordinary, x.ID) {
		c.add(x.ID)
	}
}

func (c *censor) add(name string) {
	if name = strings.TrimSpace(name); name != "" {
		c.words = append(c.words, word{name, slices.Contains(ordinary, strings.ToLower(name))})
	}
}

func (c *censor) texts(list []string) []string {
	var out []string
	for _, s := range list {
		out = append(out, c.text(s))
	}
	return out
}

// addresses are what leads to a person whatever the plan knows: mail addresses, handles, telephone numbers.
var addresses = regexp.MustCompile(`[\p{L}\p{N}._%+-]+@[\p{L}\p{N}.-]+|@[\p{L}\p{N}_]{2,}|\+\d[\d ()./-]{6,}\d`)

// text is a text without people.
func (c *censor) text(s string) string {
	for _, w := range c.words {
		s = replaceWord(s, w)
	}
	return addresses.ReplaceAllString(s, somebody)
}

// replaceWord replaces a name wherever it stands as a word of its own.
func replaceWord(s string, w word) string {
	low, name := strings.ToLower(s), strings.ToLower(w.text)
	if len(low) != len(s) || w.exact { // small letters may be longer; then only what is written the same is found
		low, name = s, w.text
	}
	var out strings.Builder
	from := 0
	for {
		i := strings.Index(low[from:], name)
		if i < 0 {
			out.WriteString(s[from:])
			return out.String()
		}
		i += from
		end := i + len(name)
		if !alone(s, i, end) {
			out.WriteString(s[from:end])
			from = end
			continue
		}
		out.WriteString(s[from:i])
		if begins(s[:i]) {
			out.WriteString(strings.ToUpper(somebody[:1]) + somebody[1:])
		} else {
			out.WriteString(somebody)
		}
		from = end
	}
}

// alone reports whether what stands between two places of a text is no part of a longer word.
func alone(s string, from, to int) bool {
	letter := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }
	before, after := []rune(s[:from]), []rune(s[to:])
	return (len(before) == 0 || !letter(before[len(before)-1])) && (len(after) == 0 || !letter(after[0]))
}

// begins reports whether a sentence begins behind a text.
func begins(before string) bool {
	t := strings.TrimRightFunc(before, unicode.IsSpace)
	return t == "" || len(t) < len(before) && strings.ContainsAny(t[len(t)-1:], ".!?:")
}
