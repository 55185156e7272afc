package exercise

import (
	"strconv"
	"time"

	"tocsin/incident"
	"tocsin/plan"
)

// The kinds of tasks that a session leaves a person.
const (
	TaskReply    = "reply"     // say whether you come
	TaskReport   = "report"    // read what happened, and say that you have
	TaskFollowUp = "follow-up" // do what was promised, or say why not; Ref is its number
)

// reportWanted is how long after a session its report is asked to be read.
const reportWanted = 30 * 24 * time.Hour

// Todo lists what a session leaves a person to do, most urgent first.
func Todo(p *plan.Plan, s *State, person string, now time.Time) []incident.Task {
	x := SheetOf(p, s, person)
	if x == nil || s.Unattended {
		return nil
	}
	var list []incident.Task
	me := s.Person(person)
	if x.Asked && x.Answer == "" && s.Phase == Planned && !x.Moderates {
		list = append(list, incident.Task{Kind: TaskReply, Title: "Say whether you come", Say: "You are invited to an exercise on " + moment(s.Scheduled) + ".", Due: s.Scheduled})
	}
	for _, f := range x.FollowUps {
		if f.Owner == person && f.State == FollowUpOpen {
			list = append(list, incident.Task{
				Kind: TaskFollowUp, Ref: strconv.Itoa(f.Number), Title: "Do what you promised", Say: incident.Sentence(f.Text) + " Then say that it is done, or why it is not.", Due: f.By,
			})
		}
	}
	if s.Phase == Ended && x.Asked && !me.Came && me.Seen.IsZero() && now.Before(s.Ended.Add(reportWanted)) {
		list = append(list, incident.Task{Kind: TaskReport, Title: "Read what happened", Say: "You could not be there. Read the report, and say that you have.", Due: s.Ended.Add(reportWanted)})
	}
	return list
}
