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
}

// EventRedacted says that texts about people were removed. It must not hold what it removed, so it has no personal text.
type EventRedacted struct {
	By    string `json:"by"` // person; empty if the plan's retention did it
	Texts int    `json:"texts"`
	Some  string `json:"some,omitempty"`
	Why   string `json:"why"`
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
	case op.Texts < 1:
		return fault.New(fault.Invalid, "There is nothing to be removed.")
	case op.Some == "" && !d.s.Phase.Over():
		return fault.New(fault.Conflict, "The incident is still going on, and its texts are needed.").
			Instead("Remove only those that contain something, or wait until it is closed.")
	}
	d.emit(EventRedacted{By: by, Texts: op.Texts, Some: clean(op.Some), Why: why})
	return nil
}

// describeRedacted says what was removed.
func describeRedacted(e EventRedacted, name func(string) string) string {
	who := "Tocsin"
	if e.By != "" {
		who = name(e.By)
	}
	texts := fmt.Sprintf("%d texts", e.Texts)
	if e.Texts == 1 {
		texts = "1 text"
	}
	if e.Some != "" {
		texts += " " + e.Some
	}
	return who + " removed " + texts + " about people from the record: " + e.Why
}
