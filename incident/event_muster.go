package incident

// EventNobody says that everybody is called and nobody has come; it is told to whoever watches the server.
type EventNobody struct {
	Deliveries []Post `json:"deliveries"`
}

func (EventNobody) Kind() string { return "nobody-came" }
