package incident

import (
	"slices"
	"time"

	"tocsin/plan"
)

// agreeWithin is how far apart, by the time of their blocks, two detectors may find something and still mean the same.
const agreeWithin = 10 * time.Minute

// MayAct says why a finding of a detector in mode act may act by itself: the plan states a reason, or the second detector that it
// names has found something of a common issue in the same incident, at about the same time. It is empty if the finding only calls
// people, as those of all other detectors do. Nothing acts by a finding alone; what may be done without asking, the plan must have
// agreed before.
func MayAct(p *plan.Plan, s *State, f Finding) string { return mayAct(p, f, s.Findings) }

func mayAct(p *plan.Plan, f Finding, others ...[]Finding) string {
	d, ok := p.Detector(f.Detector)
	if !ok || f.Mode != modeAct || d.Mode != modeAct || f.Retracted != "" {
		return ""
	}
	if d.ActReason != "" {
		return "The plan says why it needs no second detector: " + d.ActReason
	}
	second, ok := p.Detector(d.ActTogether)
	if !ok || second.ID == d.ID {
		return ""
	}
	for _, list := range others {
		for _, g := range list {
			common := slices.ContainsFunc(g.Issues, func(i string) bool { return slices.Contains(f.Issues, i) })
			if g.Detector == second.ID && g.Retracted == "" && common && f.At.Sub(g.At).Abs() <= agreeWithin {
				return "The detector " + second.Name + " agrees: it found something at " + clock(g.At) + "."
			}
		}
	}
	return ""
}

const modeAct = "act" // of a detector and its findings
