package incident

import "tocsin/plan"

// DispatchWord tells a person something that belongs to no incident.
const DispatchWord = "word"

// WordTo tells a person something over a contact method that rings nobody out of their sleep, if they have one; false if the plan has none.
func WordTo(p *plan.Plan, person, delivery, subject, text string) (Dispatch, bool) {
	ways := silent(ladder(p, person))
	if len(ways) == 0 {
		return Dispatch{}, false
	}
	return Dispatch{ID: delivery, Kind: DispatchWord, Person: person, Contact: ways[0].Kind, To: ways[0].To, Subject: subject, Text: text}, true
}
