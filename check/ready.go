package check

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"tocsin/action"
	"tocsin/detect"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/feed/target"
	"tocsin/hook"
	"tocsin/plan"
)

// checkCompiled compiles the detectors as a server would, and notes which do not run.
func (c *checker) checkCompiled() {
	abis, unread := map[string]evm.ABI{}, []*detect.Problem(nil)
	if c.source != nil { // without it the files that hold ABIs are not at hand
		abis, unread = detect.ABIs(c.plan, c.source.Files)
	}
	_, broken := detect.Compile(c.plan, abis)
	_, outside := target.Compile(c.plan)
	for n := range c.plan.Detectors {
		if d := &c.plan.Detectors[n]; len(d.Lacks()) > 0 {
			c.addUnfinished(d)
		}
	}
	for _, p := range slices.Concat(unread, broken, outside) {
		d := c.detectors[p.Detector]
		if d == nil || c.dead[d.ID] != "" || c.awaitsAddress(d) {
			continue // said already, or what it follows from is
		}
		c.addDetector(p)
	}
	for n := range c.plan.Detectors {
		d := &c.plan.Detectors[n]
		if c.dead[d.ID] != "" || d.Kind != "webhook" {
			continue
		}
		if _, wrong := hook.Compile(c.plan, *d); len(wrong) > 0 {
			c.addDetector(&detect.Problem{Detector: d.ID, Field: wrong[0].Field, Say: wrong[0].Say})
		}
	}
}

// awaitsAddress reports whether a detector only waits for the address of what it looks at or asks, which is a gap of the
// asset.
func (c *checker) awaitsAddress(d *plan.Detector) bool {
	ids := []string{d.Asset, d.Account}
	for _, r := range d.Readings {
		ids = append(ids, r.Asset)
	}
	return slices.ContainsFunc(ids, func(id string) bool {
		a := c.assets[id]
		return a != nil && a.Chain != 0 && a.Address == (evm.Address{})
	})
}

func (c *checker) addUnfinished(d *plan.Detector) {
	c.dead[d.ID] = "unfinished"
	say := fmt.Sprintf("The detector %q does not say its %s.", d.Name, strings.Join(d.Lacks(), ", its "))
	if of := c.issuesOf[d.ID]; len(of) > 0 {
		say += fmt.Sprintf(" It was to find %s.", list(issueNames(of)))
	}
	c.add(Warning, "detector-unfinished", fmt.Sprintf("detectors[%s]", d.ID), say,
		"It is a wish and no watch: what it was to find goes unseen.",
		"Add what it lacks; until then have a person look: name them under detection.manual of the issue.")
}

func issueNames(list []*plan.Issue) []string {
	names := make([]string, len(list))
	for n, i := range list {
		names[n] = i.Name
	}
	return names
}

func (c *checker) addDetector(p *detect.Problem) {
	d := c.detectors[p.Detector]
	c.dead[d.ID] = p.Say
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
	at, place := "", c.source.At(path)
	if p.Line > 0 {
		text := map[string]string{"where": d.Where, "amount": d.Amount, "holds": d.Holds, "message": d.Message}[p.Field]
		place = c.source.Inside(path, text, p.Line, p.Column)
	}
	if p.Line > 0 && place == c.source.At(path) && (p.Line > 1 || p.Column > 1) { // the file is not at hand
		at = fmt.Sprintf(" (line %d, column %d of it)", p.Line, p.Column)
	}
	c.addAt(place, Error, "detector-broken", path, fmt.Sprintf("The detector %q cannot run: %s%s.", d.Name, strings.TrimSuffix(p.Say, "."), at),
		"It would be left out, and what it was to find would go unseen.",
		fmt.Sprintf("Mend %s of the detector.", p.Field))
}

// checkPrepared prepares each action as its execution would.
func (c *checker) checkPrepared() {
	for n := range c.plan.Actions {
		a := &c.plan.Actions[n]
		if c.lacksAddress(a) {
			continue // a gap of the asset
		}
		_, err := action.Prepare(c.plan, a.ID)
		path := fmt.Sprintf("actions[%s]", a.ID)
		if err == nil {
			continue
		}
		say, mend := sentences(err, "Mend the action.")
		c.add(Error, "action-broken", path, say, "It would be decided, and could then not be sent.", mend)
	}
}

// lacksAddress reports whether an action waits for the address of what it calls or reads.
func (c *checker) lacksAddress(a *plan.Action) bool {
	ids := []string{a.Asset, a.Safe}
	for _, b := range a.Batch {
		ids = append(ids, b.Asset)
	}
	if a.Effect != nil {
		ids = append(ids, a.Effect.Asset)
	}
	for _, id := range a.Together {
		if b := c.actions[id]; b != nil && len(b.Together) == 0 && c.lacksAddress(b) {
			return true
		}
	}
	for _, id := range ids {
		if x := c.assets[id]; x != nil && x.Chain != 0 && x.Address == (evm.Address{}) {
			return true
		}
	}
	return false
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
