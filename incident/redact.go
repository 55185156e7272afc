package incident

import (
	"fmt"

	"tocsin/fault"
	"tocsin/journal"
)

// OpRedact says that texts about people are removed from the record. The engine removes them in the same moment.
type OpRedact struct {
	Texts int    // how many
	Some  string // those that this describes only, without naming anybody; empty for all
	Why   string
	Rule  string   // key of the plan that wants it; empty if a person does
	Files []string // ids of files whose bytes go as well
}

// EventRedacted says that texts about people were removed. It must not hold what it removed, so it has no personal text.
type EventRedacted struct {
	By    string `json:"by"` // person; empty if the plan's retention did it
	Texts int    `json:"texts"`
	Some  string `json:"some,omitempty"`
	Why   string `json:"why"`

	Rule      string   `json:"rule,omitempty"`      // key of the plan that wanted it, such as retention.incidents
	Discarded []string `json:"discarded,omitempty"` // ids of files whose bytes were removed
}

// KindRedacted is the kind of EventRedacted; whoever holds an incident in memory reads it anew when it comes.
const KindRedacted = "redacted"

func (OpRedact) op() {}

// Kind is KindRedacted.
func (EventRedacted) Kind() string { return KindRedacted }

func (d *decider) redact(op OpRedact) error {
	by := ""
	if d.cmd.Actor.Kind != journal.System {
		var err error
		if by, err = d.person(); err != nil {
			return err
		}
	}
	why, err := words(op.Why, "reason", true)
	if err != nil {
		return err
	}
	switch {
	case op.Texts < 1 && len(op.Files) == 0:
		return fault.New(fault.Invalid, "There is nothing to be removed.")
	case op.Some == "" && !d.s.Over():
		return fault.New(fault.Conflict, "The incident is still going on, and its texts are needed.").
			Instead("Remove only those that contain something, or wait until it is closed.")
	}
	d.emit(EventRedacted{By: by, Texts: op.Texts, Some: clean(op.Some), Why: why, Rule: op.Rule, Discarded: op.Files})
	return nil
}

func many(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// describeRedacted says what was removed.
func describeRedacted(e EventRedacted, name func(string) string) string {
	who := "Tocsin"
	if e.By != "" {
		who = name(e.By)
	}
	texts := many(e.Texts, "text")
	if e.Some != "" {
		texts += " " + e.Some
	}
	texts += " about people"
	if n := len(e.Discarded); n > 0 {
		texts += " and " + many(n, "file")
	}
	return who + " removed " + texts + " from the record: " + e.Why
}
