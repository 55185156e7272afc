package engine

import (
	"context"
	"fmt"
	"time"

	"tocsin/incident"
	"tocsin/journal"
	"tocsin/store"
)

// ledger is the end of the record of a protocol's findings, as a draft leaves it so far.
type ledger struct {
	version uint64
	head    [32]byte  // hash of the last event
	last    time.Time // when it happened
}

// open reads where the record of findings ends. Whoever adds to it meanwhile makes the commit fail.
func (d *draft) open(ctx context.Context, protocol string) (*ledger, error) {
	if d.ledger != nil {
		return d.ledger, nil
	}
	version, err := d.engine.findings(ctx, protocol)
	if err != nil {
		return nil, err
	}
	l := &ledger{version: version}
	if version > 0 {
		last, err := d.engine.store.Window(ctx, findingsStream(protocol), version-1, 1)
		if err != nil {
			return nil, fmt.Errorf("load findings: %w", err)
		}
		if len(last) == 0 {
			return nil, fmt.Errorf("load findings: number %d is missing", version)
		}
		l.head, l.last = last[0].Hash, last[0].At
	}
	d.ledger = l
	return l, nil
}

// write adds an event to the record of findings.
func (d *draft) write(ctx context.Context, protocol string, actor journal.Actor, kind string, event any) error {
	l, err := d.open(ctx, protocol)
	if err != nil {
		return err
	}
	now := d.engine.now()
	if now.Before(l.last) {
		now = l.last
	}
	actor.Node = d.engine.node
	name := findingsStream(protocol)
	r, err := journal.Seal(l.head, journal.Envelope{
		Stream: name, Seq: l.version + 1, Kind: kind, KindV: incident.KindVersion, At: now, Actor: actor,
	}, event, d.engine.salt)
	if err != nil {
		return fmt.Errorf("seal %s: %w", kind, err)
	}
	d.add(store.Commit{Appends: []store.Append{{Stream: name, Expect: l.version, Kind: kindFindings, Protocol: protocol, Records: []journal.Record{r}}}})
	l.version, l.head, l.last = l.version+1, r.Hash, r.At
	return nil
}

// note records a finding and where it led.
func (d *draft) note(ctx context.Context, o Observation, ev eventFound) error {
	ev.Exercise = o.Exercise
	if ev.Incident != "" { // texts about people stand in the incident, and nowhere else
		ev.Finding.Text, ev.Finding.Contact = "", ""
	}
	return d.write(ctx, o.Protocol, journal.Actor{Kind: journal.Detector, ID: ev.Finding.Detector}, kindFound, ev)
}
