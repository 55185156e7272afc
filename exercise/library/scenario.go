package library

import (
	"slices"

	"tocsin/plan"
)

// scenario is the script in the words of the plan.
func (b *binder) scenario() plan.Scenario {
	s := &b.script
	x := plan.Scenario{
		ID: s.ID, Name: b.text(s.Name), From: s.ID, Brief: b.text(s.Brief), Opening: b.text(s.Opening),
		Objectives: b.texts(s.Objectives), Live: s.Live, Complete: b.text(s.Complete), Abort: b.text(s.Abort), Debrief: b.texts(s.Debrief),
		Issues: b.those([]string{"issue"}), Steps: b.those(s.Steps), Decisions: b.those(s.Decisions), Updates: b.those(s.Updates),
	}
	for _, i := range s.Injects {
		if b.all(i.Needs) {
			x.Injects = append(x.Injects, b.inject(i))
		}
	}
	for _, h := range s.Held {
		if !b.all(h.Needs) {
			continue
		}
		asked := b.bound[h.Step]
		if asked == "" {
			asked = b.text(h.AskedBy)
		}
		x.Held = append(x.Held, plan.HeldFact{ID: h.ID, AskedBy: asked, Text: b.text(h.Text), Evidence: b.text(h.Evidence)})
	}
	return x
}

// those are what parts are bound to: each once, in the order of the script.
func (b *binder) those(parts []string) []string {
	var ids []string
	for _, part := range parts {
		if id := b.bound[part]; id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

func (b *binder) inject(i Inject) plan.Inject {
	x := plan.Inject{ID: i.ID, At: i.At, After: b.bound[i.After], Hand: i.Hand, Channel: b.bound[i.Channel], Text: b.text(i.Text), Live: i.Live}
	if i.After != "" && x.After == "" { // the plan has no such step: it is for the moderator to know when
		x.Hand, x.At = true, 0
	}
	x.Picture = i.Picture
	if i.Picture != "" && !b.script.own {
		x.Picture = PicturePrefix + i.Picture
	}
	for _, e := range i.Expect {
		owed := plan.Expectation{Step: b.bound[e.Step], Decision: b.bound[e.Decision], Update: b.bound[e.Update], Within: e.Within}
		if owed.Step+owed.Decision+owed.Update != "" {
			x.Expect = append(x.Expect, owed)
		}
	}
	return x
}
