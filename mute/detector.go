package mute

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"tocsin/fault"
	"tocsin/plan"
)

// Name is what people call a detector: its name in the plan, or the id of one that every plan has.
func Name(p *plan.Plan, detector string) string {
	if d, ok := p.Detector(detector); ok && d.Name != "" {
		return d.Name
	}
	return detector
}

// Two reports whether it takes two people to mute a detector: as many as it takes to dismiss the worst of what it may find.
// What belongs to no issue, or to one without a severity, counts as the worst that the plan knows, as incidents do.
func Two(p *plan.Plan, detector string) bool {
	worst := ""
	if len(p.Severities) > 0 {
		worst = p.Severities[0].ID
	}
	of := p.IssuesOf(detector)
	for _, id := range of {
		severity := worst
		if i, ok := p.Issue(id); ok && i.Severity != "" {
			severity = i.Severity
		}
		if p.SecondPerson(severity) {
			return true
		}
	}
	return len(of) == 0 && p.SecondPerson(worst)
}

// Known refuses a detector that neither the plan nor Tocsin has.
func Known(p *plan.Plan, detector string) error {
	if _, ok := p.Detector(detector); ok || plan.OwnDetector(detector) {
		return nil
	}
	ids := BuiltIn()
	for i := range p.Detectors {
		ids = append(ids, p.Detectors[i].ID)
	}
	err := fault.New(fault.NotFound, "There is no detector %q.", detector)
	if near := plan.Nearest(detector, ids); len(near) > 0 {
		return err.Instead("Did you mean %s?", near[0])
	}
	return err.Instead("Name one of the plan's detectors.")
}

// imprint tells a detector from another one of the same id; empty if there is none.
func imprint(p *plan.Plan, detector string) string {
	d, ok := p.Detector(detector)
	if !ok {
		if plan.OwnDetector(detector) {
			return "built-in"
		}
		return ""
	}
	b, err := json.Marshal(d)
	if err != nil { // a plan with numbers that JSON cannot hold does not load
		return ""
	}
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:8])
}
