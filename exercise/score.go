package exercise

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/plan"
)

// Score is how well a run went. Times are exercise times.
type Score struct {
	Session    string    `json:"session"`
	Run        int       `json:"run"`
	Scenario   string    `json:"scenario"` // id
	Name       string    `json:"name"`
	Library    string    `json:"library,omitempty"`
	At         time.Time `json:"at"` // when it was described, in real time
	Unattended bool      `json:"unattended,omitempty"`
	Surprise   bool      `json:"surprise,omitempty"`
	Outcome    string    `json:"outcome,omitempty"` // Completed, Aborted; empty: it is under way
	Measures   []Measure `json:"measures"`          // in the order of a course

	Expected   int `json:"expected"` // steps
	Done       int `json:"done"`     // of those expected
	Missing    int `json:"missing"`  // of those expected, once the run is over
	Late       int `json:"late"`
	OutOfOrder int `json:"out_of_order"`
	Wrong      int `json:"wrong"`
	Unplanned  int `json:"unplanned"`

	Decisions []DecisionRow `json:"decisions,omitempty"`
	Updates   []UpdateRow   `json:"updates,omitempty"`
	Findings  []Finding     `json:"findings,omitempty"` // the gravest first
	Clean     bool          `json:"clean"`              // completed without an error
}

// Measure is how long something took, against what the plan promises.
type Measure struct {
	Name     string        `json:"name"` // one of MeasureNames
	Reached  bool          `json:"reached"`
	Took     plan.Duration `json:"took,omitzero"`
	Promised plan.Duration `json:"promised,omitzero"` // zero: the plan promises nothing
	Kept     bool          `json:"kept"`              // reached, and no later than promised
}

// The measures. Detecting is measured from the first malicious transaction, or else from the opening; all else from detection.
const (
	MeasureDetect   = "detect"
	MeasureAnswer   = "answer"
	MeasureMuster   = "muster"
	MeasureValidate = "validate"
	MeasureDecide   = "decide"
	MeasureContain  = "contain"
	MeasureUpdate   = "first-update"
)

// MeasuredFrom says it for people.
const MeasuredFrom = "Detected: since the attacker's first transaction, or else since the opening. All else: since it was detected."

// MeasureNames says what each measure is, in the order of a course.
var MeasureNames = [...][2]string{
	{MeasureDetect, "Detected"},
	{MeasureAnswer, "First answer"},
	{MeasureMuster, "Enough people there"},
	{MeasureValidate, "Validated"},
	{MeasureDecide, "Decided"},
	{MeasureContain, "Contained"},
	{MeasureUpdate, "First update"},
}

// Finding is what a run shows, with the level of a gap.
type Finding struct {
	Level string `json:"level"` // LevelError, LevelWarning, LevelNote
	Say   string `json:"say"`
	Ref   string `json:"ref,omitempty"` // step, decision or communication it is about
}

// The levels of findings. A run without an error is clean.
const (
	LevelError   = "error"
	LevelWarning = "warning"
	LevelNote    = "note"
)

// ScoreOf says how well a run went, by the moderator's marks and the records of its incidents; the zero Score for a run that was not
// described. What is missing counts once the run is over.
func ScoreOf(p *plan.Plan, s *State, run int, incidents []*incident.State) Score {
	r := s.Run(run)
	if r == nil || r.Described.IsZero() {
		return Score{}
	}
	w := walk{p: p, s: s, r: r, incidents: s.incidentsOf(run, incidents), end: s.endOf(r)}
	x := Score{
		Session: s.ID, Run: run, Scenario: r.Scenario.ID, Name: r.Scenario.Name, Library: r.Library, At: r.Described, Unattended: s.Unattended,
		Surprise: s.Surprise, Outcome: r.Outcome, Decisions: w.decisions(), Updates: w.updates(),
	}
	rows := Steps(p, s, run, incidents)
	for i := range rows {
		x.count(&rows[i])
	}
	x.Measures = w.measures(rows, &x)
	f := finder{p: p, w: &w, x: &x}
	f.find(rows)
	x.Clean = r.Outcome == Completed && !slices.ContainsFunc(x.Findings, func(f Finding) bool { return f.Level == LevelError })
	return x
}

func (x *Score) count(row *StepRow) {
	if row.Expected && row.How != StepPassed {
		x.Expected++
		if row.Taken() {
			x.Done++
		}
	}
	for _, c := range []struct {
		is bool
		n  *int
	}{
		{row.Missing, &x.Missing},
		{row.Late > 0, &x.Late},
		{row.Before != "", &x.OutOfOrder},
		{len(row.Wrong) > 0, &x.Wrong},
		{row.Ref == "" && len(row.Wrong) == 0, &x.Unplanned},
	} {
		if c.is {
			*c.n++
		}
	}
}

// measures reads the moments of the run's incidents; of a run without any, what the marks say.
func (w *walk) measures(rows []StepRow, x *Score) []Measure {
	took := map[string]time.Duration{}
	main := w.main()
	if main != nil {
		m := main.Times()
		from := w.r.From
		if f := m.FirstMaliciousTx; !f.IsZero() && f.After(from) {
			from = f
		}
		reach(took, MeasureDetect, from, m.Detected)
		reach(took, MeasureAnswer, m.Detected, m.FirstAnswer)
		reach(took, MeasureMuster, m.Detected, m.Mustered)
		reach(took, MeasureValidate, m.Detected, m.Validated)
		reach(took, MeasureDecide, m.Detected, m.Decided)
		reach(took, MeasureContain, m.Detected, w.contained())
		var first time.Time
		for _, u := range x.Updates {
			if u.Posted > 0 {
				first = sooner(first, u.First)
			}
		}
		reach(took, MeasureUpdate, m.Detected, first)
	} else {
		reach(took, MeasureContain, w.r.From, halted(rows))
	}
	list := make([]Measure, 0, len(MeasureNames))
	for _, n := range MeasureNames {
		d, reached := took[n[0]]
		m := Measure{Name: n[0], Reached: reached, Took: length(d), Promised: length(w.promised(n[0], main, rows))}
		m.Kept = reached && (m.Promised == 0 || m.Took <= m.Promised)
		list = append(list, m)
	}
	return list
}

// reach notes how long it took from one moment to another, if both have come.
func reach(took map[string]time.Duration, name string, from, at time.Time) {
	if !from.IsZero() && !at.IsZero() {
		took[name] = max(at.Sub(from), 0)
	}
}

// main is the incident that was detected first, of those that were real; nil if there is none.
func (w *walk) main() *incident.State {
	var first *incident.State
	for _, x := range w.incidents {
		if w.counts(x) && (first == nil || x.Moments.Detected.Before(first.Moments.Detected)) {
			first = x
		}
	}
	return first
}

// counts reports whether an incident is one by itself: neither dismissed nor merged into another.
func (w *walk) counts(x *incident.State) bool {
	return x.Phase != incident.Dismissed && x.Phase != incident.Merged
}

// contained is when the last incident of the run was contained; zero if one was not.
func (w *walk) contained() time.Time {
	var last time.Time
	for _, x := range w.incidents {
		if !w.counts(x) {
			continue
		}
		at := x.Times().Contained
		if at.IsZero() {
			return time.Time{}
		}
		if at.After(last) {
			last = at
		}
	}
	return last
}

// halted is when the last of the expected steps that halt it was taken; zero if one was not, or none is expected.
func halted(rows []StepRow) time.Time {
	var last time.Time
	for i := range rows {
		r := &rows[i]
		if !r.Expected || r.Purpose != "halt" || r.How == StepPassed {
			continue
		}
		if !r.Taken() {
			return time.Time{}
		}
		if r.At.After(last) {
			last = r.At
		}
	}
	return last
}

// promised is how long the plan and the script allow for something; zero if they do not say.
func (w *walk) promised(name string, main *incident.State, rows []StepRow) time.Duration {
	from := w.r.From
	severity := ""
	if main != nil {
		from, severity = main.Times().Detected, main.Severity
	}
	var due time.Time
	switch name {
	case MeasureAnswer:
		sev, _ := w.p.Severity(severity)
		return time.Duration(sev.RespondWithin)
	case MeasureDecide:
		due = w.r.dueBy(func(x plan.Expectation) bool { return x.Decision != "" })
	case MeasureContain:
		for i := range rows {
			if r := &rows[i]; r.Expected && r.Purpose == "halt" && r.Due.After(due) {
				due = r.Due
			}
		}
	case MeasureUpdate:
		due = w.r.dueBy(func(x plan.Expectation) bool { return x.Update != "" })
		for _, x := range w.incidents {
			for i := range x.Updates {
				c, _ := w.p.Communication(x.Updates[i].Communication)
				if u := &x.Updates[i]; u.Number == 1 && !c.Timing.Open && !c.Postmortem {
					due = sooner(due, u.Due)
				}
			}
		}
	}
	if due.IsZero() {
		return 0
	}
	return max(due.Sub(from), 0)
}

// TimeOf finds a measure by its name; one not reached if the score has none.
func (x *Score) TimeOf(name string) Measure {
	for _, m := range x.Measures {
		if m.Name == name {
			return m
		}
	}
	return Measure{Name: name}
}

// Say sums a score up in a sentence.
func (x *Score) Say() string {
	say := []string{fmt.Sprintf("%d of %d expected steps were taken", x.Done, x.Expected)}
	if m := x.TimeOf(MeasureContain); m.Reached {
		say = append(say, "it was contained "+span(time.Duration(m.Took))+" after it was detected")
	}
	n := 0
	for _, f := range x.Findings {
		if f.Level == LevelError {
			n++
		}
	}
	switch {
	case x.Clean:
		say = append(say, "nothing went wrong")
	case n > 0:
		say = append(say, things(n)+" to work on")
	}
	return strings.ToUpper(say[0][:1]) + strings.Join(say, "; ")[1:] + "."
}
