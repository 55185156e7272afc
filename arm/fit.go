package arm

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"tocsin/action"
	"tocsin/decision"
	"tocsin/fault"
	"tocsin/plan"
)

// Flaw is why what a plan does about an issue by itself can never be armed.
type Flaw struct {
	Key  string // of the plan, below the issue's automatic; empty: all of it
	Say  string
	Mend string
}

// Unfit lists why what a plan does about an issue by itself can never be armed; nothing if it can, or if the plan does nothing.
func Unfit(p *plan.Plan, i *plan.Issue) []Flaw {
	x := i.Automatic
	if x == nil {
		return []Flaw{{Say: fmt.Sprintf("The plan does nothing about %q by itself.", i.Name), Mend: "Say under automatic of the issue what is done, and adopt that plan."}}
	}
	var flaws []Flaw
	add := func(key, say, mend string) { flaws = append(flaws, Flaw{key, say, mend}) }
	if d, ok := p.Decision(x.Decision); ok && !slices.Contains(d.Actions, x.Action) {
		add("decision", fmt.Sprintf("%q does not authorise the action %q.", d.Name, x.Action), "Name a decision that lists the action, or add the action to that one.")
	}
	pr, err := action.Prepare(p, x.Action)
	switch {
	case err != nil:
		add("action", fmt.Sprintf("The action %q cannot be done by itself: %s", x.Action, fault.Sentence(err)), "Name an action that Tocsin carries out by itself, such as a call from an account that may do nothing but pause.")
	case part(pr, func(y action.Prepared) bool { return y.Safe != nil }):
		add("action", fmt.Sprintf("The action %q is a Safe's, and nothing of a Safe can be armed: its owners' signatures have no end and count no uses, so whoever holds the server could use them after all was disarmed; and they are void as soon as the Safe does anything else.", x.Action),
			"Give an account of its own the right to do this and nothing else (the pauser's role, or a module of the Safe that can only pause), and name a call from that account.")
	case x.Times() > 1 && part(pr, func(y action.Prepared) bool { return y.Transaction != nil }):
		add("at_most", fmt.Sprintf("The action %q was signed in advance, and a signed transaction lands once: it cannot be done %s.", x.Action, times(x.Times())), "Write at_most: 1.")
	}
	for _, id := range x.Detectors {
		d, ok := p.Detector(id)
		switch {
		case !ok:
		case d.Mode != "act":
			add("detectors", fmt.Sprintf("The detector %q is not in mode act.", d.Name), "Give it mode: act, or take it out.")
		case d.Cheap():
			add("detectors", fmt.Sprintf("Outsiders can set off the detector %q cheaply.", d.Name), "Name detectors of kind state or match.")
		case d.ActReason == "" && (d.ActTogether == "" || d.ActTogether == id):
			add("detectors", fmt.Sprintf("The detector %q names neither another that must agree nor a reason why none is needed.", d.Name), "Name another under act_together, or say why under act_reason.")
		case !slices.Contains(i.Detection.Detectors, id):
			add("detectors", fmt.Sprintf("The detector %q is none of those that detect %q.", d.Name, i.Name), "List it under detection of the issue, or take it out.")
		case slices.Contains(x.Veto, id):
			add("veto", fmt.Sprintf("The detector %q is to act and to stop that.", d.Name), "Take it out of one of the two.")
		}
	}
	if x.AtMost < 0 {
		add("at_most", "It is to act less often than never.", "Write at_most: 1 or more.")
	}
	if x.ArmedFor() > Longest {
		add("within", fmt.Sprintf("It is to be armed for %s, and nothing is armed for more than %s.", plan.Duration(x.ArmedFor()), plan.Duration(Longest)), "Write a shorter time, and arm it again.")
	}
	return flaws
}

// part reports whether something is so of an action, or of one of those that start together with it.
func part(pr action.Prepared, is func(action.Prepared) bool) bool {
	return is(pr) || slices.ContainsFunc(pr.Together, is)
}

// Unsigned is why those who would have to arm an issue cannot sign in advance, at a time, for who is on call changes; false if they can.
func Unsigned(p *plan.Plan, i *plan.Issue, at time.Time) (Flaw, bool) {
	if i.Automatic == nil {
		return Flaw{}, false
	}
	why := decision.Unarmable(p, i.Automatic.Decision, at)
	return Flaw{Key: "decision", Say: why, Mend: "Name a key or a passkey of theirs in the plan, or a decision that others can meet."}, why != ""
}

// Imprint tells a detector, and the asset that it looks at, from another one of the same id; empty if there is none.
func Imprint(p *plan.Plan, detector string) string {
	d, ok := p.Detector(detector)
	if !ok {
		return ""
	}
	d.Mode, d.Name, d.Message, d.ActReason, d.ActTogether = "", "", "", "", "" // what is found does not depend on these
	a, _ := p.Asset(d.Asset)
	b, err := json.Marshal([]any{d, a.Chain, a.Address, a.Kind})
	if err != nil { // a plan with numbers that JSON cannot hold does not load
		return ""
	}
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:16])
}
