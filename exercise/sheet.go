package exercise

import (
	"slices"
	"time"

	"tocsin/incident"
	"tocsin/plan"
)

// Sheet is all that one person may see of a session. Of a script it holds what has been given and nothing else: no ids, counts, order
// or times of what is to come. Whatever is shown to somebody who does not moderate is made from it.
type Sheet struct {
	ID         string        `json:"id"`
	Protocol   string        `json:"protocol"`
	Title      string        `json:"title"`
	Phase      Phase         `json:"phase"`
	Person     string        `json:"person"` // whose sheet it is
	Moderates  bool          `json:"moderates,omitempty"`
	Scheduled  time.Time     `json:"scheduled"`
	Length     plan.Duration `json:"length"`
	Moved      int           `json:"moved,omitempty"`
	Why        string        `json:"why,omitempty"` // it was cancelled, or postponed last
	Moderator  string        `json:"moderator,omitempty"`
	Watch      []string      `json:"watch"`
	Surprise   bool          `json:"surprise,omitempty"`
	Unattended bool          `json:"unattended,omitempty"`
	Answer     string        `json:"answer,omitempty"` // theirs
	Asked      bool          `json:"asked,omitempty"`  // they are invited
	Invited    []Guest       `json:"invited,omitempty"`
	Begun      time.Time     `json:"begun,omitzero"`
	Ended      time.Time     `json:"ended,omitzero"`

	Clock  *incident.Clock `json:"clock,omitempty"` // nil before it begins
	Frozen *Halt           `json:"frozen,omitempty"`
	Break  *Break          `json:"break,omitempty"`
	Runs   []SheetRun      `json:"runs,omitempty"` // those described

	Lessons   []Lesson      `json:"lessons,omitempty"`
	FollowUps []FollowUp    `json:"follow_ups,omitempty"`
	Links     []Link        `json:"links,omitempty"`
	Published []Publication `json:"published,omitempty"` // the report, without names
}

// Guest is somebody who is invited or takes part.
type Guest struct {
	Person string    `json:"person"`
	Answer string    `json:"answer,omitempty"`
	Why    string    `json:"why,omitempty"` // in their words; only they and the moderator see it
	Came   bool      `json:"came,omitempty"`
	Seen   time.Time `json:"seen,omitzero"` // the report
}

// Halt is a time in which nothing goes on. It does not name the incident that is real: there are some that not everybody may know of.
type Halt struct {
	At   time.Time `json:"at"`
	By   string    `json:"by,omitempty"` // person who said stop
	Why  string    `json:"why,omitempty"`
	Real bool      `json:"real"` // something real is going on
}

// SheetRun is a scenario as far as it has been told.
type SheetRun struct {
	Number     int       `json:"number"`
	Name       string    `json:"name,omitempty"`  // once it is over: it may tell what is behind it
	Brief      string    `json:"brief,omitempty"` // what everybody may know
	Opening    string    `json:"opening"`
	Chain      uint64    `json:"chain,omitempty"` // of its own, with which it is live; 0: it is played at a table
	Described  time.Time `json:"described"`
	From       time.Time `json:"from"` // exercise time
	Completed  time.Time `json:"completed,omitzero"`
	To         time.Time `json:"to,omitzero"` // exercise time
	Outcome    string    `json:"outcome,omitempty"`
	Conclusion string    `json:"conclusion,omitempty"`
	Incidents  []string  `json:"incidents,omitempty"`
	Given      []Given   `json:"given,omitempty"` // in the order in which it was given
	Asked      []Asked   `json:"asked,omitempty"` // questions that wait for the moderator
	Marks      []Mark    `json:"marks,omitempty"` // once it is over
	Debrief    []string  `json:"debrief,omitempty"`
	Objectives []string  `json:"objectives,omitempty"` // once it is over
}

// Given is an inject or a fact that was given.
type Given struct {
	Number   int       `json:"number"` // of what was given, from 1
	Kind     string    `json:"kind"`   // GivenInject, GivenFact
	At       time.Time `json:"at"`
	Shows    time.Time `json:"shows"` // exercise time
	Channel  string    `json:"channel,omitempty"`
	Text     string    `json:"text"`
	Picture  string    `json:"picture,omitempty"` // file
	Question string    `json:"question,omitempty"`
	Evidence string    `json:"evidence,omitempty"`
}

// What was given.
const (
	GivenInject = "inject"
	GivenFact   = "fact"
)

// SheetOf is what a person may see of a session; nil for somebody who is not to know of it: who is not in the plan, and of a surprise
// drill that has not begun everybody but its moderator, whoever planned it, and those who were asked beforehand.
func SheetOf(p *plan.Plan, s *State, person string) *Sheet {
	if _, ok := p.Person(person); !ok || s.ID == "" {
		return nil
	}
	me := s.Person(person)
	if s.Surprise && s.Begun.IsZero() && person != s.Moderator && person != s.By && (me == nil || me.Asked.IsZero()) {
		return nil
	}
	x := &Sheet{
		ID: s.ID, Protocol: s.Protocol, Title: s.Title, Phase: s.Phase, Person: person, Moderates: s.Moderates(person), Scheduled: s.Scheduled,
		Length: s.Length, Moved: s.Moved, Why: s.Why, Moderator: s.Moderator, Watch: slices.Clone(s.Watch), Surprise: s.Surprise, Unattended: s.Unattended,
		Begun: s.Begun, Ended: s.Ended, Links: slices.Clone(s.Links), Published: slices.Clone(s.Published),
	}
	if me != nil {
		x.Answer, x.Asked = me.Answer, !me.Asked.IsZero()
	}
	for _, i := range s.Invited {
		g := Guest{Person: i.Person, Answer: i.Answer, Came: i.Came, Seen: i.Seen}
		if x.Moderates || i.Person == person {
			g.Why = i.Why
		}
		x.Invited = append(x.Invited, g)
	}
	if !s.Clock.At.IsZero() {
		c := s.Clock
		x.Clock = &c
	}
	if s.Frozen != nil {
		x.Frozen = &Halt{At: s.Frozen.At, By: s.Frozen.By, Why: s.Frozen.Why, Real: s.Frozen.Incident != ""}
	}
	if s.Break != nil {
		b := *s.Break
		x.Break = &b
	}
	for i := range s.Runs {
		if r := &s.Runs[i]; !r.Described.IsZero() {
			x.Runs = append(x.Runs, r.sheet(s.Phase == Ended))
		}
	}
	for _, l := range s.Lessons {
		if !l.Struck && (l.By == person || s.told(l.Run)) {
			x.Lessons = append(x.Lessons, l.without(person))
		}
	}
	for _, f := range s.FollowUps {
		if f.Owner == person || f.Asked == person || s.told(f.Run) {
			x.FollowUps = append(x.FollowUps, f)
		}
	}
	return x
}

// Moderates reports whether a person is the moderator, who sees all of it.
func (s *State) Moderates(person string) bool { return person != "" && person == s.Moderator }

// told reports whether a run is over, so that what was learned in it gives nothing away.
func (s *State) told(run int) bool {
	r := s.Run(run)
	return r == nil || r.Outcome != ""
}

// without is the lesson as others see it: whom it is about stays between the moderator, its author and that person.
func (l Lesson) without(person string) Lesson {
	if l.Person != person && l.By != person {
		l.Person = ""
	}
	return l
}

// sheet is the run as far as it has been told. One that was aborted may be played again, so that what is behind it stays unsaid until
// the session is over.
func (r *Run) sheet(ended bool) SheetRun {
	x := SheetRun{
		Number: r.Number, Brief: r.Scenario.Brief, Opening: r.Scenario.Opening, Chain: r.Chain, Described: r.Described, From: r.From,
		Incidents: slices.Clone(r.Incidents), Given: r.givenSoFar(),
	}
	if r.Outcome == "" {
		x.Asked = r.Unanswered()
		return x
	}
	x.Completed, x.To, x.Outcome, x.Conclusion = r.Completed, r.To, r.Outcome, r.Conclusion
	if r.Outcome == Completed || ended {
		x.Name, x.Objectives, x.Debrief = r.Scenario.Name, slices.Clone(r.Scenario.Objectives), slices.Clone(r.Scenario.Debrief)
	}
	for _, m := range r.Marks {
		if !m.Struck {
			x.Marks = append(x.Marks, m)
		}
	}
	return x
}

// givenSoFar lists the injects and facts that were given, in order.
func (r *Run) givenSoFar() []Given {
	var list []Given
	for _, i := range r.Injected {
		k := slices.IndexFunc(r.Scenario.Injects, func(in plan.Inject) bool { return in.ID == i.ID })
		if k < 0 {
			continue
		}
		in := r.Scenario.Injects[k]
		list = append(list, Given{Kind: GivenInject, At: i.At, Shows: i.Shows, Channel: in.Channel, Text: in.Text, Picture: in.Picture})
	}
	for _, f := range r.Released {
		list = append(list, Given{Kind: GivenFact, At: f.At, Shows: f.Shows, Text: f.Text, Question: f.Question, Evidence: f.Evidence})
	}
	slices.SortStableFunc(list, func(a, b Given) int { return a.Shows.Compare(b.Shows) })
	for i := range list {
		list[i].Number = i + 1
	}
	return list
}
