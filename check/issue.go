package check

import (
	"fmt"
	"slices"
	"strings"

	"tocsin/detect"
	"tocsin/plan"
)

func (c *checker) checkIssues() {
	for n := range c.plan.Issues {
		i := &c.plan.Issues[n]
		path := fmt.Sprintf("issues[%s]", i.ID)
		c.checkDetection(path, i)
		c.checkValidation(path, i)
		c.checkAutomatic(path, i)
		if i.Procedure == "" {
			c.add(Error, "issue-without-procedure", path, fmt.Sprintf("No procedure answers %q.", i.Name),
				"Whoever is awake would have to invent the response.",
				"Write a procedure, even a short one, and name it under procedure.")
		}
		switch {
		case i.Severity == "" && i.Category != "" && len(c.plan.Severities) > 0:
			c.add(Warning, "issue-unranked", path, fmt.Sprintf("%q has no severity, though the plan has severities.", i.Name),
				"Nothing says how fast somebody must come, and nobody can tell it from what may wait.",
				"Write its severity.")
		case i.Category == "" && i.Severity == "":
			c.add(Warning, "issue-unranked", path, fmt.Sprintf("%q has neither a category nor a severity.", i.Name),
				"Nothing says who is told of it, or how fast somebody must come.",
				"Write its category or its severity.")
		}
	}
	c.checkShared()
}

// checkDetection says by whom an issue is noticed, if by no machine that calls somebody.
func (c *checker) checkDetection(path string, i *plan.Issue) {
	var quiet, dead []string
	public := false // people outside can tell what no machine has seen
	for _, id := range i.Detection.Detectors {
		d := c.detectors[id]
		switch {
		case d == nil && id == detect.Upgraded && !c.proxied():
			// nothing is there that it could see
		case d == nil && plan.OwnDetector(id):
			return
		case d == nil:
		case d.Kind == "report":
			public = true
		case c.dead[id] != "":
			dead = append(dead, d.Name)
		case d.Mode == "" || d.Mode == "observe":
			quiet = append(quiet, d.Name)
		default:
			return
		}
	}
	if len(quiet) > 0 {
		c.add(Warning, "issue-detected-silently", path+".detection", fmt.Sprintf("%q is seen by %s, in mode observe.%s", i.Name, list(quiet), c.ranked(i)),
			"What is only observed is written down and calls nobody.",
			"Once you trust the detector, write mode: page.")
		return
	}
	yet, mend := "", "Declare a detector and name it under detection.detectors."
	if public {
		mend = "The public form waits for others: declare a detector besides that looks by itself, or let somebody look often."
	}
	if len(dead) > 0 {
		yet = fmt.Sprintf(" %s does not run yet.", list(dead))
		if len(dead) > 1 {
			yet = fmt.Sprintf(" %s do not run yet.", list(dead))
		}
		mend = "Give the detector what it lacks, or declare one that runs."
	}
	if len(i.Detection.Manual) > 0 {
		c.add(Warning, "issue-detected-by-hand", path+".detection", fmt.Sprintf("Only people notice %q: %s.%s%s", i.Name, c.looks(i), yet, c.ranked(i)),
			"Most of the time everybody sleeps, and a loss is over before anybody reads of it.", mend)
		return
	}
	level, say := Error, fmt.Sprintf("Nothing detects %q, neither a detector nor a person.", i.Name)
	switch {
	case public:
		level, say = Warning, fmt.Sprintf("Only those outside notice %q, who may write into the public form.", i.Name)
	case len(dead) > 0:
		level, say = Warning, fmt.Sprintf("Nothing detects %q for now.", i.Name)
	}
	c.add(level, "issue-without-detection", path+".detection", say+yet+c.ranked(i), "It would be learned from those whom it harmed.", mend)
}

// looks says what people look for, and whether anybody is named to look.
func (c *checker) looks(i *plan.Issue) string {
	var what []string
	named := false
	for _, m := range i.Detection.Manual {
		what = append(what, m.What)
		named = named || m.Who != ""
	}
	if !named {
		return list(what) + ", and nobody is named who looks"
	}
	return list(what)
}

// ranked says how bad an issue is, where that is worse than most.
func (c *checker) ranked(i *plan.Issue) string {
	if at, ok := c.severities[i.Severity]; ok && at == 0 && len(c.severities) > 1 {
		return fmt.Sprintf(" Its severity is %s, the worst.", c.plan.Severities[0].Name)
	}
	if len(c.severities) == 0 && slices.Contains(kindsOf(i), "theft") {
		return " It is about money that leaves, the worst that can happen here."
	}
	return ""
}

// checkShared looks for issues that one and the same detection announces.
func (c *checker) checkShared() {
	var order []string
	same := map[string][]*plan.Issue{}
	for n := range c.plan.Issues {
		i := &c.plan.Issues[n]
		if k := c.detectionKey(i); k != "" {
			if same[k] == nil {
				order = append(order, k)
			}
			same[k] = append(same[k], i)
		}
	}
	for _, k := range order {
		var names []string
		blurred := 0
		for _, i := range same[k] {
			names = append(names, i.Name)
			if len(i.LookAlikes) == 0 {
				blurred++
			}
		}
		if len(names) < 2 || blurred < 2 {
			continue
		}
		first := same[k][0]
		c.add(Warning, "detection-shared", fmt.Sprintf("issues[%s].detection", first.ID),
			fmt.Sprintf("%s are detected by the same sign: %s.", list(names), list(c.signs(first))),
			"At night nobody could say which of them it is, and so which procedure to begin.",
			"Give each a sign of its own, or write under look_alikes how to tell them apart.")
	}
}

// proxied reports whether the code of an asset lies elsewhere.
func (c *checker) proxied() bool {
	return slices.ContainsFunc(c.plan.Assets, func(a plan.Asset) bool { return a.Proxy != "" && a.Proxy != "none" })
}

// signs are the names of an issue's detectors; of its manual signs if it has none.
func (c *checker) signs(i *plan.Issue) []string {
	var names []string
	for _, id := range i.Detection.Detectors {
		if d := c.detectors[id]; d != nil {
			names = append(names, d.Name)
		} else if plan.OwnDetector(id) {
			names = append(names, id)
		}
	}
	if len(names) == 0 {
		for _, m := range i.Detection.Manual {
			names = append(names, m.What)
		}
	}
	return names
}

// detectionKey is the same for issues that nothing tells apart when they are detected.
func (c *checker) detectionKey(i *plan.Issue) string {
	var keys []string
	for _, id := range i.Detection.Detectors {
		if d := c.detectors[id]; d != nil {
			keys = append(keys, fmt.Sprintf("%s of %s on %d", key(d.Name), d.Asset, d.Chain))
		} else if plan.OwnDetector(id) {
			keys = append(keys, id)
		}
	}
	if len(keys) == 0 {
		for _, m := range i.Detection.Manual {
			keys = append(keys, key(m.What))
		}
	}
	slices.Sort(keys)
	return strings.Join(slices.Compact(keys), "\n")
}
