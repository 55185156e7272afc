package exercise

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/plan"
)

// ReadBack is what the moderator reads out once a scenario is completed: what was done when, and the conclusion.
type ReadBack struct {
	Run        int    `json:"run"`
	Name       string `json:"name"`
	Lines      []Line `json:"lines"`
	Conclusion string `json:"conclusion,omitempty"`
}

// Line is one thing that happened in a run. Times are exercise times.
type Line struct {
	Shows  time.Time     `json:"shows"`
	After  plan.Duration `json:"after"` // since the opening was read
	Kind   string        `json:"kind"`
	Text   string        `json:"text"`
	People []string      `json:"people,omitempty"` // ids of who did it
	Ref    string        `json:"ref,omitempty"`    // step, decision, communication
}

// The kinds of lines.
const (
	LineOpening   = "opening"
	LineInject    = "inject"
	LineFact      = "fact"
	LineMoment    = "moment"
	LineStep      = "step"
	LineWrong     = "wrong"
	LineUnplanned = "unplanned"
	LineDecision  = "decision"
	LineUpdate    = "update"
	LineStop      = "stop"
)

// ReadBackOf tells a run from its opening on. It holds nothing that was not given or done.
func ReadBackOf(p *plan.Plan, s *State, run int, incidents []*incident.State) ReadBack {
	r := s.Run(run)
	if r == nil || r.Described.IsZero() {
		return ReadBack{}
	}
	b := backReader{p: p, r: r, ReadBack: ReadBack{Run: run, Name: r.Scenario.Name, Conclusion: r.Conclusion}}
	b.line(r.From, LineOpening, "", "", r.Scenario.Opening)
	for _, g := range r.givenSoFar() {
		switch {
		case g.Kind == GivenInject:
			b.line(g.Shows, LineInject, "", "", g.Text)
		case g.Question != "":
			b.line(g.Shows, LineFact, "", "", "Asked: "+incident.Sentence(g.Question)+" Told: "+g.Text)
		default:
			b.line(g.Shows, LineFact, "", "", "Told: "+g.Text)
		}
	}
	mine := s.incidentsOf(run, incidents)
	for _, x := range mine {
		b.incident(x)
	}
	b.steps(Steps(p, s, run, incidents))
	for _, f := range append(slices.Clone(s.Freezes), s.freezing()...) {
		b.freeze(f)
	}
	slices.SortStableFunc(b.Lines, func(a, c Line) int { return a.Shows.Compare(c.Shows) })
	return b.ReadBack
}

func (s *State) freezing() []Freeze {
	if s.Frozen == nil {
		return nil
	}
	return []Freeze{*s.Frozen}
}

type backReader struct {
	ReadBack
	p *plan.Plan
	r *Run
}

func (b *backReader) line(shows time.Time, kind, person, ref, text string) {
	if shows.IsZero() || text == "" {
		return
	}
	l := Line{Shows: shows, After: length(shows.Sub(b.r.From)), Kind: kind, Text: incident.Sentence(text), Ref: ref}
	if person != "" {
		l.People = []string{person}
	}
	b.Lines = append(b.Lines, l)
}

func (b *backReader) incident(x *incident.State) {
	m := x.Times()
	for _, k := range []struct {
		at   time.Time
		text string
	}{
		{m.Detected, "Detected: " + x.Title},
		{m.FirstAnswer, "The first answer came"},
		{m.Mustered, "Enough people were there"},
		{m.Validated, "It was said to be real"},
		{m.Contained, "Contained"},
		{m.Resolved, "Resolved"},
		{m.Dismissed, "Dismissed"},
	} {
		b.line(k.at, LineMoment, "", "", k.text)
	}
	for i := range x.Decisions {
		d := &x.Decisions[i]
		name := d.Name(b.p)
		switch d.State {
		case incident.Met:
			b.line(d.Settled, LineDecision, "", d.Decision, "Decided: "+name)
			if !d.Settled.IsZero() {
				b.by(approvers(d))
			}
		case incident.Refused:
			b.line(d.Settled, LineDecision, "", d.Decision, "Refused: "+name)
		case incident.Expired:
			b.line(d.Settled, LineDecision, "", d.Decision, "Nobody decided in time: "+name)
		}
	}
	for i := range x.Updates {
		u := &x.Updates[i]
		if u.State != incident.Posted {
			continue
		}
		c, _ := b.p.Communication(u.Communication)
		text := fmt.Sprintf("Update %d posted: %s", u.Number, c.Name)
		if u.Posted.After(u.Due) {
			text += ", " + span(u.Posted.Sub(u.Due)) + " late"
		}
		b.line(u.Posted, LineUpdate, u.By, u.Communication, text)
	}
}

func (b *backReader) steps(rows []StepRow) {
	for i := range rows {
		row := &rows[i]
		text := row.Name
		switch {
		case row.Ref == "" && row.Taken():
			b.line(row.At, LineUnplanned, row.Person, "", "Not in the plan: "+text)
		case row.Taken():
			if row.How == StepSaid {
				text = "Said: " + text
			}
			if row.Late > 0 {
				text += ", " + span(time.Duration(row.Late)) + " late"
			}
			b.line(row.At, LineStep, row.Person, row.Ref, text)
		}
	}
	for _, m := range b.r.Marks {
		if m.Kind != Wrong || m.Struck {
			continue
		}
		text := "Went wrong"
		if m.Step != "" {
			text = StepName(b.p, m.Step) + " went wrong"
		}
		if m.Text != "" {
			text += ": " + m.Text
		}
		b.line(m.Shows, LineWrong, m.Person, m.Step, text)
	}
}

// freeze tells of a stop while the run was under way. The clock stood still in it.
func (b *backReader) freeze(f Freeze) {
	if f.At.Before(b.r.Described) || !b.r.Completed.IsZero() && f.At.After(b.r.Completed) {
		return
	}
	if f.Incident != "" {
		b.line(f.Shows, LineStop, "", "", "A real incident stopped the exercise")
		return
	}
	text := "Somebody said stop"
	if f.Why != "" {
		text += ": " + f.Why
	}
	b.line(f.Shows, LineStop, f.By, "", text)
}

// Text is the read-back as it is read out: times of the exercise clock since the opening, and what happened.
func (b *ReadBack) Text(p *plan.Plan) string {
	var out strings.Builder
	fmt.Fprintf(&out, "Scenario %d: %s\n\n", b.Run, b.Name)
	for _, l := range b.Lines {
		who := ""
		if len(l.People) > 0 {
			who = " (" + namesOf(p, l.People) + ")"
		}
		fmt.Fprintf(&out, "%7s  %s%s\n", Stopwatch(time.Duration(l.After)), l.Text, who)
	}
	if b.Conclusion != "" {
		fmt.Fprintf(&out, "\nConclusion: %s\n", incident.Sentence(b.Conclusion))
	}
	return out.String()
}

// namesOf is what people call some people, as a sentence does.
func namesOf(p *plan.Plan, ids []string) string {
	var list []string
	for _, id := range ids {
		list = append(list, p.NameOf(id))
	}
	return and(list)
}

// Stopwatch writes the time since an opening: minutes and seconds, with hours from the first on.
func Stopwatch(d time.Duration) string {
	d = max(d, 0).Truncate(time.Second)
	h, m, s := int(d/time.Hour), int(d%time.Hour/time.Minute), int(d%time.Minute/time.Second)
	if h > 0 {
		return fmt.Sprintf("%d:%02d:%02d", h, m, s)
	}
	return fmt.Sprintf("%d:%02d", m, s)
}

// by says who did what was told last.
func (b *backReader) by(people []string) {
	b.Lines[len(b.Lines)-1].People = people
}
