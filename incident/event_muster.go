package incident

// EventNobody says that everybody is called and nobody has come; it is told to whoever watches the server.
type EventNobody struct {
	Deliveries []Post `json:"deliveries"`
}

func (EventNobody) Kind() string { return "nobody-came" }

// EventWentQuiet says that somebody who had come does nothing and has not said that they are still there: they count as gone.
type EventWentQuiet struct {
	Person string `json:"person"`
}

func (EventWentQuiet) Kind() string { return "went-quiet" }

// EventOutOfReach says that a decision cannot be met any more by those who may still come, and what the plan has instead.
type EventOutOfReach struct {
	Decision string   `json:"decision"` // of the incident
	Lost     []Absent `json:"lost"`
	Could    []string `json:"could,omitempty"`   // persons whose approval would help
	Instead  []string `json:"instead,omitempty"` // sentences
}

func (EventOutOfReach) Kind() string { return "out-of-reach" }

// EventWithinReach says that such a decision can be met again.
type EventWithinReach struct {
	Decision string `json:"decision"`
}

func (EventWithinReach) Kind() string { return "within-reach" }
