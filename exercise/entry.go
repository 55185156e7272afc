package exercise

import (
	"encoding/hex"
	"strings"
	"time"

	"tocsin/incident"
	"tocsin/plan"
)

// EntryOf is a session as it stands in people's calendars: when, and who leads it; nothing of what is played.
func EntryOf(p *plan.Plan, s *State) incident.Entry {
	e := incident.Entry{
		UID: s.ID + "." + s.Protocol + "." + hex.EncodeToString(s.Plan[:6]) + "@tocsin", Sequence: s.Moved, Changed: s.At,
		Start: s.Scheduled, End: s.Scheduled.Add(time.Duration(s.Length)), Title: "EXERCISE: " + s.Title,
		Text: strings.Join(append(leads(p, s), "Nothing in it is real."), " "), Path: "/exercises/" + s.ID, Cancelled: s.Phase == Cancelled,
	}
	switch {
	case s.Phase.Over() && s.Ended.After(e.Changed):
		e.Changed = s.Ended
	case s.Begun.After(e.Changed):
		e.Changed = s.Begun
	}
	if s.Phase == Ended && s.Ended.After(s.Begun) { // as it was
		e.Start, e.End = s.Begun, s.Ended
	}
	return e
}

// leads says who moderates a session and who keeps the real watch.
func leads(p *plan.Plan, s *State) []string {
	var say []string
	if s.Moderator != "" {
		say = append(say, p.NameOf(s.Moderator)+" moderates.")
	}
	if len(s.Watch) > 0 {
		keep := "keeps"
		if len(s.Watch) > 1 {
			keep = "keep"
		}
		say = append(say, namesOf(p, s.Watch)+" "+keep+" the real watch meanwhile.")
	}
	return say
}
