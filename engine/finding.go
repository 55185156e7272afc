package engine

import (
	"encoding/json"
	"fmt"
	"time"

	"tocsin/incident"
	"tocsin/journal"
)

// Found is a finding in the record of its protocol: what a detector found, and where that led.
type Found struct {
	Number   uint64 // in the record, from 1
	Recorded time.Time
	incident.Finding
	Incident string             // that it led to; empty if it called nobody
	Muted    *KeptQuiet         // why it called nobody although its detector calls people; nil if it was not muted
	Exercise *incident.Exercise // that it belongs to; nil in earnest
}

// The places where a finding leads.
const (
	LedToIncident = "incident"
	LedToRecord   = "observed"
	LedToMuted    = "muted"
)

// Led says where the finding led: to an incident, or nowhere, because its detector only observes or is muted.
func (f *Found) Led() string {
	switch {
	case f.Incident != "":
		return LedToIncident
	case f.Muted != nil:
		return LedToMuted
	}
	return LedToRecord
}

// KeptQuiet is the mute under which a finding came.
type KeptQuiet struct {
	Number uint64    `json:"number"` // of the mute
	By     []string  `json:"by"`     // persons
	Until  time.Time `json:"until"`
}

// eventFound is a finding, as it stands in the record.
type eventFound struct {
	Finding  incident.Finding   `json:"finding"`
	Incident string             `json:"incident,omitempty"`
	Muted    *KeptQuiet         `json:"muted,omitempty"`
	Exercise *incident.Exercise `json:"exercise,omitempty"`
}

// eventRetracted says that a finding no longer counts.
type eventRetracted struct {
	Finding string `json:"finding"`
	Why     string `json:"why"`
	Muted   uint64 `json:"muted,omitempty"` // number of the mute that it came under
}

// The kinds of events in the record of findings; they are those of incidents.
var (
	kindFound     = incident.EventFinding{}.Kind()
	kindRetracted = incident.EventRetracted{}.Kind()
)

// noted is one event of the record of findings: one of found and retracted is set, neither for what a newer release wrote.
type noted struct {
	found     *Found
	retracted *eventRetracted
}

func readNoted(r journal.Record) (noted, error) {
	env, err := r.Open(nil)
	if err != nil {
		return noted{}, err
	}
	if env.KindV != incident.KindVersion {
		return noted{}, nil
	}
	var n noted
	switch env.Kind {
	case kindFound:
		var ev eventFound
		if err = json.Unmarshal(env.Data, &ev); err == nil {
			n.found = &Found{Number: env.Seq, Recorded: env.At, Finding: ev.Finding, Incident: ev.Incident, Muted: ev.Muted, Exercise: ev.Exercise}
		}
	case kindRetracted:
		n.retracted = &eventRetracted{}
		err = json.Unmarshal(env.Data, n.retracted)
	}
	if err != nil {
		return noted{}, fmt.Errorf("read finding %d of %s: %w", env.Seq, r.Stream, err)
	}
	return n, nil
}
