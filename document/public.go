package document

import "tocsin/plan"

// Public returns a copy of the plan without people: who they are, how to reach them, where secrets lie. Persons are called
// by their titles or roles.
func Public(p *plan.Plan) *plan.Plan { return withoutPeople(p) }
