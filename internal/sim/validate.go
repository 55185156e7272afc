package sim

import (
	"slices"

	"tocsin/incident"
	"tocsin/journal"
)

// validated holds what says by itself that an incident is real to the plan: a finding that stands, of a detector that may say so
// of the one issue that it can be, which nobody has dismissed before.
func (a *account) validated(h incident.Happened) error {
	e, ok := h.Event.(incident.EventValidated)
	if !ok || h.Actor.Kind == journal.Person && e.By == h.Actor.ID {
		return nil
	}
	bad := func(why string) error {
		return breaks("validate", "%s says by itself that it is %s, %s", e.Finding, e.Issue, why)
	}
	if a.phase != incident.Detected || !a.state.Reopened.IsZero() {
		return bad("though people have looked at it")
	}
	i := slices.IndexFunc(a.state.Findings, func(f incident.Finding) bool { return f.ID == e.Finding && f.Retracted == "" })
	if i < 0 {
		return bad("and does not stand")
	}
	issue, _ := a.plan().Issue(e.Issue)
	d, _ := a.plan().Detector(a.state.Findings[i].Detector)
	if issue.Validate != "automatically" || !slices.Contains(issue.Detection.Detectors, d.ID) || d.Mode == "observe" {
		return bad("which the plan does not let it")
	}
	for _, f := range a.state.Findings {
		if f.Retracted == "" && !slices.Equal(f.Issues, []string{issue.ID}) {
			return bad("and " + f.ID + " may be another issue")
		}
	}
	return nil
}
