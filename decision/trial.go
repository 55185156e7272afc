package decision

import (
	"time"

	"tocsin/plan"
)

// TrialFor is how long a person may sign that they hold a key, from the beginning of the day that is signed: whoever is a day ahead or
// behind still can.
const TrialFor = 48 * time.Hour

// trialPrefix begins the subject of a message by which a person proves that they hold a key. It names no incident and no decision.
const trialPrefix = "key of "

// Trial is the message by which a person proves on a day that they hold a key of theirs. It authorises nothing.
func Trial(p *plan.Plan, person *plan.Person, day time.Time) Message {
	day = day.UTC().Truncate(24 * time.Hour)
	return Message{
		Protocol: p.Protocol, Plan: p.Hash(), Subject: trialPrefix + person.ID, Choice: Approve,
		Summary: "I hold this key. " + name(person) + ", " + day.Format("2 January 2006") + ". This authorises nothing.",
		Expires: uint64(day.Add(TrialFor).Unix()),
	}
}
