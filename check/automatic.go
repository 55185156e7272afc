package check

import (
	"fmt"
	"slices"

	"tocsin/arm"
	"tocsin/plan"
)

// checkAutomatic looks at what Tocsin is to do about issues by itself: whether it can ever be armed, and whether anything stops it.
func (c *checker) checkAutomatic(path string, i *plan.Issue) {
	if i.Automatic == nil {
		return
	}
	path += ".automatic"
	flaws := arm.Unfit(c.plan, i)
	if f, ok := arm.Unsigned(c.plan, i, c.now); ok && !c.now.IsZero() {
		flaws = append(flaws, f)
	}
	for _, f := range flaws {
		at := path
		if f.Key != "" {
			at += "." + f.Key
		}
		c.add(Error, "automatic-never", at, f.Say, fmt.Sprintf("Nothing is done about %q by itself, and the team counts on it.", i.Name), f.Mend)
	}
	if len(i.Automatic.Veto) == 0 {
		c.add(Note, "automatic-without-veto", path, fmt.Sprintf("No detector stops what is done about %q by itself.", i.Name),
			"Works that were planned may look like an attack.", "Name under veto a detector of what announces your own works, such as an upgrade that is queued.")
	}
	for _, id := range i.Automatic.Veto {
		if why := c.dead[id]; why != "" {
			c.add(Error, "automatic-veto-dead", path+".veto", fmt.Sprintf("%s is to stop what is done about %q by itself, and does not run.", c.detectorName(id), i.Name),
				"It stops nothing.", "Mend the detector, or name another.")
		}
	}
}

// vetoes reports whether a detector stops what is done by itself about some issue.
func (c *checker) vetoes(detector string) bool {
	return slices.ContainsFunc(c.plan.Issues, func(i plan.Issue) bool { return i.Automatic != nil && slices.Contains(i.Automatic.Veto, detector) })
}
