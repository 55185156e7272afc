package check

import (
	"fmt"
	"reflect"
	"strings"

	"tocsin/plan"
)

// checkActing looks at detectors that may act by themselves: whether an outsider can set them off cheaply, and whether anything
// besides them says so too.
func (c *checker) checkActing(d *plan.Detector, path string) {
	if d.Mode != "act" {
		return
	}
	if d.Cheap() {
		c.add(Error, "cheap-detector-acts", path+".mode", fmt.Sprintf("The detector %q may act by itself, and outsiders can set it off cheaply.", d.Name),
			fmt.Sprintf("Anybody who can cause a finding of kind %s could make Tocsin pause the protocol whenever they like.", d.Kind),
			"Let it page, or act on a detector of kind state or match.")
		return
	}
	if d.ActReason != "" {
		return
	}
	if d.ActTogether == "" {
		c.add(Error, "detector-acts-alone", path+".mode", fmt.Sprintf("The detector %q is to act by itself, and neither a second detector nor a reason is named.", d.Name),
			"One mistake of one detector would pause the protocol; so what it finds only calls people.",
			"Name under act_together a detector that sees it another way, or say under act_reason why none is needed.")
		return
	}
	if why := c.noSecond(d); why != "" {
		c.add(Error, "second-detector-worthless", path+".act_together", fmt.Sprintf("The detector %q acts only together with another, and %s.", d.Name, why),
			"What it finds only calls people, or acts on no more than one look.",
			"Name under act_together a detector that pages, looks at something else and is listed by the same issue; or say under act_reason why none is needed.")
	}
}

// noSecond says why the second detector that one names is none; empty if it is.
func (c *checker) noSecond(d *plan.Detector) string {
	second := c.detectors[d.ActTogether]
	switch {
	case second == nil: // the plan does not load
		return ""
	case second.ID == d.ID:
		return "that one is itself"
	case seesSame(d, second):
		return fmt.Sprintf("%q looks at the same thing", second.Name)
	case second.Mode != "page" && second.Mode != "act":
		return fmt.Sprintf("%q only observes: what it finds is in no incident", second.Name)
	case c.dead[second.ID] != "":
		return fmt.Sprintf("%q does not run", second.Name)
	}
	for _, i := range c.issuesOf[d.ID] {
		for _, j := range c.issuesOf[second.ID] {
			if i == j {
				return ""
			}
		}
	}
	return fmt.Sprintf("no issue is detected by both it and %q", second.Name)
}

// seesSame reports whether two detectors look at the same thing, so that one finds nothing that the other does not.
func seesSame(a, b *plan.Detector) bool {
	return a.Kind == b.Kind && a.Asset == b.Asset && a.Chain == b.Chain && bare(a.Event) == bare(b.Event) && bare(a.Function) == bare(b.Function) &&
		a.Transaction == b.Transaction && (len(a.Readings) == 0 && len(b.Readings) == 0 || reflect.DeepEqual(a.Readings, b.Readings))
}

// bare is the name of an event or function without its arguments.
func bare(signature string) string {
	name, _, _ := strings.Cut(signature, "(")
	words := strings.Fields(name)
	if len(words) == 0 {
		return ""
	}
	return words[len(words)-1]
}
