package exercise

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"tocsin/incident"
	"tocsin/plan"
)

// Playback is a run to be watched again by those who missed it: each thing that was given, said, done and decided, in its lane on an axis
// of time.
type Playback struct {
	Run    int       `json:"run"`
	Name   string    `json:"name"`
	From   time.Time `json:"from"`  // exercise time of the opening
	To     time.Time `json:"to"`    // exercise time of the end, or of the last thing so far
	Began  time.Time `json:"began"` // in real time
	Ended  time.Time `json:"ended"` // in real time; of what goes on, of the last thing so far
	Ticks  []Tick    `json:"ticks"`
	Played []Scene   `json:"scenes"`
}

// Scene is one thing that happened.
type Scene struct {
	Number int           `json:"number"` // from 1, in the order in which it happened
	Shows  time.Time     `json:"shows"`  // exercise time
	At     time.Time     `json:"at"`     // real time; zero if the clock's history does not say
	After  plan.Duration `json:"after"`  // since the opening, by the exercise clock
	Lane   string        `json:"lane"`
	Text   string        `json:"text"`
	People []string      `json:"people,omitempty"` // ids of who did it
	Wrong  bool          `json:"wrong,omitempty"`  // it went wrong, or the exercise was stopped
}

// The lanes of a playback.
const (
	LaneScript   = "script"
	LaneFact     = "fact"
	LanePhase    = "phase"
	LanePage     = "page"
	LaneStepDone = "step"
	LaneDecided  = "decision"
	LaneAction   = "action"
	LaneUpdated  = "update"
	LaneClock    = "clock"
)

// Lanes says what each lane is called, in the order in which they stand below each other.
var Lanes = [...][2]string{
	{LaneScript, "Injects"},
	{LaneFact, "Facts given"},
	{LanePhase, "Phases"},
	{LanePage, "Calls and answers"},
	{LaneStepDone, "Steps"},
	{LaneDecided, "Decisions"},
	{LaneAction, "Actions"},
	{LaneUpdated, "Updates"},
	{LaneClock, "Clock"},
}

// laneOf is the lane of a line of the read-back.
var laneOf = map[string]string{
	LineOpening: LaneScript, LineInject: LaneScript, LineFact: LaneFact, LineMoment: LanePhase, LineStep: LaneStepDone, LineWrong: LaneStepDone,
	LineUnplanned: LaneStepDone, LineDecision: LaneDecided, LineUpdate: LaneUpdated, LineStop: LaneClock,
}

// PlaybackOf tells a run from its opening on, by the state of the session, what happened in it and its incidents; false for one that was
// not described. It holds nothing that was not given or done, and is still the moderator's alone until the session has ended.
func PlaybackOf(p *plan.Plan, s *State, happened []Happened, run int, incidents []*incident.State) (Playback, bool) {
	r := s.Run(run)
	if r == nil || r.Described.IsZero() {
		return Playback{}, false
	}
	back := ReadBackOf(p, s, run, incidents)
	b := player{p: p, r: r, clocks: clocksOf(r, happened), Playback: Playback{Run: run, Name: back.Name, From: r.From, To: r.To}}
	for _, l := range back.Lines {
		b.scene(l.Shows, laneOf[l.Kind], l.Text, l.People...)
		b.last().Wrong = l.Kind == LineWrong || l.Kind == LineStop
	}
	for _, x := range s.incidentsOf(run, incidents) {
		b.pages(x)
		b.answers(x)
		b.actions(x)
	}
	b.clock(happened)
	slices.SortStableFunc(b.Played, func(x, y Scene) int { return x.Shows.Compare(y.Shows) })
	for i := range b.Played {
		b.Played[i].Number = i + 1
	}
	if n := len(b.Played); n > 0 && b.Played[n-1].Shows.After(b.To) {
		b.To = b.Played[n-1].Shows
	}
	b.Began, b.Ended = r.Described, cmp.Or(r.Completed, b.real(b.To))
	b.Playback.Ticks = b.ticks()
	return b.Playback, true
}

// player gathers what happened in a run.
type player struct {
	p      *plan.Plan
	r      *Run
	clocks []incident.Clock
	Playback
}

func (b *player) scene(shows time.Time, lane, text string, people ...string) {
	if shows.Before(b.r.From) {
		shows = b.r.From // what was found before the opening was read counts from there
	}
	people = slices.DeleteFunc(slices.Clone(people), func(id string) bool { return id == "" })
	b.Played = append(b.Played, Scene{
		Shows: shows, At: b.real(shows), After: length(shows.Sub(b.r.From)), Lane: lane, Text: incident.Sentence(text), People: people,
	})
}

func (b *player) last() *Scene { return &b.Played[len(b.Played)-1] }

// pages tells who was called. Those called in one moment for one reason are one scene.
func (b *player) pages(x *incident.State) {
	type call struct {
		at  time.Time
		why string
	}
	var calls []call
	who := map[call][]string{}
	for _, page := range x.Pages {
		if page.Quiet {
			continue
		}
		k := call{page.Requested, page.Why}
		if who[k] == nil {
			calls = append(calls, k)
		}
		who[k] = appendNew(who[k], page.Person)
	}
	for _, k := range calls {
		text := "Called"
		if k.why != "" {
			text += ": " + k.why
		}
		b.scene(k.at, LanePage, text, who[k]...)
	}
}

func (b *player) answers(x *incident.State) {
	for _, a := range x.Answers {
		say := map[string]string{
			incident.Coming: "Is coming", incident.ComingNoSign: "Is coming, and cannot sign", incident.Cannot: "Cannot come", incident.WentQuiet: "Went quiet",
		}[a.Answer]
		if a.Left {
			say = "Left"
		}
		if say != "" {
			b.scene(a.At, LanePage, say, a.Person)
		}
	}
}

func (b *player) actions(x *incident.State) {
	for i := range x.Actions {
		a := &x.Actions[i]
		title := a.Action
		if act, ok := b.p.Action(a.Action); ok && act.Name != "" {
			title = act.Name
		}
		failed := a.State == incident.Gone && a.Landed == nil
		if failed {
			title += ", which failed"
		}
		b.scene(a.Ordered, LaneAction, "Ordered: "+title)
		b.last().Wrong = failed
		at := a.Ordered
		if n := len(a.Sends); n > 0 && a.State != incident.Signed {
			at = later(at, a.Sends[0].At)
			b.scene(at, LaneAction, "Sent: "+title)
		}
		if l := a.Landed; l != nil {
			text := "Landed: "
			if l.Status != 1 {
				text = "Landed, and failed: "
			}
			at = later(at, l.At)
			if !a.Verified.IsZero() && at.After(a.Verified) {
				at = a.Verified // the chain's clock is another one than the exercise's
			}
			b.scene(at, LaneAction, text+title)
			b.last().Wrong = l.Status != 1
		}
		if !a.Verified.IsZero() {
			b.scene(a.Verified, LaneAction, "Its effect is proved: "+title)
		}
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// clock tells what the moderator did to the clock while the run was under way.
func (b *player) clock(happened []Happened) {
	for _, h := range happened {
		e, ok := h.Event.(EventClock)
		if !ok || h.At.Before(b.r.Described) || !b.r.Completed.IsZero() && h.At.After(b.r.Completed) {
			continue
		}
		text := "The clock stands still"
		switch {
		case e.On > 0:
			text = "The clock was moved on by " + span(e.On)
		case e.Clock.Speed == 1:
			text = "The clock runs with time"
		case e.Clock.Speed > 1:
			text = fmt.Sprintf("The clock runs %d times as fast as time", e.Clock.Speed)
		}
		b.scene(e.Clock.Shows, LaneClock, text)
		b.last().At = h.At
	}
}
