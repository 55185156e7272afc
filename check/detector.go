package check

import (
	"fmt"
	"regexp"
	"time"

	"tocsin/plan"
)

func (c *checker) checkDetectors() {
	for n := range c.plan.Detectors {
		d := &c.plan.Detectors[n]
		path := fmt.Sprintf("detectors[%s]", d.ID)
		c.checkActing(d, path)
		if plan.OwnDetector(d.ID) {
			c.add(Error, "detector-name-taken", path+".id", fmt.Sprintf("The detector %q has the id of one that runs by itself: %s.", d.Name, d.ID),
				"Findings of both would be one to everybody: muted together, listed together, and of the same issues.",
				"Give it another id.")
		}
		if len(c.issuesOf[d.ID]) == 0 && !c.vetoes(d.ID) {
			c.add(Note, "detector-without-issue", path, fmt.Sprintf("No issue names the detector %q.", d.Name),
				"What it finds would belong to nothing that the plan knows how to answer.",
				"Name it under the detection of an issue, or remove it.")
		}
		if never(d.Where) {
			c.add(Error, "detector-never-fires", path+".where", fmt.Sprintf("The detector %q can never fire: its condition is never true.", d.Name),
				"The team believes that it is watched over, and it is not.",
				"Mend where; try it on a transaction that it should find.")
		} else if most := c.most(d); d.Minimum > most {
			c.add(Error, "detector-never-fires", path+".minimum", fmt.Sprintf("The detector %q can never fire: %g in a window is more than there can be.", d.Name, d.Minimum),
				"The team believes that it is watched over, and it is not.",
				"Write a minimum just above what a busy day brings.")
		}
	}
}

// most is the most that a spike detector can ever count in one window, generously: a block is taken to hold a hundred
// thousand of anything.
func (c *checker) most(d *plan.Detector) float64 {
	const perBlock, unlimited = 100_000, 1e300
	switch d.Metric {
	case "failed_share":
		return 1
	case "transactions", "events", "failed_transactions":
	default:
		return unlimited
	}
	chain := d.Chain
	if a := c.assets[d.Asset]; a != nil {
		chain = a.Chain
	}
	blockTime := time.Second
	for _, ch := range c.plan.Chains {
		if ch.ID == chain {
			blockTime = ch.BlockTime.Or(blockTime)
		}
	}
	return perBlock * (float64(time.Duration(d.Window))/float64(blockTime) + 1)
}

// watchesWatch are words by which a manual sign shows that somebody looks at the watch itself.
var watchesWatch = regexp.MustCompile(`(?i)\b(tocsin|heartbeat|watchdog|console|monitoring|the watch)\b`)

// checkWatch asks who would know that nothing is watched any more. When a chain is not seen, Tocsin opens an incident of no
// known issue; when its own server stops, it can tell nobody.
func (c *checker) checkWatch() {
	if len(c.plan.Detectors) == 0 {
		return
	}
	if !c.calledWhenUnknown() {
		c.add(Error, "nobody-told-when-blind", "escalation", "When a chain can no longer be seen, nobody who can be reached is called.",
			"Whatever happens then goes unnoticed, and attackers know how to wait for it.",
			"Give those whom the escalation names at detection a contact, or add somebody who has one.")
	}
	for _, i := range c.plan.Issues {
		for _, m := range i.Detection.Manual {
			if watchesWatch.MatchString(m.What + " " + m.Where) {
				return
			}
		}
	}
	c.add(Note, "watch-unwatched", "detectors", "Nobody looks whether the watch itself still runs.",
		"If the machine that runs Tocsin stops, nothing tells anybody.",
		"Name under detection.manual of an issue who looks at the console, and how often; or let another machine ask it.")
}

// calledWhenUnknown mirrors whom an incident of no known issue calls at detection: it counts as of every category and of
// the worst severity, and if no core member is named, it calls the whole core team.
func (c *checker) calledWhenUnknown() bool {
	able, core := false, false
	call := func(ref string) {
		for _, id := range c.members(ref) {
			r := c.persons[id]
			core = core || c.core[id] && !r.Body
			able = able || !r.Body && c.reachable(r)
		}
	}
	worst := ""
	if len(c.plan.Severities) > 0 {
		worst = c.plan.Severities[0].ID
		for _, ref := range c.plan.Severities[0].Page {
			call(ref)
		}
	}
	team := func(persons []plan.Person) {
		for i := range persons {
			call(persons[i].ID)
		}
	}
	for _, r := range c.plan.Escalation.Rules {
		if !lets(r.Severities, worst) {
			continue
		}
		if r.Core == atDetection {
			team(c.plan.CoreTeam)
		}
		if r.Extended == atDetection {
			team(c.plan.ExtendedTeam)
		}
		if r.When == atDetection {
			for _, ref := range r.Who {
				call(ref)
			}
		}
	}
	if !core {
		team(c.plan.CoreTeam)
	}
	return able
}
