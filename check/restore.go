package check

import (
	"fmt"

	"tocsin/plan"
)

// checkRestores tells of a procedure that halts by a decision and restores by none: what it took a decision to stop, whoever does the
// step would start again, perhaps while the cause is still there. A procedure that decides one of its steps that restore wants
// restoring to be its own decision, and knows which of them bring service back.
func (c *checker) checkRestores(path string, r *plan.Procedure) {
	decided := false
	var undecided []*plan.Step
	for k := range r.Steps {
		s := &r.Steps[k]
		switch {
		case s.Purpose == "restore" && s.Decision != "":
			return
		case s.Purpose == "restore":
			undecided = append(undecided, s)
		default:
			decided = decided || s.Decision != "" && serves(s, "halt", halts)
		}
	}
	if !decided || len(undecided) == 0 {
		return
	}
	at, which := c.steps(path, r, undecided)
	c.add(Warning, "restore-without-decision", at, fmt.Sprintf("Halting takes a decision in %q, and restoring by %s takes none.", r.Name, which),
		"One tired person could reopen what several had to agree to stop, while the cause is still there.",
		"Name under decision of the step that brings service back who has to agree to it.")
}
