package check

import (
	"fmt"
	"slices"
	"time"

	"tocsin/evm"
	"tocsin/plan"
)

func (c *checker) checkDecisions() {
	asked := map[string]bool{}
	for _, r := range c.plan.Procedures {
		for _, s := range r.Steps {
			asked[s.Decision] = true
		}
	}
	for _, m := range c.plan.Communications {
		asked[m.Approval] = true
	}
	for n := range c.plan.Decisions {
		d := &c.plan.Decisions[n]
		path := fmt.Sprintf("decisions[%s]", d.ID)
		switch {
		case len(d.Actions)+len(d.Steps)+len(d.Updates) == 0 && !d.Adopts:
			c.add(Warning, "decision-authorises-nothing", path, fmt.Sprintf("The decision %q authorises nothing.", d.Name),
				"People would be asked to sign, and nothing would follow.",
				"Name what it sets in motion under actions, steps or updates.")
		case !asked[d.ID] && !d.Adopts:
			c.add(Note, "decision-unused", path, fmt.Sprintf("No step and no message asks for the decision %q.", d.Name),
				"In an emergency somebody would have to think of it.",
				"Name it under decision of the step, or under approval of the message, that needs it.")
		}
		c.checkSettled(path, d)
		c.checkStandIns(path, d)
		c.checkAway(path, d)
		for i, ref := range d.Required {
			c.checkApprover(fmt.Sprintf("%s.required[%d]", path, i), d, ref)
		}
		if d.Additional.Need > 0 {
			seen := map[string]bool{}
			for _, ref := range d.Additional.Who {
				for _, id := range c.members(ref) {
					seen[id] = true
				}
			}
			who := make([]string, 0, len(seen))
			for id := range seen {
				who = append(who, id)
			}
			c.checkQuorum(path+".additional", d, "the additional approvers", who, d.Additional.Need)
		}
	}
}

// checkSettled asks whether the plan says who decides.
func (c *checker) checkSettled(path string, d *plan.Decision) {
	if len(d.Unsettled) > 0 {
		c.add(Error, "decision-unsettled", path+".unsettled", fmt.Sprintf("Who decides %q is still open: %s", d.Name, questions(d.Unsettled)),
			"While a question stands nothing is executed on this decision, however many approve.",
			"Answer it, write the answer under required and additional, and take the question out of unsettled.")
	}
	if len(d.Required) == 0 && d.Additional.Need == 0 && len(d.Unsettled) == 0 {
		c.add(Error, "decision-without-approvers", path, fmt.Sprintf("Nobody has to approve %q.", d.Name),
			"A decision that nobody must agree to is never made: Tocsin does not execute it.",
			"Name those who must approve under required, or say under additional how many must.")
	}
}

// checkApprover looks at one required approver: a person, or a group or role of whom some must approve.
func (c *checker) checkApprover(path string, d *plan.Decision, ref string) {
	if r := c.persons[ref]; r != nil {
		c.checkSigner(path, d, r)
		return
	}
	kind, need := "group", 0
	switch g := c.groups[ref]; {
	case g != nil:
		need = g.Need
	case c.roles[ref] != nil:
		kind = "role"
	default:
		return // on no list: said there
	}
	members := c.members(ref)
	if need == 0 && len(members) == 1 {
		need = 1
	}
	if need == 0 && len(d.Unsettled) > 0 {
		return // the question is asked already
	}
	if need == 0 {
		mend := "Write need: and a number at the group."
		if kind == "role" {
			mend = "Name persons in its place, or a group with need: and a number."
		}
		c.add(Error, "group-without-need", path, fmt.Sprintf("The %s %q must approve %q, and nobody has said how many of it.", kind, c.nameOf(ref), d.Name),
			"One member would think that one is enough, another that all must; Tocsin cannot choose for them and does not execute.", mend)
		return
	}
	c.checkQuorum(path, d, fmt.Sprintf("the %s %q", kind, c.nameOf(ref)), members, need)
}

// checkQuorum looks at several persons of whom some must approve.
func (c *checker) checkQuorum(path string, d *plan.Decision, who string, members []string, need int) {
	able := 0
	for _, id := range members {
		if c.approves(d, c.persons[id]) {
			able++
		}
	}
	if q := c.decidersOf(d); able >= need || q != nil && q.met("", "") {
		return // stand-ins count
	}
	most := "nobody"
	if able > 0 {
		most = fmt.Sprintf("only %d", able)
	}
	c.add(Error, "quorum-impossible", path, fmt.Sprintf("%d of %s must approve %q, and %s can be reached and can sign.", need, who, d.Name, most),
		"The decision can never be made.",
		"Give more members a contact and a signing key, or ask for fewer.")
}

// approves reports whether a person's approval could ever come.
func (c *checker) approves(d *plan.Decision, r *plan.Person) bool {
	return r != nil && c.reachable(r) && (signs(r) || len(d.Actions) == 0)
}

// checkSigner looks at a person without whom there is no decision.
func (c *checker) checkSigner(path string, d *plan.Decision, r *plan.Person) {
	if !c.reachable(r) {
		c.add(Error, "approver-unreachable", path, fmt.Sprintf("%s must approve %q and cannot be reached.", r.Called(), d.Name),
			"The decision waits for a person whom nobody can call.",
			fmt.Sprintf("Write a contact for %s.", r.Called()))
	}
	if !signs(r) {
		level := Error
		if len(d.Actions) == 0 {
			level = Warning // steps and updates may also be approved by word, attested by another person
		}
		c.add(level, "approver-without-key", path, fmt.Sprintf("%s must approve %q and has no signing key.", r.Called(), d.Name),
			"What is sent to the chain needs a signature that can be checked; a yes by telephone is not one.",
			fmt.Sprintf("Add the address that %s signs with under keys.", r.Called()))
	}
}

// keyed reports whether a key says with what somebody signs, so that it can be checked.
func keyed(k plan.Key) bool {
	return k.Proves() || k.Kind != plan.KeyPasskey && k.Address != (evm.Address{})
}

func signs(r *plan.Person) bool { return slices.ContainsFunc(r.Keys, keyed) }

// checkStandIns looks for stand-ins whose time comes when the decision has run out.
func (c *checker) checkStandIns(path string, d *plan.Decision) {
	expires := d.Expires.Or(time.Hour)
	for i, s := range d.StandIns {
		if time.Duration(s.After) < expires {
			continue
		}
		c.add(Warning, "stand-in-too-late", fmt.Sprintf("%s.stand_ins[%d]", path, i),
			fmt.Sprintf("%s may stand in for %s on %q only after %s, and by then the decision has run out.", c.nameOf(s.Who), c.nameOf(s.For), d.Name, s.After),
			"It would have to be asked again, and the wait would begin anew.",
			"Let the stand-in come sooner, or let the decision stand longer: expires.")
	}
}

// questions are questions as a sentence ends with them.
func questions(list []string) string {
	if len(list) == 1 {
		return clipLong(list[0])
	}
	return fmt.Sprintf("%s (and %s more)", clipLong(list[0]), count(len(list)-1, "question"))
}
