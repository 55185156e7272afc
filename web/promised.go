package web

import (
	"context"
	"net/url"

	"tocsin/engine"
	"tocsin/exercise"
	"tocsin/incident"
)

// promised puts on the sheet what exercises have left the person to do. It waits while an incident goes on: nothing stands in the way then.
func (p *overviewPage) promised(ctx context.Context, c *Console, of []*session) error {
	as := make([]engine.Member, len(of))
	for i, m := range of {
		as[i] = engine.Member{Protocol: m.protocol, Person: m.person.ID}
	}
	list, err := c.Engine.ExerciseDuties(ctx, as...)
	if err != nil {
		return err
	}
	for _, d := range list {
		t := promisedTask(p.shell, d)
		t.First = len(p.Sheet.Tasks) == 0
		if len(of) > 1 {
			t.Of = member(of, d.Protocol).plan.Name + ": " + t.Of
		}
		p.Sheet.Tasks = append(p.Sheet.Tasks, t)
	}
	return nil
}

// promisedTask is a row that leads to where it is done.
func promisedTask(sh *shell, d incident.Duty) task {
	base := "/exercises/" + url.PathEscape(d.Session)
	t := task{Key: d.Session + "-" + d.Kind + "-" + d.Ref, Title: d.Title, Say: d.Say, Of: d.Name}
	switch d.Kind {
	case exercise.TaskReply:
		t.Href, t.Label = base+"#reply-h", "Answer"
	case exercise.TaskReport:
		t.Href, t.Label = base+"/report", "Read it"
	default:
		t.Href, t.Label = base+"#lessons", "Done, or why not"
	}
	if !d.Due.IsZero() {
		at := sh.due(d.Due)
		t.Due = &at
	}
	return t
}
