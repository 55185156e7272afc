package incident

import (
	"fmt"

	"tocsin/journal"
	"tocsin/plan"
)

// describeMerge says in one sentence what happened to an incident that is merged, or that takes up a newer plan; false if h is neither.
func describeMerge(p *plan.Plan, h Happened) (string, bool) {
	because := func(why journal.Personal) string {
		if why == "" {
			return ""
		}
		return " “" + string(why) + "”"
	}
	switch e := h.Event.(type) {
	case EventMerged:
		return NameOf(p, e.By) + " merged it into incident " + e.Into + ": it is the same event, and goes on there." + because(e.Why), true
	case EventAbsorbed:
		say := fmt.Sprintf("%s merged incident %s into it: it is the same event (%s).", NameOf(p, e.By), e.Incident, e.Title)
		if had := inRecord(e.Findings, e.Notes, e.Evidence); had != "" {
			say += " In its record: " + had + "."
		}
		return say + because(e.Why), true
	case EventReleased:
		return "Incident " + e.Incident + " was reopened and goes on by itself; what it had brought no longer counts here.", true
	case EventAdopted:
		say := NameOf(p, e.By) + " took up the newer plan" + versioned(e.Version) + ": the incident runs by it from now on."
		for _, l := range e.Left {
			say += " " + l.Name + " is not in it, and stays because it has begun."
		}
		return say, true
	}
	return "", false
}

func versioned(version string) string {
	if version == "" {
		return ""
	}
	return ", version " + version
}

// Had says what the incident's record holds, empty if it is nothing of these: "2 findings, 1 note".
func (a *Absorbed) Had() string { return inRecord(a.Findings, a.Notes, a.Evidence) }

func inRecord(findings, notes, evidence int) string {
	say := ""
	for _, x := range [...]struct {
		n         int
		one, many string
	}{{findings, "finding", "findings"}, {notes, "note", "notes"}, {evidence, "piece of evidence", "pieces of evidence"}} {
		if x.n == 0 {
			continue
		}
		if say != "" {
			say += ", "
		}
		word := x.many
		if x.n == 1 {
			word = x.one
		}
		say += fmt.Sprintf("%d %s", x.n, word)
	}
	return say
}
