package readiness

import (
	"context"
	"fmt"
	"time"

	"tocsin/check"
	"tocsin/engine"
	"tocsin/exercise"
	"tocsin/fault"
	"tocsin/plan"
)

// The codes of gaps about exercises.
const (
	NeverExercised  = "never-exercised"        // the team has not practised yet
	ExerciseDue     = "exercise-due"           // the next one is to be planned
	ExerciseLate    = "exercise-late"          // it should have taken place
	NewcomerDue     = "newcomer-not-practised" // somebody new has not taken part in time
	ProcedureUnused = "procedure-not-walked"   // a procedure has not been walked through for a year
	IssueUnused     = "issue-not-practised"    // no exercise was about an issue yet
	ExercisesUnread = "exercises-unreadable"   // a record of an exercise cannot be relied on
)

// practice says what is wanting of exercises, by what the plan says of how often there are any; nothing where it says nothing, which check
// finds. An error of the database is returned as it is.
func practice(ctx context.Context, w World, h *engine.History) ([]Gap, error) {
	p := h.Plan()
	if p.Exercises.Every == 0 {
		return nil, nil
	}
	d, err := w.Engine.Cadence(ctx, w.Protocol)
	switch {
	case fault.Is(err, fault.Invalid), fault.Is(err, fault.Unavailable):
		return []Gap{{
			Code: ExercisesUnread, Level: check.Error, Say: fault.Sentence(err),
			Why:  "Nobody can see how often the team has practised, and what.",
			Mend: "Update this node, or restore the database from a backup that you trust.",
		}}, nil
	case err != nil:
		return nil, err
	}
	gaps := nextOne(p, &d, w.Now)
	if d.Last.IsZero() {
		return gaps, nil // nothing was practised, so that nothing more need be said
	}
	gaps = append(gaps, newcomers(p, &d)...)
	gaps = append(gaps, unwalked(p, &d)...)
	return append(gaps, uncovered(p, &d)...), nil
}

// nextOne says how the next exercise stands.
func nextOne(p *plan.Plan, d *exercise.Due, now time.Time) []Gap {
	g := Gap{
		Code: ExerciseDue, Level: check.Note, People: exercise.Moderators(p, now), Evidence: []string{d.Why},
		Say: fmt.Sprintf("The next exercise is due by %s and is not planned.", date(d.Next)),
		Why: "A plan that is not practised is not remembered in an emergency.", Mend: "Plan one under Exercises, or with tocsin exercise plan.",
	}
	if !d.Planned.IsZero() {
		g.Evidence = append(g.Evidence, fmt.Sprintf("The next one is planned for %s.", date(d.Planned)))
	}
	switch met := d.Met(now); {
	case d.Last.IsZero():
		g.Code, g.Say = NeverExercised, fmt.Sprintf("The team has not practised yet; the first exercise is due by %s.", date(d.Next))
		g.Evidence = g.Evidence[1:]
		if d.Overdue {
			g.Level, g.Say = check.Warning, fmt.Sprintf("The team has never practised; the first exercise was due on %s.", date(d.Next))
		}
		if met {
			g.Level, g.Mend = check.Note, "Nothing but to come to it."
		}
	case d.Overdue && !met:
		g.Code, g.Level, g.Say = ExerciseLate, check.Warning, fmt.Sprintf("The next exercise was due on %s.", date(d.Next))
		g.Evidence = append(g.Evidence, fmt.Sprintf("The last one was on %s.", date(d.Last)))
	case d.Overdue:
		g.Code, g.Say, g.Mend = ExerciseLate, fmt.Sprintf("The next exercise was due on %s; it is planned for %s.", date(d.Next), date(d.Planned)), "Nothing but to come to it."
	case met || now.Before(d.Remind()):
		return nil
	}
	return []Gap{g}
}

func newcomers(p *plan.Plan, d *exercise.Due) []Gap {
	var late []string
	var evidence []string
	for _, n := range d.Newcomers {
		if n.Late {
			late = append(late, n.Person)
			evidence = append(evidence, fmt.Sprintf("%s should have taken part by %s.", p.NameOf(n.Person), date(n.By)))
		}
	}
	if len(late) == 0 {
		return nil
	}
	have := "have"
	if len(late) == 1 {
		have = "has"
	}
	return []Gap{{
		Code: NewcomerDue, Level: check.Warning, People: late, Evidence: evidence,
		Say:  fmt.Sprintf("%s %s never taken part in an exercise.", Names(p, late), have),
		Why:  "Their first time would be an emergency.",
		Mend: "Invite them to the next exercise.",
	}}
}

func unwalked(p *plan.Plan, d *exercise.Due) []Gap {
	var evidence []string
	for _, x := range d.Procedures {
		name := x.Procedure
		if y, ok := p.Procedure(x.Procedure); ok && y.Name != "" {
			name = y.Name
		}
		if x.Last.IsZero() {
			evidence = append(evidence, name+": never.")
		} else {
			evidence = append(evidence, fmt.Sprintf("%s: last on %s.", name, date(x.Last)))
		}
	}
	switch n := len(evidence); n {
	case 0:
		return nil
	case 1:
		return []Gap{unpractised(ProcedureUnused, "One procedure has not been walked through within a year.", "Choose a scenario that needs it.", evidence)}
	default:
		return []Gap{unpractised(ProcedureUnused, fmt.Sprintf("%d procedures have not been walked through within a year.", n), "Choose scenarios that need them.", evidence)}
	}
}

func uncovered(p *plan.Plan, d *exercise.Due) []Gap {
	var evidence []string
	for _, c := range d.Coverage {
		if len(c.Sessions) > 0 {
			continue
		}
		i, _ := p.Issue(c.Issue)
		say := i.Name + ": a scenario is in the plan."
		if len(c.Scenarios) == 0 {
			say = i.Name + ": no scenario of the plan is about it."
		}
		evidence = append(evidence, say)
	}
	switch n := len(evidence); n {
	case 0:
		return nil
	case 1:
		return []Gap{unpractised(IssueUnused, "One issue of the plan was in no exercise yet.", "Choose a scenario about it.", evidence)}
	default:
		return []Gap{unpractised(IssueUnused, fmt.Sprintf("%d issues of the plan were in no exercise yet.", n), "Choose scenarios about them.", evidence)}
	}
}

func unpractised(code, say, mend string, evidence []string) Gap {
	return Gap{Code: code, Level: check.Note, Say: say, Why: "What was never done is done slowly, and wrong.", Mend: mend, Evidence: evidence}
}

func date(t time.Time) string { return t.UTC().Format("2 January 2006") }
