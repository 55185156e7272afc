// Package engine owns the one door: whatever changes an incident is a command that passes through it. It loads, lets the
// core decide, and appends the events together with the deliveries they want, in one transaction; then it wakes whoever
// waits.
//
//	command ─▶ queue per incident ─▶ load ─▶ Decide ─▶ commit {events, deliveries, links, due time} ─▶ wake
//	   ▲                                        │ somebody else was first: load and decide again
//	   └── timers (each second) and carriers' reports come back as commands
package engine

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/plan"
	"tocsin/store"
)

// Options are what an engine is made of.
type Options struct {
	Store  store.Store
	Node   string           // name of this process among those that share the database
	Now    func() time.Time // nil: time.Now
	Random io.Reader        // nil: crypto/rand
	Logger *slog.Logger     // nil: none
	Poll   time.Duration    // how often it asks for what other processes stored and the database did not tell; 1s if zero

	// Contacts opens the sealed contact details of a plan with the files that were stored with it; nil if there is no key.
	Contacts func(p *plan.Plan, files map[string][]byte) error
}

// Engine is the only writer. It is safe for concurrent use; several engines may share one database.
type Engine struct {
	store  store.Store
	node   string
	clock  steady
	random io.Reader
	log    *slog.Logger
	poll   time.Duration

	contacts func(*plan.Plan, map[string][]byte) error
	carriers map[string]Carrier
	bell     bell
	audited  audited
	urgent   chan string // ids of deliveries stored by this process
	grown    chan string // ids of incidents of which a snapshot is wanted

	observing sync.Mutex // held while an observation changes incidents, for it locks several

	mu      sync.Mutex
	entries map[string]*entry     // incidents lately used
	plans   map[string]*plan.Plan // by hash; plans never change
	records map[string]*planEntry // of plans, by protocol
	mutes   map[string]*muteEntry // by protocol
}

// New returns an engine over a store.
func New(o Options) *Engine {
	e := &Engine{
		store: o.Store, node: o.Node, clock: steady{read: o.Now}, random: o.Random, log: o.Logger, poll: o.Poll, contacts: o.Contacts,
		carriers: map[string]Carrier{}, urgent: make(chan string, workers), grown: make(chan string, workers), entries: map[string]*entry{}, plans: map[string]*plan.Plan{},
		records: map[string]*planEntry{}, mutes: map[string]*muteEntry{},
	}
	if e.clock.read == nil {
		e.clock.read = time.Now
	}
	if e.random == nil {
		e.random = rand.Reader
	}
	if e.log == nil {
		e.log = slog.New(slog.DiscardHandler)
	}
	if e.poll <= 0 {
		e.poll = pollEvery
	}
	if e.node == "" {
		e.node = e.id("node")
	}
	return e
}

func (e *Engine) now() time.Time { return e.clock.now().Truncate(time.Microsecond) }

// Now is the engine's time, by which what is due becomes due: that of the machine, but it never goes back.
func (e *Engine) Now() time.Time { return e.now() }

// bytes draws random bytes. Without randomness nothing here is safe, so its failure ends the process, as crypto/rand does.
func (e *Engine) bytes(n int) []byte {
	b := make([]byte, n)
	if _, err := io.ReadFull(e.random, b); err != nil {
		panic(fmt.Sprintf("draw random bytes: %v", err))
	}
	return b
}

func (e *Engine) id(prefix string) string { return fmt.Sprintf("%s-%x", prefix, e.bytes(8)) }

func (e *Engine) salt() [16]byte { return [16]byte(e.bytes(16)) }

// stream names an incident's stream.
func stream(id string) string { return kindIncident + "/" + id }

// The kinds of streams.
const (
	kindIncident = "incident"
	kindPlan     = "plan"
	kindFindings = "findings"
	kindMutes    = "mutes"
)

// Do carries out a command on an incident and returns how the incident stands then. A command whose ID was carried out
// before changes nothing; an empty ID gets a random one. Errors are faults: conflict if somebody else was first.
func (e *Engine) Do(ctx context.Context, id string, cmd incident.Command) (*View, error) {
	if id == "" {
		return nil, fault.New(fault.NotFound, "An incident is needed.")
	}
	if _, opening := cmd.Op.(incident.OpOpen); opening {
		return nil, fault.New(fault.Invalid, "An incident is opened by Open.")
	}
	e.name(&cmd)
	return e.do(ctx, id, func(*View) (incident.Command, error) { return cmd, nil })
}

// do carries out the command that is made of how the incident stands.
func (e *Engine) do(ctx context.Context, id string, command func(*View) (incident.Command, error)) (*View, error) {
	ent := e.entry(id)
	ent.mu.Lock()
	defer ent.mu.Unlock()
	for tried := uint64(0); ; {
		v, err := e.refresh(ctx, ent)
		if err != nil {
			return nil, err
		}
		cmd, err := command(v)
		if err != nil {
			return nil, err
		}
		c, next, err := e.decide(v, cmd)
		if err != nil {
			return nil, err
		}
		if next == nil {
			return v, nil
		}
		if err := e.commit(ctx, c); err != nil {
			if isConflict(err) && v.State.Version != tried {
				tried = v.State.Version
				continue // another node was first: decide again on what it wrote
			}
			return nil, err
		}
		next.State.Carried(cmd.ID)
		ent.view = next
		return next, nil
	}
}

// name gives a command an id of its own if it has none. The ids that people's programs choose are kept apart from Tocsin's
// and from each other's: nobody can have somebody else's command taken for one that was carried out.
func (e *Engine) name(cmd *incident.Command) {
	switch {
	case cmd.ID == "":
		cmd.ID = e.id("cmd")
	case cmd.Actor.Kind == journal.Person:
		cmd.ID = "person/" + cmd.Actor.ID + "/" + cmd.ID
	}
}

// Open opens an incident by hand: cmd.Op is an OpOpen; the engine gives it its id, plan and protocol if they are empty.
func (e *Engine) Open(ctx context.Context, cmd incident.Command) (*View, error) {
	op, ok := cmd.Op.(incident.OpOpen)
	if !ok {
		return nil, fault.New(fault.Internal, "Open takes an OpOpen.")
	}
	e.name(&cmd)
	mark := "command/" + cmd.ID
	for {
		seen, err := e.store.Seen(ctx, []string{mark})
		if err != nil {
			return nil, fmt.Errorf("look up command: %w", err)
		}
		if id := seen[mark]; id != "" { // the same form sent twice
			return e.View(ctx, id)
		}
		c, next, err := e.opening(ctx, cmd, op, nil)
		if err != nil {
			return nil, err
		}
		c.Marks = map[string]string{mark: next.State.ID}
		if err := e.commit(ctx, c); err != nil {
			if isConflict(err) {
				continue
			}
			return nil, err
		}
		ent := e.entry(next.State.ID)
		ent.mu.Lock()
		defer ent.mu.Unlock()
		return e.refresh(ctx, ent)
	}
}

// opening prepares the commit that opens an incident. taken counts incidents that the same commit opens besides.
func (e *Engine) opening(ctx context.Context, cmd incident.Command, op incident.OpOpen, taken map[string]bool) (store.Commit, *View, error) {
	if op.Protocol == "" {
		ids, err := e.Protocols(ctx)
		if err != nil {
			return store.Commit{}, nil, err
		}
		if len(ids) != 1 {
			return store.Commit{}, nil, fault.New(fault.Invalid, "This server holds %d plans.", len(ids)).Instead("Name the protocol.")
		}
		op.Protocol = ids[0]
	}
	p, err := e.InForce(ctx, op.Protocol)
	if err != nil {
		return store.Commit{}, nil, err
	}
	op.Plan = p.Hash()
	if op.ID, err = e.number(ctx, taken); err != nil {
		return store.Commit{}, nil, err
	}
	cmd.Op = op
	return e.decide(&View{State: &incident.State{}, Plan: p, engine: e, id: op.ID}, cmd)
}

// number finds the next free incident id: the day and a number. A day's numbers have no gaps, so it need not ask for each.
func (e *Engine) number(ctx context.Context, taken map[string]bool) (string, error) {
	day := e.now().Format(time.DateOnly)
	id := func(n int) string { return fmt.Sprintf("%s-%d", day, n) }
	used := func(n int) (bool, error) {
		if taken[id(n)] {
			return true, nil
		}
		_, err := e.store.Head(ctx, stream(id(n)))
		if isNotFound(err) {
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("number incident: %w", err)
		}
		return true, nil
	}
	last, free := 0, 1 // the one is used, the other not, once the first loop has ended
	for {
		is, err := used(free)
		if err != nil {
			return "", err
		}
		if !is {
			break
		}
		last, free = free, free*2
	}
	for free-last > 1 {
		middle := (last + free) / 2
		is, err := used(middle)
		if err != nil {
			return "", err
		}
		if is {
			last = middle
		} else {
			free = middle
		}
	}
	return id(free), nil
}

// decide turns a command into the commit that carries it out and the view that results; nil if it changes nothing.
func (e *Engine) decide(v *View, cmd incident.Command) (store.Commit, *View, error) {
	if v.ReadOnly != nil {
		return store.Commit{}, nil, fault.New(fault.Unavailable, "This incident holds events of a newer release.").Instead("Use a node of that release.").Because(v.ReadOnly)
	}
	now := e.now()
	if now.Before(v.State.Last) {
		now = v.State.Last
	}
	cmd.Actor.Node = e.node
	events, err := incident.Decide(v.Plan, v.State, cmd, now)
	if err != nil || len(events) == 0 {
		return store.Commit{}, nil, err
	}
	if err := calls(v.Plan, events); err != nil {
		return store.Commit{}, nil, err
	}
	// What is appended lies behind what v shows, and only the newest view is appended to: no view ever changes.
	shown := *v
	next := &shown
	next.State = v.State.Next()
	var c store.Commit
	a := store.Append{Stream: stream(v.id), Expect: v.State.Version, Kind: kindIncident, Protocol: v.State.Protocol}
	for _, ev := range events {
		r, err := e.seal(next, ev, cmd, now)
		if err != nil {
			return store.Commit{}, nil, err
		}
		next.State.Apply(incident.Happened{Event: ev, At: r.At, Actor: cmd.Actor}) // its command counts once it is stored
		next.Events, next.Head = next.Events+1, r.Hash
		a.Records = append(a.Records, r)
		for _, d := range incident.Dispatches(next.State, ev) {
			del, link, err := e.deliver(next.State, d, now)
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
	a.Protocol = next.State.Protocol
	a.DueAt = incident.NextDue(next.Plan, next.State)
	a.Open = !next.State.Phase.Over()
	if a.Summary, err = marshal(incident.SummaryOf(next.Plan, next.State)); err != nil {
		return store.Commit{}, nil, err
	}
	c.Appends = []store.Append{a}
	return c, next, nil
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

// commit writes and rings the bell.
func (e *Engine) commit(ctx context.Context, c store.Commit) error {
	if err := e.store.Commit(ctx, c); err != nil {
		if isConflict(err) || isLost(err) {
			return err
		}
		return fmt.Errorf("store events: %w", err)
	}
	e.bell.ring()
	for _, d := range c.Deliveries {
		if urgent(d.Kind) {
			select {
			case e.urgent <- d.ID:
			default: // nobody works here, or very many: the workers and the sweep have it too
			}
		}
	}
	return nil
}
