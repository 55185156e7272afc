package check

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"tocsin/action"
	"tocsin/comms"
	"tocsin/detect"
	"tocsin/evm"
	"tocsin/fault"
)

// checkCompiled compiles the detectors as a server would.
func (c *checker) checkCompiled() {
	abis, unread := map[string]evm.ABI{}, []*detect.Problem(nil)
	if c.source != nil { // without it the files that hold ABIs are not at hand
		abis, unread = detect.ABIs(c.plan, c.source.Files)
	}
	_, broken := detect.Compile(c.plan, abis)
	said := map[string]bool{}
	for _, p := range append(unread, broken...) {
		if d, _ := c.plan.Detector(p.Detector); len(d.Lacks()) > 0 {
			continue // said below
		}
		if !said[p.Detector] { // what follows from an ABI that cannot be read says nothing more
			said[p.Detector] = true
			c.addDetector(p)
		}
	}
	for _, d := range c.plan.Detectors {
		if lacks := d.Lacks(); len(lacks) > 0 {
			c.add(Warning, "detector-unfinished", fmt.Sprintf("detectors[%s]", d.ID), fmt.Sprintf("The detector %q does not say its %s.", d.Name, strings.Join(lacks, ", its ")),
				"It is a wish and no watch: what it was to find goes unseen.",
				"Add what it lacks; until then have a person look: name them under detection.manual of the issue.")
			continue
		}
		if slices.Contains([]string{"http", "web", "feed", "webhook", "report"}, d.Kind) {
			c.addDetector(&detect.Problem{Detector: d.ID, Field: "kind", Say: "detectors of kind " + d.Kind + " are not run by this release", Unready: true})
		}
	}
}

func (c *checker) addDetector(p *detect.Problem) {
	d, _ := c.plan.Detector(p.Detector)
	path := fmt.Sprintf("detectors[%s].%s", d.ID, p.Field)
	if p.Unready {
		level := Note
		if d.Mode == "page" || d.Mode == "act" {
			level = Warning // somebody counts on being called
		}
		c.add(level, "detector-unready", path, fmt.Sprintf("The detector %q does not run yet: %s.", d.Name, p.Say),
			"The plan may keep it, but nothing looks at what it would find.",
			"Have a person look meanwhile: name them under detection.manual of the issue.")
		return
	}
	at := ""
	if p.Line > 0 {
		at = fmt.Sprintf(" (line %d, column %d of it)", p.Line, p.Column)
	}
	c.add(Error, "detector-broken", path, fmt.Sprintf("The detector %q cannot run: %s%s.", d.Name, strings.TrimSuffix(p.Say, "."), at),
		"It would be left out, and what it was to find would go unseen.",
		fmt.Sprintf("Mend %s of the detector.", p.Field))
}

// checkTemplates fills nothing in; it reads each template as the draft of an update would.
func (c *checker) checkTemplates() {
	for _, m := range c.plan.Communications {
		err := comms.CheckTemplate(m.Template)
		if err == nil {
			continue
		}
		say, mend := sentences(err, "Mend the template, or leave it out.")
		c.add(Error, "template-broken", fmt.Sprintf("communications[%s].template", m.ID), say,
			fmt.Sprintf("Whoever writes %q would have to begin with an empty page.", m.Name), mend)
	}
}

// checkPrepared prepares each action as its execution would.
func (c *checker) checkPrepared() {
	for _, a := range c.plan.Actions {
		_, err := action.Prepare(c.plan, a.ID)
		if err == nil {
			continue
		}
		path := fmt.Sprintf("actions[%s]", a.ID)
		if a.Kind != action.Call {
			c.add(Warning, "action-unready", path+".kind", fmt.Sprintf("The action %q is of kind %s, which this release does not carry out.", a.Name, a.Kind),
				"It would be decided, and then somebody would have to do it by hand.",
				"Say in the step how a person does it, or use the kind call.")
			continue
		}
		say, mend := sentences(err, "Mend the action.")
		c.add(Error, "action-broken", path, say, "It would be decided, and could then not be sent.", mend)
	}
}

// sentences are what a fault says: what is wrong, with its cause, and what to write instead.
func sentences(err error, mend string) (string, string) {
	var f *fault.Error
	if !errors.As(err, &f) {
		return err.Error() + ".", mend
	}
	say := f.Say
	if f.Err != nil {
		say = strings.TrimSuffix(say, ".") + ": " + strings.TrimSuffix(f.Err.Error(), ".") + "."
	}
	if f.Do != "" {
		mend = f.Do
	}
	return say, mend
}
