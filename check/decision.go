package check

import (
	"fmt"
	"slices"
	"time"

	"tocsin/evm"
	"tocsin/plan"
)

func (c *checker) checkDecisions() {
	for _, d := range c.plan.Decisions {
		path := fmt.Sprintf("decisions[%s]", d.ID)
		if len(d.Actions)+len(d.Steps)+len(d.Updates) == 0 && !d.Adopts {
			c.add(Warning, "decision-authorises-nothing", path, fmt.Sprintf("The decision %q authorises nothing.", d.Name),
				"People would be asked to sign, and nothing would follow.",
				"Name what it sets in motion under actions, steps or updates.")
		}
		if len(d.Required) == 0 && d.Additional.Need == 0 {
			c.add(Error, "decision-without-approvers", path, fmt.Sprintf("Nobody has to approve %q.", d.Name),
				"A decision that nobody must agree to is never made: Tocsin does not execute it.",
				"Name those who must approve under required, or say under additional how many must.")
		}
		for i, ref := range d.Required {
			c.checkApprover(fmt.Sprintf("%s.required[%d]", path, i), d, ref)
		}
		if d.Additional.Need > 0 {
			who := c.plan.MembersOf(d.Additional.Who, time.Time{})
			c.checkQuorum(path+".additional", d, "the additional approvers", who, d.Additional.Need)
		}
	}
}

// checkApprover looks at one required approver: a person, or a group of whom some must approve.
func (c *checker) checkApprover(path string, d plan.Decision, ref string) {
	if r, ok := c.plan.Person(ref); ok {
		c.checkSigner(path, d, r)
		return
	}
	g, ok := c.plan.Group(ref)
	if !ok {
		return
	}
	if g.Need == 0 {
		c.add(Error, "group-without-need", path, fmt.Sprintf("The group %q must approve %q, and nobody has said how many of it.", g.Name, d.Name),
			"One member would think that one is enough, another that all must; Tocsin cannot choose for them and does not execute.",
			"Write need: and a number at the group.")
		return
	}
	c.checkQuorum(path, d, fmt.Sprintf("the group %q", g.Name), c.members(ref), g.Need)
}

// checkQuorum looks at several persons of whom some must approve.
func (c *checker) checkQuorum(path string, d plan.Decision, who string, members []string, need int) {
	able := 0
	for _, id := range members {
		if r, ok := c.plan.Person(id); ok && reachable(r) && (signs(r) || len(d.Actions) == 0) {
			able++
		}
	}
	if able >= need {
		return
	}
	c.add(Error, "quorum-impossible", path, fmt.Sprintf("%d of %s must approve %q, and only %d can be reached and can sign.", need, who, d.Name, able),
		"The decision can never be made.",
		"Give more members a contact and a signing key, or ask for fewer.")
}

// checkSigner looks at a person without whom there is no decision.
func (c *checker) checkSigner(path string, d plan.Decision, r plan.Person) {
	if !reachable(r) {
		c.add(Error, "approver-unreachable", path, fmt.Sprintf("%s must approve %q and cannot be reached.", r.Name, d.Name),
			"The decision waits for a person whom nobody can call.",
			fmt.Sprintf("Write a contact for %s.", r.Name))
	}
	if !signs(r) {
		level := Error
		if len(d.Actions) == 0 {
			level = Warning // steps and updates may also be approved by word, attested by another person
		}
		c.add(level, "approver-without-key", path, fmt.Sprintf("%s must approve %q and has no signing key.", r.Name, d.Name),
			"What is sent to the chain needs a signature that can be checked; a yes by telephone is not one.",
			fmt.Sprintf("Add the address that %s signs with under keys.", r.Name))
	}
}

func signs(r plan.Person) bool {
	for _, k := range r.Keys {
		if k.Passkey != "" || k.Address != (evm.Address{}) {
			return true
		}
	}
	return false
}

func (c *checker) checkActions() {
	for _, a := range c.plan.Actions {
		authorised := false
		for _, d := range c.plan.Decisions {
			authorised = authorised || slices.Contains(d.Actions, a.ID)
		}
		if !authorised {
			c.add(Error, "action-without-decision", fmt.Sprintf("actions[%s]", a.ID), fmt.Sprintf("No decision authorises the action %q.", a.Name),
				"Nobody can ever approve it, so it can never be sent.",
				"Name it under the actions of a decision.")
		}
	}
}
