package exercise

import (
	"slices"
	"time"

	"tocsin/incident"
	"tocsin/plan"
)

// Report is the account of a session: who, when, what, how well, what was learned, who does what about it. It holds no more of a script
// than was given in it, so that everybody of the team may read it; for the world outside there is Published. Words name people by what
// the plan calls them.
type Report struct {
	Session    string         `json:"session"`
	Protocol   string         `json:"protocol"`
	Name       string         `json:"name"` // of the protocol
	Plan       string         `json:"plan"` // hash of the plan it was run under
	Title      string         `json:"title"`
	Surprise   bool           `json:"surprise,omitempty"`
	Unattended bool           `json:"unattended,omitempty"`
	Begun      time.Time      `json:"begun"`
	Ended      time.Time      `json:"ended"`
	Moderator  string         `json:"moderator,omitempty"`
	Watch      []string       `json:"watch,omitempty"`
	Came       []string       `json:"came,omitempty"`
	Present    int            `json:"present,omitempty"` // of a published report: how many took part
	Absent     []string       `json:"absent,omitempty"`  // invited, and did not come
	Seen       []string       `json:"seen,omitempty"`    // have seen the report
	Stops      []Stop         `json:"stops,omitempty"`
	Runs       []ReportRun    `json:"runs"`
	Lessons    []ReportLesson `json:"lessons,omitempty"`
	FollowUps  []ReportFollow `json:"follow_ups,omitempty"`
	Links      []ReportLink   `json:"links,omitempty"`
	Published  bool           `json:"published,omitempty"` // names of people are removed
	Clean      bool           `json:"clean"`
}

// Stop is a time in which nothing went on, in real time.
type Stop struct {
	At     time.Time     `json:"at"`
	Lasted plan.Duration `json:"lasted"`
	Why    string        `json:"why"`
}

// ReportRun is one scenario in a report. Times are exercise times but for Described.
type ReportRun struct {
	Number     int           `json:"number"`
	Name       string        `json:"name"`
	Objectives []string      `json:"objectives,omitempty"`
	Described  time.Time     `json:"described"` // in real time
	Lasted     plan.Duration `json:"lasted"`    // by the exercise clock
	Outcome    string        `json:"outcome"`
	Conclusion string        `json:"conclusion,omitempty"`
	Lines      []ReportLine  `json:"lines"`
	Steps      []ReportStep  `json:"steps,omitempty"` // those expected
	Score      Score         `json:"score"`           // its persons are named
	Compared   []Comparison  `json:"compared,omitempty"`
	Debrief    []string      `json:"debrief,omitempty"`
	Live       bool          `json:"live"` // on a chain of its own; else at the table
}

// ReportLine is one thing that happened.
type ReportLine struct {
	After plan.Duration `json:"after"` // since the opening was read
	Kind  string        `json:"kind"`
	Text  string        `json:"text"`
	Who   string        `json:"who,omitempty"`
}

// ReportStep is an expected step.
type ReportStep struct {
	Name string `json:"name"`
	Was  string `json:"was"` // how it went, in words
	Good bool   `json:"good"`
}

// ReportLesson is a lesson in a report; whom it is about stands in no report.
type ReportLesson struct {
	Run  int        `json:"run,omitempty"`
	Kind LessonKind `json:"kind"`
	Text string     `json:"text"`
	Step string     `json:"step,omitempty"` // its name
}

// ReportFollow is a follow-up in a report.
type ReportFollow struct {
	Text  string    `json:"text"`
	Owner string    `json:"owner"`
	By    time.Time `json:"by"`
	State string    `json:"state"`
	Why   string    `json:"why,omitempty"`
}

// ReportLink is a link in a report.
type ReportLink struct {
	Kind string `json:"kind"`
	URL  string `json:"url"`
}

// ReportOf makes the report of a session that has ended; false for any other. earlier are the scores of runs before, to compare with.
func ReportOf(p *plan.Plan, s *State, incidents []*incident.State, earlier []Score) (*Report, bool) {
	if s.Phase != Ended {
		return nil, false
	}
	r := &Report{
		Session: s.ID, Protocol: s.Protocol, Name: p.Name, Plan: s.Plan.String(), Title: s.Title, Surprise: s.Surprise, Unattended: s.Unattended,
		Begun: s.Begun, Ended: s.Ended,
	}
	r.people(p, s, incidents)
	for _, f := range s.Freezes {
		why := "somebody said stop"
		switch {
		case f.Incident != "":
			why = "a real incident"
		case f.Why != "":
			why = f.Why
		}
		r.Stops = append(r.Stops, Stop{At: f.At, Lasted: length(f.Until.Sub(f.At)), Why: why})
	}
	r.Clean = len(s.Runs) > 0
	for i := range s.Runs {
		if !s.Runs[i].Described.IsZero() {
			x := reportRun(p, s, s.Runs[i].Number, incidents, earlier)
			r.Runs = append(r.Runs, x)
			r.Clean = r.Clean && x.Score.Clean
		}
	}
	for _, l := range s.Lessons {
		if !l.Struck && l.Text != "" {
			x := ReportLesson{Run: l.Run, Kind: l.Kind, Text: l.Text}
			if l.Step != "" {
				x.Step = StepName(p, l.Step)
			}
			r.Lessons = append(r.Lessons, x)
		}
	}
	for _, f := range s.FollowUps {
		if f.Text != "" {
			r.FollowUps = append(r.FollowUps, ReportFollow{Text: f.Text, Owner: p.NameOf(f.Owner), By: f.By, State: f.State, Why: f.Why})
		}
	}
	for _, l := range s.Links {
		if l.URL != "" {
			r.Links = append(r.Links, ReportLink{Kind: l.Kind, URL: l.URL})
		}
	}
	return r, true
}

func (r *Report) people(p *plan.Plan, s *State, incidents []*incident.State) {
	if s.Moderator != "" {
		r.Moderator = p.NameOf(s.Moderator)
	}
	for _, id := range s.Watch {
		r.Watch = append(r.Watch, p.NameOf(id))
	}
	took := s.TookPart(p, incidents)
	for _, id := range took {
		if id != s.Moderator {
			r.Came = append(r.Came, p.NameOf(id))
		}
	}
	for _, x := range s.Invited {
		if !slices.Contains(took, x.Person) && !x.Asked.IsZero() {
			r.Absent = append(r.Absent, p.NameOf(x.Person))
		}
		if !x.Seen.IsZero() {
			r.Seen = append(r.Seen, p.NameOf(x.Person))
		}
	}
}

func reportRun(p *plan.Plan, s *State, number int, incidents []*incident.State, earlier []Score) ReportRun {
	run := s.Run(number)
	x := ReportRun{
		Number: number, Name: run.Scenario.Name, Objectives: run.Scenario.Objectives, Described: run.Described, Lasted: length(run.To.Sub(run.From)),
		Outcome: run.Outcome, Conclusion: run.Conclusion, Debrief: run.Scenario.Debrief, Live: run.World != "",
		Score: ScoreOf(p, s, number, incidents),
	}
	for _, l := range ReadBackOf(p, s, number, incidents).Lines {
		line := ReportLine{After: l.After, Kind: l.Kind, Text: l.Text}
		if len(l.People) > 0 {
			line.Who = namesOf(p, l.People)
		}
		x.Lines = append(x.Lines, line)
	}
	for _, row := range Steps(p, s, number, incidents) {
		if row.Expected {
			x.Steps = append(x.Steps, row.report())
		}
	}
	x.Compared = Compare(x.Score, earlier)
	for i := range x.Score.Decisions {
		d := &x.Score.Decisions[i]
		for k, id := range d.With {
			d.With[k] = p.NameOf(id)
		}
	}
	return x
}

// report says in words how an expected step went.
func (r *StepRow) report() ReportStep {
	x := ReportStep{Name: r.Name, Good: r.Taken() && r.Late == 0 && r.Before == "" && len(r.Wrong) == 0}
	switch {
	case r.How == StepDone:
		x.Was = "done after " + span(time.Duration(r.After))
	case r.How == StepSaid:
		x.Was = "said after " + span(time.Duration(r.After))
	case r.How == StepPassed:
		x.Was, x.Good = "not needed", true
	case r.How == StepSkipped:
		x.Was = "skipped"
	case r.How == StepFailed:
		x.Was = "failed"
	case r.How == StepUnderWay:
		x.Was = "not finished"
	default:
		x.Was = "not taken up"
	}
	if r.Late > 0 && r.Taken() {
		x.Was += ", " + span(time.Duration(r.Late)) + " late"
	}
	if r.Before != "" {
		x.Was += ", before " + r.Before
	}
	if len(r.Wrong) > 0 {
		x.Was += "; it went wrong once"
		if len(r.Wrong) > 1 {
			x.Was = x.Was[:len(x.Was)-len("once")] + "more than once"
		}
	}
	return x
}
