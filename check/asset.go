package check

import (
	"fmt"
	"regexp"
	"slices"

	"tocsin/evm"
	"tocsin/plan"
)

func (c *checker) checkAssets() {
	needed, stopped, harmed := c.assetUses()
	var unnamed []*plan.Asset
	for n := range c.plan.Assets {
		a := &c.plan.Assets[n]
		path := fmt.Sprintf("assets[%s]", a.ID)
		if a.Kind == "contract" || a.Kind == "token" {
			if a.Address == (evm.Address{}) {
				level, why := Warning, "In the emergency somebody would search for it, and might find a false one."
				if needed[a.ID] {
					level, why = Error, "The detectors and actions that name it cannot run."
				}
				c.add(level, "asset-without-address", path+".address", fmt.Sprintf("The address of %q is still to be written.", a.Name), why,
					"Write it, and have a second person compare it with the deployment.")
			}
			if a.Chain == 0 {
				level, why := Warning, "The same address is another contract on another chain."
				if needed[a.ID] {
					level, why = Error, "The detectors and actions that name it cannot run."
				}
				c.add(level, "asset-without-chain", path, fmt.Sprintf("The plan does not say on which chain %q is.", a.Name), why,
					"Write chain: and the id of one of the plan's chains.")
			}
			if a.Kind == "contract" && !stopped[a.ID] && !unstoppable.MatchString(a.Description) {
				level := Note
				if harmed[a.ID] {
					level = Warning
				}
				c.add(level, "asset-without-pause", path, fmt.Sprintf("Nothing in the plan stops %q, and nobody is named who can.", a.Name),
					"While it is attacked the team could only watch.",
					"Declare the action that pauses it, or name who can under pausers; if nothing can, say so in its description: cannot be paused.")
			}
		} else {
			c.checkHolder(path, a)
		}
		if !c.namedByIssue(a.ID) {
			unnamed = append(unnamed, a)
		}
	}
	if len(unnamed) == 0 || len(c.plan.Issues) == 0 {
		return
	}
	names := make([]string, len(unnamed))
	for i, a := range unnamed {
		names[i] = a.Name
	}
	c.add(Note, "asset-without-issue", fmt.Sprintf("assets[%s]", unnamed[0].ID), fmt.Sprintf("No issue is about %s.", list(names)),
		"What the plan protects should be in at least one of the things that it fears.",
		"Name it under assets of an issue, or write the issue that is missing.")
}

// unstoppable are words by which a description says that a contract has no pause.
var unstoppable = regexp.MustCompile(`(?i)\b(cannot|can't|can not|never) be (paused|stopped)|\bno pause\b|\bimmutable\b`)

// stops are names of functions that stop a contract.
var stops = regexp.MustCompile(`(?i)(^|[^n])pause|freeze|halt|stop|shutdown|disable`)

// assetUses says which assets a detector or an action needs the address of, which something or somebody can stop, and which
// the worst issues are about.
func (c *checker) assetUses() (needed, stopped, harmed map[string]bool) {
	needed, stopped, harmed = map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, d := range c.plan.Detectors {
		needed[d.Asset] = true
		needed[d.Account] = true
		for _, r := range d.Readings {
			needed[r.Asset] = true
		}
	}
	halting := map[string]bool{}
	for _, r := range c.plan.Procedures {
		for k := range r.Steps {
			if s := &r.Steps[k]; s.Action != "" && serves(s, "halt", halts) {
				halting[s.Action] = true
			}
		}
	}
	for _, a := range c.plan.Actions {
		needed[a.Asset] = true
		needed[a.Safe] = true
		if a.Effect != nil {
			needed[a.Effect.Asset] = true
		}
		if onChain(&a) && (halting[a.ID] || stops.MatchString(a.Function)) {
			stopped[a.Asset] = true
		}
	}
	for _, a := range c.plan.Actions {
		stopped[a.Safe] = true // a Safe is what acts, not what is attacked
	}
	for _, a := range c.plan.Assets {
		if len(a.Pausers) > 0 {
			stopped[a.ID] = true
		}
	}
	for n := range c.plan.Issues {
		i := &c.plan.Issues[n]
		if slices.Contains(kindsOf(i), "theft") {
			for _, id := range i.Assets {
				harmed[id] = true
			}
		}
	}
	return needed, stopped, harmed
}

// namedByIssue reports whether an issue is about an asset.
func (c *checker) namedByIssue(id string) bool {
	_, ok := c.impacts["assets["+id+"]"]
	return ok
}

// checkHolder asks who can get at an asset that is not on a chain.
func (c *checker) checkHolder(path string, a *plan.Asset) {
	if a.Holder == "" {
		c.add(Warning, "asset-without-holder", path, fmt.Sprintf("Nobody is named who can get at %q.", a.Name),
			"When it is taken over nobody knows who can take it back.",
			"Name who has access under holder, and another under second_holder.")
		return
	}
	if c.unlisted[a.Holder] != nil || len(c.members(a.Holder)) > 1 {
		return
	}
	other := slices.ContainsFunc(c.members(a.SecondHolder), func(id string) bool { return !slices.Contains(c.members(a.Holder), id) })
	if other || c.unlisted[a.SecondHolder] != nil {
		return
	}
	say := fmt.Sprintf("Only %s can get at %q.", c.nameOf(a.Holder), a.Name)
	if a.SecondHolder == a.Holder {
		say = fmt.Sprintf("The second holder of %q is the first again, %s.", a.Name, c.nameOf(a.Holder))
	}
	c.add(Warning, "asset-with-one-holder", path, say,
		"While they sleep nobody can take it down, move it or change its secrets; if their account is the one that was stolen, nobody at all.",
		"Give a second person access and name them under second_holder.")
}
