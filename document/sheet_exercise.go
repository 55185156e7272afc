package document

import (
	"time"

	"tocsin/exercise/library"
	"tocsin/plan"
)

// exercises writes how the team stays ready. What a moderator holds back is left out: those who are to be drilled read this.
func (b *binder) exercises() chapter {
	c := chapter{ID: "exercises", Title: "How we stay ready"}
	e := &b.p.Exercises
	var f facts
	f.add("How often", b.cadence())
	if e.FirstWithin > 0 {
		f.add("New members", sayf("first take part within %s", spell(time.Duration(e.FirstWithin))))
	}
	if e.Length > 0 {
		f.add("How long", sayf("%s", spell(time.Duration(e.Length))))
	}
	f.add("Last exercise", sayf("%s", dated(b.p.Tested, "none yet")))
	f.add("Who takes part", series(b.whoAll(e.Participants), "and"))
	f.add("Moderators", series(b.whoAll(e.Moderators), "or"))
	c.facts(f)
	if len(e.Steps) > 0 {
		c.Blocks = append(c.Blocks, block{Label: "How a session runs, in this order", Items: saidAll(e.Steps)})
	}
	for _, s := range library.Scenarios(b.p) {
		c.Parts = append(c.Parts, b.scenarioOf(&s))
	}
	return c
}

// cadence says how often there are exercises.
func (b *binder) cadence() words {
	e := &b.p.Exercises
	first, then := every(e.Every.Or(30*oneDay)), every(e.ThenEvery.Or(180*oneDay))
	if e.CleanRuns > 0 {
		return sayf("%s until %s in a row went clean, then %s", first, counted(e.CleanRuns, "exercise"), then)
	}
	return sayf("%s until everybody knows the plan, then %s", first, then)
}

func (b *binder) scenarioOf(s *plan.Scenario) chapter {
	c := titled("scenario."+s.ID, s.Name, s.ID)
	c.text(say(s.Brief))
	var f facts
	f.add("Drills", series(each(s.Issues, b.issue), "and"))
	f.add("Objectives", saidAll(s.Objectives)...)
	if s.Live != "" {
		f.add("Live", sayf("on a chain of its own, with real transactions"))
	}
	f.add("It is over when", say(s.Complete))
	f.add("It is broken off when", say(s.Abort))
	f.add("Asked afterwards", saidAll(s.Debrief)...)
	c.facts(f)
	if n := len(s.Injects) + len(s.Held); n > 0 || s.Opening != "" {
		c.text(sayf("The opening, and what the moderator brings in or holds back, stand in the plan's files only."))
	}
	return c
}

// notes writes what stands nowhere else in the sheet, as its authors wrote it.
func (b *binder) notes(placed map[int]bool) chapter {
	c := chapter{ID: "notes", Title: "Notes"}
	for i, n := range b.p.Notes {
		if !placed[i] && n.Text != "" {
			label := ""
			if n.About != "" {
				label = "About " + clipped(n.About)
			}
			c.Blocks = append(c.Blocks, block{Label: label, Quote: clean(n.Text)})
		}
	}
	return c
}
