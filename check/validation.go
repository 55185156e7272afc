package check

import (
	"fmt"

	"tocsin/plan"
)

// checkValidation looks at issues that a finding is to validate by itself: whether the findings of their detectors can.
func (c *checker) checkValidation(path string, i *plan.Issue) {
	if i.Validate != "automatically" {
		return
	}
	say := func(what string) {
		c.add(Warning, "validates-by-nothing", path+".validate", what,
			"A person has to say that it is real, and the team counts on nobody having to.",
			"Let a detector of kind match or state find it, in mode page or act and listed by no other issue; or take automatic validation out.")
	}
	if len(i.Detection.Detectors) == 0 {
		say(fmt.Sprintf("%q is validated automatically, and no detector finds it.", i.Name))
		return
	}
	for _, id := range i.Detection.Detectors {
		if why := c.validatesNot(i, id); why != "" {
			say(fmt.Sprintf("%q is validated automatically, but not by %s: %s.", i.Name, c.detectorName(id), why))
		}
	}
}

// validatesNot says why a finding of a detector cannot validate an issue; empty if it can.
func (c *checker) validatesNot(i *plan.Issue, id string) string {
	d := c.detectors[id]
	switch {
	case d == nil:
		return "it runs by itself in every plan, and says only that somebody has to look"
	case d.Cheap():
		return fmt.Sprintf("outsiders can cheaply set off a detector of kind %s", d.Kind)
	case d.Mode != "page" && d.Mode != "act":
		return "it only observes"
	case !c.plan.Validates(i.ID, id):
		return "other issues list it, too"
	}
	return ""
}

func (c *checker) detectorName(id string) string {
	if d := c.detectors[id]; d != nil && d.Name != "" {
		return fmt.Sprintf("%q", d.Name)
	}
	return fmt.Sprintf("%q", id)
}
