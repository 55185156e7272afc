package access

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// proven is an identity that a session proves, since it was proven.
type proven struct {
	Identity
	Begun time.Time
}

// The fields of a session. The identity proven last stands in fields of its own, where releases look that know of one only.
const (
	fieldProtocol = "protocol"
	fieldPerson   = "person"
	fieldBegun    = "begun" // RFC 3339
	fieldAlso     = "also"  // JSON: the other identities
)

// keptIdentity is one of the other identities, as it is stored.
type keptIdentity struct {
	Protocol string    `json:"protocol"`
	Person   string    `json:"person"`
	Begun    time.Time `json:"begun"`
}

// keep writes what a session proves, the newest first.
func (a *Access) keep(session context.Context, list []proven) error {
	a.sessions.Put(session, fieldProtocol, list[0].Protocol)
	a.sessions.Put(session, fieldPerson, list[0].Person)
	a.sessions.Put(session, fieldBegun, list[0].Begun.Format(time.RFC3339Nano))
	if len(list) == 1 {
		return nil
	}
	var also []keptIdentity
	for _, x := range list[1:] {
		also = append(also, keptIdentity{x.Protocol, x.Person, x.Begun})
	}
	b, err := json.Marshal(also)
	if err != nil {
		return fmt.Errorf("write a session: %w", err)
	}
	a.sessions.Put(session, fieldAlso, string(b))
	return nil
}

// kept reads what a session proves. What cannot be read proves nothing.
func (a *Access) kept(session context.Context) []proven {
	var list []proven
	add := func(protocol, person string, begun time.Time) {
		if protocol != "" && person != "" && !begun.IsZero() {
			list = append(list, proven{Identity{protocol, person}, begun})
		}
	}
	begun, _ := time.Parse(time.RFC3339Nano, a.sessions.GetString(session, fieldBegun))
	add(a.sessions.GetString(session, fieldProtocol), a.sessions.GetString(session, fieldPerson), begun)
	var also []keptIdentity
	if text := a.sessions.GetString(session, fieldAlso); text != "" && json.Unmarshal([]byte(text), &also) == nil {
		for _, x := range also {
			add(x.Protocol, x.Person, x.Begun)
		}
	}
	return list
}
