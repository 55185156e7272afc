package exercise

import (
	"time"

	"tocsin/fault"
)

// OpPublish says that who acts publishes the report without names: they have read it, and it names nobody. Anybody of the core team may.
type OpPublish struct{}

func (OpPublish) op() {}

// EventPublished says that the report was published without names.
type EventPublished struct {
	By string `json:"by"`
}

// Kind names the event in the record.
func (EventPublished) Kind() string { return "exercise-published" }

// Publication is that somebody published the report without names.
type Publication struct {
	By string    `json:"by"`
	At time.Time `json:"at"`
}

func (d *decider) publish() error {
	by, err := d.core()
	if err != nil {
		return err
	}
	if d.s.Phase != Ended {
		return fault.New(fault.Conflict, "The exercise is not over: there is nothing to publish yet.").Instead("End it first.")
	}
	if err := full(len(d.s.Published), maxList, "publications"); err != nil {
		return err
	}
	d.emit(EventPublished{By: by})
	return nil
}
