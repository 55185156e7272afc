package engine

import (
	"fmt"
	"slices"
	"time"

	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/store"
)

// decide turns a command into the commit that carries it out and the view that results; nil if it changes nothing.
func (e *Engine) decide(v *View, cmd incident.Command) (store.Commit, *View, error) {
	c, next, err := e.happen(v, cmd)
	if err != nil || next == nil {
		return store.Commit{}, nil, err
	}
	return c, next, next.head(&c)
}

// happen is decide without what lists show of the incident, which is for head to add after the last command.
func (e *Engine) happen(v *View, cmd incident.Command) (store.Commit, *View, error) {
	if v.ReadOnly != nil {
		return store.Commit{}, nil, fault.New(fault.Unavailable, "This incident holds events of a newer release.").Instead("Use a node of that release.").Because(v.ReadOnly)
	}
	real := e.realTime(v.id, v.State.Clock(), v.State.Last)
	now := v.State.Now(real)
	switch op := cmd.Op.(type) {
	case incident.OpOpen:
		now = op.Exercise.Now(real)
		op.Findings = timed(op.Exercise, op.Findings)
		cmd.Op = op
	case incident.OpFind:
		op.Findings = timed(v.State.Exercise, op.Findings)
		cmd.Op = op
	}
	cmd.Actor.Node = e.node
	events, err := incident.Decide(v.Plan, v.State, cmd, now)
	if err != nil || len(events) == 0 {
		return store.Commit{}, nil, err
	}
	by := v.Plan
	if op, ok := cmd.Op.(incident.OpAdopt); ok {
		by = op.Plan
	}
	if err := calls(by, events); err != nil {
		return store.Commit{}, nil, err
	}
	// What is appended lies behind what v shows, and only the newest view is appended to: no view ever changes.
	shown := *v
	next := &shown
	next.State, next.Plan = v.State.Next(), by
	var c store.Commit
	a := store.Append{Stream: stream(v.id), Expect: v.State.Version, Kind: kindIncident, Records: make([]journal.Record, 0, len(events))}
	for _, ev := range events {
		r, err := e.seal(next, ev, cmd, now)
		if err != nil {
			return store.Commit{}, nil, err
		}
		next.State.Apply(incident.Happened{Event: ev, At: r.At, Actor: cmd.Actor}) // its command counts once it is stored
		next.Events, next.Head = next.Events+1, r.Hash
		a.Records = append(a.Records, r)
		for _, d := range incident.Dispatches(next.State, ev) {
			del, link, err := e.deliver(next.State, d, real)
			if err != nil {
				return store.Commit{}, nil, err
			}
			c.Deliveries = append(c.Deliveries, del)
			if link != nil {
				c.Links = append(c.Links, *link)
			}
		}
	}
	next.Kinds = tallied(v.Kinds, a.Records)
	c.Appends = []store.Append{a}
	return c, next, nil
}

// timed puts findings into the time of an exercise. Those of a chain are: the blocks of a drill chain carry what the clock showed.
func timed(x *incident.Exercise, findings []incident.Finding) []incident.Finding {
	if x == nil || x.Clock == nil {
		return findings
	}
	findings = slices.Clone(findings)
	for i := range findings {
		if findings[i].Chain == 0 {
			findings[i].At = x.Clock.Now(findings[i].At)
		}
	}
	return findings
}

// head completes the append of a commit to an incident: as the view has it, which is how the commit leaves it.
func (v *View) head(c *store.Commit) (err error) {
	a := &c.Appends[0]
	a.Protocol, a.DueAt, a.Open = v.State.Protocol, v.due(), !v.State.Phase.Over()
	a.Summary, err = marshal(incident.SummaryOf(v.Plan, v.State))
	return err
}

// due is when the incident must be looked at again, in real time; zero if never, as things stand.
func (v *View) due() time.Time {
	due := incident.NextDue(v.Plan, v.State)
	if due.IsZero() {
		return due
	}
	due, _ = v.State.Real(due)
	return due
}

func (e *Engine) seal(v *View, ev incident.Event, cmd incident.Command, now time.Time) (journal.Record, error) {
	r, err := journal.Seal(v.Head, journal.Envelope{
		Stream: stream(v.id), Seq: v.State.Version + 1, Kind: ev.Kind(), KindV: incident.KindVersion, At: now, Actor: cmd.Actor, Command: cmd.ID,
	}, ev, e.salt)
	if err != nil {
		return journal.Record{}, fmt.Errorf("seal %s: %w", ev.Kind(), err)
	}
	return r, nil
}
