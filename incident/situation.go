package incident

import (
	"strings"
	"time"

	"tocsin/plan"
)

// clockFrom writes a time for a sentence said at another, with its day if that is not the same.
func clockFrom(said, t time.Time) string {
	if said.UTC().Format(time.DateOnly) == t.UTC().Format(time.DateOnly) {
		return clock(t)
	}
	return t.UTC().Format("2 January 15:04") + " UTC"
}

// Situation says in one or two sentences how things stand.
func Situation(p *plan.Plan, s *State) string {
	switch s.Phase {
	case Closed:
		return "Closed at " + clock(s.Moments.Closed) + "."
	case Dismissed:
		return "Dismissed at " + clock(s.Moments.Dismissed) + "."
	case Merged:
		return "Merged into " + s.Into.Incident + " at " + clock(s.Into.At) + ". It goes on there."
	case Resolved:
		return "Service is restored. What is owed now is written: post-mortems."
	case Contained:
		return "It has stopped. Now it is repaired and restored."
	}
	var say []string
	if f := s.latest(); f != nil {
		say = append(say, f.Say)
	} else if len(s.Notes) > 0 {
		say = append(say, "Reported: “"+s.Notes[0].Text+"”")
	}
	v := firstOpen(p, s)
	switch {
	case v != nil && v.Purpose == purposeHalt && v.Say != "":
		say = append(say, v.Name+": "+v.Say)
	case v != nil && v.Purpose == purposeHalt:
		say = append(say, v.Name+": to be done")
	case !containmentTime(p, s).IsZero():
		say = append(say, "What halts it is done; it is contained once the detectors have stayed quiet")
	}
	say = append(say, s.byItself(p)...)
	if s.Phase == Detected {
		say = append(say, "Nobody has said yet whether it is real")
	}
	for i, x := range say {
		if !strings.HasSuffix(x, ".") && !strings.HasSuffix(x, "”") {
			say[i] = x + "."
		}
	}
	return strings.Join(say, " ")
}

// SummaryOf makes what lists show of an incident.
func SummaryOf(p *plan.Plan, s *State) Summary {
	issues := s.Candidates
	if s.Phase != Detected && (s.Into == nil || s.Into.Phase != Detected) || len(issues) == 0 {
		issues = nil
		if s.Issue != "" {
			issues = []string{s.Issue}
		}
	}
	return Summary{
		Issues: issues,
		ID:     s.ID, Protocol: s.Protocol, Title: s.Title, Issue: s.Issue, Category: s.Category, Severity: s.Severity, Asset: s.Asset,
		Exercise: s.Exercise != nil, Phase: s.Phase, Opened: s.Opened, Last: s.Last, Situation: Situation(p, s),
		Short: wantingOf(p, s, s.Last).Short, Unseen: s.unseen(), Into: s.goesOnIn(),
		Session: s.Exercise.session(), Run: s.Exercise.run(), Clock: s.Exercise.clock(),
	}
}
