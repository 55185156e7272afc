package document

import (
	"fmt"
	"time"

	"tocsin/plan"
)

// issues writes the issues by category, in the plan's order; those of no category come last.
func (b *binder) issues() chapter {
	c := chapter{ID: "issues", Title: "What could go wrong"}
	done := map[string]bool{}
	group := func(title chapter, category string) {
		for i := range b.p.Issues {
			if is := &b.p.Issues[i]; is.Category == category && !done[is.ID] {
				done[is.ID] = true
				title.Parts = append(title.Parts, b.issueOf(is))
			}
		}
		if len(title.Parts) > 0 || category != "" {
			c.Parts = append(c.Parts, title)
		}
	}
	for i := range b.p.Categories {
		cat := &b.p.Categories[i]
		t := titled("category."+cat.ID, cat.Name, cat.ID)
		t.text(say(cat.Description))
		group(t, cat.ID)
	}
	group(chapter{ID: "category", Title: "Without a category"}, "")
	return c
}

func (b *binder) issueOf(is *plan.Issue) chapter {
	c := titled("issue."+is.ID, is.Name, is.ID)
	c.text(say(is.Summary))
	var f facts
	if is.Severity == "" {
		f.add("Severity", missing("how severe it is"))
	} else {
		f.add("Severity", b.severity(is.Severity))
	}
	if is.Category == "" {
		f.add("Category", missing("its category"))
	}
	if is.Procedure == "" {
		f.add("What to do", missing("the procedure"))
	} else {
		f.add("What to do", b.procedure(is.Procedure))
	}
	var sorts []words
	for _, k := range is.Kinds {
		name := kinds[k]
		if name == "" {
			name = clipped(k)
		}
		sorts = append(sorts, sayf("%s", name))
	}
	f.add("Kind", series(sorts, "and"))
	f.add("Concerns", series(each(is.Assets, b.asset), "and"))
	if len(is.Detection.Detectors) == 0 {
		f.add("Detected by", missing("automatic detection; there is none"))
	}
	f.add("Detected by", each(is.Detection.Detectors, b.detector)...)
	for _, m := range is.Detection.Manual {
		f.add("Looked for by hand", b.sign(m))
	}
	if is.Validate == "automatically" {
		f.add("Validated", sayf("automatically, by a finding of one of its detectors that no outsider can cheaply set off; by a person otherwise"))
	}
	if is.Automatic != nil {
		f.add("Done by itself", b.automatic(is.Automatic))
	}
	if is.QuietFor > 0 {
		f.add("Contained once", sayf("its effects hold and its detectors stay quiet for %s", spell(time.Duration(is.QuietFor))))
	}
	c.facts(f)
	c.items("Signs", saidAll(is.Symptoms))
	c.items("It is real if", saidAll(is.Activation))
	if len(is.LookAlikes) > 0 {
		var rows [][]words
		for _, l := range is.LookAlikes {
			rows = append(rows, []words{say(l.What), say(l.Tell)})
		}
		c.grid([]string{"It may only look like it", "How to tell"}, rows)
	}
	return c
}

// automatic says what is done without asking anybody, and within which bounds.
func (b *binder) automatic(x *plan.Automatic) words {
	w := beside(sayf("while it is armed: "), b.action(x.Action), sayf(", once found by "), series(each(x.Detectors, b.detector), "or"))
	if len(x.Veto) > 0 {
		w = beside(w, sayf(", unless "), series(each(x.Veto, b.detector), "or"), sayf(" found something in the %s before", spell(x.VetoLasts())))
	}
	return beside(w, sayf("; armed for %s at most by those of ", spell(x.ArmedFor())), b.decision(x.Decision), sayf("; %s in %s at most", timesOf(x.Times()), spell(x.Period())))
}

func timesOf(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// sign sets something that a person looks for.
func (b *binder) sign(m plan.ManualSign) words {
	w := say(m.What)
	if m.Where != "" {
		w = beside(w, sayf("; where: "), say(m.Where))
	}
	if m.Who != "" {
		w = beside(w, sayf("; who: "), b.who(m.Who))
	}
	if m.Every > 0 {
		w = beside(w, sayf("; %s", every(time.Duration(m.Every))))
	}
	return w
}

// scope writes what counts as an incident, and the severities.
func (b *binder) scope() chapter {
	c := chapter{ID: "scope", Title: "What is an incident"}
	c.items("An incident is", saidAll(b.p.Scope.Incident))
	c.items("Not an incident", saidAll(b.p.Scope.NotIncident))
	c.items("This plan is activated when", saidAll(b.p.Scope.Activation))
	return c
}

// retention writes how long texts about people are kept; nothing if the plan does not say.
func (b *binder) retention() chapter {
	c := chapter{ID: "retention", Title: "How long texts about people are kept"}
	r := b.p.Retention
	var f facts
	if r.Incidents > 0 {
		f.add("Of an incident", sayf("%s after it was closed or dismissed", spell(time.Duration(r.Incidents))))
	}
	if r.Exercises > 0 {
		f.add("Of an exercise", sayf("%s after it ended", spell(time.Duration(r.Exercises))))
	}
	if r.Reports > 0 {
		f.add("What strangers handed in", sayf("%s after it came", spell(time.Duration(r.Reports))))
	}
	c.facts(f)
	return c
}

func (b *binder) severities() chapter {
	c := chapter{ID: "severities", Title: "Severities, the worst first"}
	for i := range b.p.Severities {
		s := &b.p.Severities[i]
		t := titled("severity."+s.ID, s.Name, s.ID)
		t.text(say(s.Meaning))
		var f facts
		if s.RespondWithin > 0 {
			f.add("Answered within", sayf("%s", spell(time.Duration(s.RespondWithin))))
		}
		f.add("Also paged at once", series(b.whoAll(s.Page), "and"))
		if s.UpdateEvery > 0 {
			f.add("Updates", sayf("%s", every(time.Duration(s.UpdateEvery))))
		}
		if s.SecondPerson {
			f.add("Two people", sayf("To dismiss, lower, mute or resolve it takes two people."))
		}
		t.facts(f)
		c.Parts = append(c.Parts, t)
	}
	return c
}

// momentOf says a moment of the escalation in a cell.
func momentOf(m string) words {
	if m == "" {
		return sayf("not told")
	}
	return sayf("on %s", m)
}

// escalation writes who is told when as one matrix, and how the paging goes on.
func (b *binder) escalation() chapter {
	c := chapter{ID: "escalation", Title: "Who is told when"}
	e := &b.p.Escalation
	var rows [][]words
	for _, r := range e.Rules {
		var about []words
		about = append(about, each(r.Categories, b.category)...)
		scope := series(about, "and")
		if len(r.Severities) > 0 {
			if len(scope) > 0 {
				scope = beside(scope, sayf("; "))
			}
			scope = beside(scope, sayf("severity "), series(each(r.Severities, b.severity), "or"))
		}
		if len(scope) == 0 {
			scope = sayf("every issue")
		}
		others := series(b.whoAll(r.Who), "and")
		if len(others) > 0 {
			others = beside(others, sayf(", "), momentOf(r.When))
		}
		rows = append(rows, []words{scope, momentOf(r.Core), momentOf(r.Extended), others})
	}
	c.grid([]string{"For", "Core team", "Extended team", "Besides"}, rows)
	var f facts
	f.add("Next way to reach somebody", sayf("after %s", spell(e.RingEvery.Or(2*time.Minute))))
	rounds := e.Rounds
	if rounds == 0 {
		rounds = 2
	}
	f.add("Then their backups", sayf("after %s through everything known of a person", counted(rounds, "round")))
	f.add("The whole core team", sayf("when nobody has answered for %s", spell(e.Everyone.Or(15*time.Minute))))
	f.add("Still there?", sayf("asked of whoever has come and does nothing for %s, until it is contained", spell(e.AskAgain.Or(15*time.Minute))))
	c.facts(f)
	return c
}
