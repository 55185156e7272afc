package exercise_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/exercise"
	"tocsin/incident"
	"tocsin/plan"
)

// played is a session in which the drained vault was played from 10:00 to 11:00 by both clocks, with an incident as the record of a good
// response would leave it.
type played struct {
	*story
	x *incident.State
}

func at(clock string) time.Time {
	t, _ := time.Parse(time.DateTime, "2026-11-21 "+clock)
	return t
}

func play(t testing.TB, lines ...string) *played {
	t.Helper()
	w := newWorld(t)
	s := &story{world: w, day: w.now.Truncate(24 * hour)}
	for _, l := range append([]string{
		"10:00:00 ben: plan moderator=ada watch=on-call", "10:00:00 ada: invite", "10:00:00 ada: choose drained", "10:00:00 ada: begin",
		"10:00:00 ada: describe", "10:00:00 system: join i1", "10:05:00 clock: until",
	}, lines...) {
		if out := s.play(l); strings.HasPrefix(out, "!") {
			t.Fatalf("%s: %s", l, out)
		}
	}
	done := func(id, by, begun, ended string) incident.Step {
		return incident.Step{Step: id, State: incident.Done, By: by, Begun: at(begun), Ended: at(ended)}
	}
	x := &incident.State{
		ID: "i1", Title: "Theft", Issue: "theft", Severity: "critical", Phase: incident.Resolved, Procedure: "stop-theft", Opened: at("10:01:00"), Last: at("10:58:00"),
		Exercise: &incident.Exercise{Scenario: "drained", Session: "s1", Run: 1},
		Moments: incident.Moments{
			Detected: at("10:01:00"), FirstAnswer: at("10:03:00"), Mustered: at("10:04:00"), Validated: at("10:05:00"), Decided: at("10:08:00"),
			Contained: at("10:10:00"), Resolved: at("10:50:00"),
		},
		Answers: []incident.Answer{{Person: "cyd", Answer: incident.Coming, At: at("10:03:00")}},
		Steps: []incident.Step{
			done("pause", "", "10:06:00", "10:09:00"), done("trace", "ben", "10:10:00", "10:20:00"), done("tell", "eve", "10:11:00", "10:15:00"),
			done("repair", "cyd", "10:20:00", "10:40:00"),
		},
		Decisions: []incident.Decision{{
			ID: "decision-1", Decision: "pause", State: incident.Met, Opened: at("10:05:00"), Settled: at("10:08:00"),
			Approvals: []incident.Approval{{Person: "ben", Choice: "approve"}, {Person: "cyd", Choice: "refuse"}, {Person: "dan", Choice: "approve", Void: "distrusted"}},
		}},
		Updates: []incident.Update{
			{ID: "users-1", Communication: "users", Number: 1, Since: at("10:05:00"), Due: at("10:25:00"), State: incident.Posted, Posted: at("10:16:00"), By: "eve"},
			{ID: "team-1", Communication: "team", Number: 1, Since: at("10:05:00"), Due: at("11:05:00"), State: incident.Owed},
		},
	}
	return &played{story: s, x: x}
}

// over completes the run at eleven.
func (p *played) over() *played {
	p.play("11:00:00 ada: complete The vault was paused")
	return p
}

func (p *played) score() exercise.Score {
	return exercise.ScoreOf(p.plan, p.state, 1, []*incident.State{p.x})
}

func (p *played) row(ref string) exercise.StepRow {
	for _, r := range exercise.Steps(p.plan, p.state, 1, []*incident.State{p.x}) {
		if r.Ref == ref {
			return r
		}
	}
	return exercise.StepRow{}
}

// finds reports whether a score has a finding of a level with some words.
func finds(x exercise.Score, level, words string) bool {
	return slices.ContainsFunc(x.Findings, func(f exercise.Finding) bool { return f.Level == level && strings.Contains(f.Say, words) })
}

func minutes(n int) plan.Duration { return plan.Duration(time.Duration(n) * time.Minute) }

func TestCleanRun(t *testing.T) {
	p := play(t).over()
	x := p.score()
	if !x.Clean || len(x.Findings) > 0 {
		t.Fatalf("it is not clean: %+v", x.Findings)
	}
	if x.Expected != 4 || x.Done != 4 || x.Missing+x.Late+x.OutOfOrder+x.Wrong+x.Unplanned != 0 {
		t.Errorf("counted %+v", x)
	}
	for _, c := range []struct {
		name           string
		took, promised plan.Duration
	}{
		{exercise.MeasureDetect, minutes(1), 0},
		{exercise.MeasureAnswer, minutes(2), minutes(5)},
		{exercise.MeasureMuster, minutes(3), 0},
		{exercise.MeasureValidate, minutes(4), 0},
		{exercise.MeasureDecide, minutes(7), minutes(9)},
		{exercise.MeasureContain, minutes(9), minutes(10)},
		{exercise.MeasureUpdate, minutes(15), minutes(24)},
	} {
		m := x.TimeOf(c.name)
		if !m.Reached || !m.Kept || m.Took != c.took || m.Promised != c.promised {
			t.Errorf("%s: %+v, want %s of %s", c.name, m, c.took, c.promised)
		}
	}
	p.x.Moments.FirstMaliciousTx = at("10:00:20") // the attacker did not begin when the opening was read
	if m := p.score(); m.TimeOf(exercise.MeasureDetect).Took != plan.Duration(40*time.Second) {
		t.Errorf("detected after %+v", m.TimeOf(exercise.MeasureDetect))
	}
	if d := x.Decisions[0]; !d.Reached || !slices.Equal(d.With, []string{"ben"}) || d.Took != minutes(3) || !d.Due.Equal(at("10:10:00")) {
		t.Errorf("the decision went %+v", d)
	}
	if u := x.Updates[0]; u.Posted != 1 || u.OnTime != 1 || u.Missed != 0 || !u.First.Equal(at("10:16:00")) {
		t.Errorf("the update went %+v", u)
	}
	if r := p.row("stop-theft/repair"); r.How != exercise.StepDone || r.Person != "cyd" || r.After != minutes(40) || r.Marked {
		t.Errorf("the repair went %+v", r)
	}
	if say := x.Say(); say != "4 of 4 expected steps were taken; it was contained 9 min after it was detected; nothing went wrong." {
		t.Error(say)
	}
}

// Each change to a clean run shows, with its level; errors make it unclean.
func TestFindings(t *testing.T) {
	drop := func(id string) func(*played) {
		return func(p *played) {
			p.x.Steps = slices.DeleteFunc(p.x.Steps, func(s incident.Step) bool { return s.Step == id })
		}
	}
	state := func(id, state string) func(*played) {
		return func(p *played) {
			for i := range p.x.Steps {
				if p.x.Steps[i].Step == id {
					p.x.Steps[i].State = state
				}
			}
		}
	}
	for name, c := range map[string]struct {
		lines  []string
		change func(*played)
		level  string
		words  string
	}{
		"missing":        {change: drop("repair"), level: "error", words: "Repair was expected, and nobody took it up."},
		"skipped":        {change: state("repair", incident.Skipped), level: "error", words: "was skipped"},
		"failed":         {change: state("repair", incident.Failed), level: "error", words: "failed"},
		"not finished":   {change: state("repair", incident.UnderWay), level: "error", words: "not finished"},
		"said at least":  {lines: []string{"10:44:00 ada: said step=stop-theft/repair"}, change: drop("repair")},
		"wrong":          {lines: []string{"10:30:00 ada: wrong step=stop-theft/repair Untested"}, level: "error", words: "Repair went wrong: Untested."},
		"wrong, alone":   {lines: []string{"10:30:00 ada: wrong Posted a key"}, level: "error", words: "Done wrongly: Posted a key."},
		"wrong, struck":  {lines: []string{"10:30:00 ada: wrong Posted a key", "10:31:00 ada: strike mark=1"}},
		"not in plan":    {lines: []string{"10:30:00 ada: unplanned Called the exchange"}, level: "note", words: "Not in the plan: Called the exchange."},
		"slow pause":     {change: func(p *played) { p.x.Steps[0].Ended = at("10:13:00") }, level: "warning", words: "Pause was 2 min later than expected."},
		"out of order":   {change: func(p *played) { p.x.Steps[3].Ended = at("10:15:00") }, level: "warning", words: "Repair came before Trace, which the plan puts first."},
		"other track":    {change: func(p *played) { p.x.Steps[2].Ended = at("10:45:00") }},
		"late answer":    {change: func(p *played) { p.x.Moments.FirstAnswer = at("10:07:00") }, level: "error", words: "first answer came after 6 min; the plan promises one within 5 min"},
		"no answer":      {change: func(p *played) { p.x.Moments.FirstAnswer = time.Time{} }, level: "error", words: "Nobody answered"},
		"not contained":  {change: func(p *played) { p.x.Moments.Contained = time.Time{} }, level: "error", words: "It was not contained."},
		"undecided":      {change: func(p *played) { p.x.Decisions = nil }, level: "error", words: "It was to be decided: Pause the vault. It was not."},
		"decided late":   {change: func(p *played) { p.x.Decisions[0].Settled = at("10:12:00") }, level: "warning", words: "decided 2 min later"},
		"no update":      {change: func(p *played) { p.x.Updates = p.x.Updates[1:] }, level: "error", words: "Users: an update was expected"},
		"update late":    {change: func(p *played) { p.x.Updates[0].Posted = at("10:27:00") }, level: "warning", words: "Users: 1 update was posted late."},
		"later than due": {change: func(p *played) { p.x.Updates[0].Posted = at("10:27:00") }, level: "warning", words: "the first update was 2 min later than the script expects"},
		"update missed":  {change: func(p *played) { p.x.Updates[1].Due = at("10:35:00") }, level: "error", words: "Team: 1 update was not posted"},
		"dismissed":      {change: func(p *played) { p.x.Phase = incident.Dismissed }, level: "error", words: "The incident was dismissed"},
		"nothing at all": {change: func(p *played) { p.x, p.state.Runs[0].World = nil, "vault" }, level: "error", words: "Nothing was detected"},
	} {
		t.Run(name, func(t *testing.T) {
			p := play(t, c.lines...).over()
			if c.change != nil {
				c.change(p)
			}
			x := p.score()
			if c.level != "" && !finds(x, c.level, c.words) {
				t.Errorf("found %+v", x.Findings)
			}
			if c.level == "" && len(x.Findings) > 0 {
				t.Errorf("found %+v", x.Findings)
			}
			if clean := c.level != "error"; x.Clean != clean {
				t.Errorf("clean: %t; found %+v", x.Clean, x.Findings)
			}
		})
	}
}

// While a run is under way nothing is missing yet, and an aborted one is not clean.
func TestUnderWayAndAborted(t *testing.T) {
	p := play(t)
	p.x.Steps, p.x.Decisions, p.x.Moments.Contained = nil, nil, time.Time{}
	if x := p.score(); x.Clean || x.Missing > 0 || slices.ContainsFunc(x.Findings, func(f exercise.Finding) bool { return f.Level == "error" }) {
		t.Errorf("under way: %+v", x)
	}
	p = play(t)
	p.play("10:30:00 ada: abort It is late")
	if x := p.score(); x.Clean || !finds(x, "error", "not played to its end: It is late.") {
		t.Errorf("aborted: %+v", x.Findings)
	}
	if x := exercise.ScoreOf(p.plan, p.state, 2, nil); x.Run != 0 {
		t.Errorf("a run that was not: %+v", x)
	}
}

// At the table there is no incident: the marks alone say what was done, and of what only an incident knows nothing is missed.
func TestAtTheTable(t *testing.T) {
	w := newWorld(t)
	s := &story{world: w, day: w.now.Truncate(24 * hour)}
	for _, l := range []string{
		"10:00:00 ben: plan moderator=ada watch=on-call", "10:00:00 ada: choose drained", "10:00:00 ada: begin", "10:00:00 ada: describe",
		"10:07:00 ada: said step=stop-theft/pause who=ben", "10:12:00 ada: said step=stop-theft/trace", "10:12:00 ada: done step=stop-theft/tell",
		"10:13:00 ada: done step=stop-theft/repair", "10:14:00 ada: done step=stop-theft/resume", "10:30:00 ada: complete Good",
	} {
		s.play(l)
	}
	s.state.Runs[0].World = ""
	x := exercise.ScoreOf(s.plan, s.state, 1, nil)
	if m := x.TimeOf(exercise.MeasureContain); !x.Clean || len(x.Findings) > 0 || x.Done != 4 || m.Took != minutes(7) {
		t.Errorf("scored %+v", x)
	}
	if !x.Decisions[0].Reached {
		t.Error("who says that they pause has decided to")
	}
	rows := exercise.Steps(s.plan, s.state, 1, nil)
	if last := rows[len(rows)-1]; last.Ref != "stop-theft/resume" || last.Expected {
		t.Errorf("taken besides: %+v", last)
	}
}

// A question whose answer leads past a step asks for nothing of it, and the procedure that an answer led away from is not forgotten.
func TestOtherCourse(t *testing.T) {
	p := play(t).over()
	p.x.Procedure = "end-outage" // an answer led there after the pause
	p.x.Steps = p.x.Steps[:1]
	if r := p.row("stop-theft/pause"); !r.Taken() || r.Missing {
		t.Errorf("the pause went %+v", r)
	}
	if r := p.row("stop-theft/trace"); !r.Missing {
		t.Errorf("the trace went %+v", r)
	}
	p.state.Runs[0].Scenario.Steps = nil // then the issue's own procedure is expected, but for what is optional
	if x := p.score(); x.Expected != 4 {
		t.Errorf("expected %d steps", x.Expected)
	}
}
