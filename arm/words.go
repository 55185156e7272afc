package arm

import (
	"fmt"
	"strings"
	"time"

	"tocsin/fault"
	"tocsin/plan"
)

// two reports whether it takes two people to disarm: wherever there are two.
func two(p *plan.Plan) bool {
	people := 0
	for i := range p.CoreTeam {
		if !p.CoreTeam[i].Body {
			people++
		}
	}
	return people > 1
}

func reason(s string, required bool) (string, error) {
	s = strings.TrimSpace(strings.ToValidUTF8(s, "\uFFFD"))
	switch {
	case s == "" && required:
		return "", fault.New(fault.Invalid, "The reason is missing.").Instead("Say in a sentence why it is to be disarmed.")
	case len(s) > maxWhy:
		return "", fault.New(fault.Invalid, "The reason is longer than %d KiB.", maxWhy>>10).Instead("Say it in a sentence.")
	}
	return s, nil
}

func unknown(p *plan.Plan, issue string) error {
	ids := make([]string, 0, len(p.Issues))
	for i := range p.Issues {
		ids = append(ids, p.Issues[i].ID)
	}
	err := fault.New(fault.NotFound, "The plan names no issue %q.", issue)
	if near := plan.Nearest(issue, ids); len(near) > 0 {
		return err.Instead("Did you mean %s?", near[0])
	}
	return err.Instead("Name one of the plan's issues.")
}

func issueName(p *plan.Plan, id string) string {
	if i, ok := p.Issue(id); ok && i.Name != "" {
		return i.Name
	}
	return id
}

func called(p *plan.Plan, detector string) string {
	if d, ok := p.Detector(detector); ok && d.Name != "" {
		return d.Name
	}
	return detector
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// clock writes a time of day for a sentence, in UTC.
func clock(t time.Time) string { return t.UTC().Format("15:04:05") + " UTC" }

// moment writes a time for a sentence, in UTC.
func moment(t time.Time) string { return t.UTC().Format("2 January 15:04") + " UTC" }
