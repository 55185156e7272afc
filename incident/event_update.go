package incident

import (
	"time"

	"tocsin/journal"
)

// The events of the clocks: of what is owed, what is waived, and where responders meet.
type (
	// EventWaived says that a communication is not owed although the plan wants it here.
	EventWaived struct {
		Communication string           `json:"communication"`
		By            string           `json:"by"`
		Why           journal.Personal `json:"why"`
	}
	// EventReinstated says that a communication is owed although the plan, or somebody, had waived it.
	EventReinstated struct {
		Communication string           `json:"communication"`
		By            string           `json:"by"`
		Why           journal.Personal `json:"why"`
	}
	// EventPinned shows a link to everybody who is called from now on. Without a name it is the responders' room.
	EventPinned struct {
		Name string           `json:"name,omitempty"`
		Link journal.Personal `json:"link"`
		By   string           `json:"by"`
	}
	// EventUpdateMoved says that an update is owed at another time, because the severity changed.
	EventUpdateMoved struct {
		ID  string    `json:"id"`
		Due time.Time `json:"due"`
	}
	// EventUpdateSoon reminds whoever owes an update before it is due; only once the incident is contained.
	EventUpdateSoon struct {
		ID    string `json:"id"`
		Calls []Ring `json:"calls"`
	}
	// EventUpdateMissed says that an update was not posted in time. Before containment nobody is called for it.
	EventUpdateMissed struct {
		ID    string    `json:"id"`
		Round int       `json:"round,omitempty"` // of calling people about it; 0 if nobody is called
		Next  time.Time `json:"next"`            // when people are called about it again, once the incident is contained
		Calls []Ring    `json:"calls,omitempty"`
	}
	// EventUpdateRerouted sends an update whose channel failed over another one.
	EventUpdateRerouted struct {
		ID       string `json:"id"`
		From     string `json:"from"`               // channel that failed
		Channel  string `json:"channel"`            // where it goes instead; From if the plan names no backup
		Delivery string `json:"delivery,omitempty"` // empty: somebody has to do it by hand
		Contact  string `json:"contact,omitempty"`  // kind of the channel
		To       string `json:"to,omitempty"`
	}
	// EventUpdatePassedOn says that somebody posted by hand what Tocsin could not.
	EventUpdatePassedOn struct {
		ID       string   `json:"id"`
		By       string   `json:"by"`
		Channels []string `json:"channels"`
	}
)

// Ring is one message to one person about something that is owed.
type Ring struct {
	Person   string           `json:"person"`
	Delivery string           `json:"delivery"`
	Contact  string           `json:"contact"`
	To       journal.Personal `json:"to"`
}

func (EventWaived) Kind() string         { return "waived" }
func (EventReinstated) Kind() string     { return "reinstated" }
func (EventPinned) Kind() string         { return "pinned" }
func (EventUpdateMoved) Kind() string    { return "update-moved" }
func (EventUpdateSoon) Kind() string     { return "update-soon" }
func (EventUpdateMissed) Kind() string   { return "update-missed" }
func (EventUpdateRerouted) Kind() string { return "update-rerouted" }
func (EventUpdatePassedOn) Kind() string { return "update-passed-on" }
