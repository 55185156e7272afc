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
	"errors"
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
	// Unseal opens a file of a plan that is encrypted, such as the script of a scenario; nil if there is no key.
	Unseal func(name string, file []byte) ([]byte, error)
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
	unseal   func(name string, file []byte) ([]byte, error)
	carriers map[string]Carrier
	bell     bell
	audited  audited
	pending  vigil // over deliveries
	leases   vigil
	pace     pace
	urgent   chan string // ids of deliveries stored by this process
	grown    chan string // ids of incidents of which a snapshot is wanted

	observing  sync.Mutex    // held while an observation changes incidents, for it locks several
	openingNow chan struct{} // holds one while this process opens an incident by hand: they would take the same number

	mu      sync.Mutex
	entries map[string]*entry     // incidents lately used
	plans   map[string]*plan.Plan // by hash; plans never change
	records map[string]*planEntry // of plans, by protocol
	mutes   map[string]*muteEntry // by protocol
	arms    map[string]*armEntry  // by protocol

	sessions  map[string]*sessionEntry // exercises, by id
	dresser   Dresser                  // nil: exercises have no live worlds
	cadenceAt time.Time                // when it is looked at again whether exercises are due
}

// New returns an engine over a store.
func New(o Options) *Engine {
	e := &Engine{
		store: o.Store, node: o.Node, clock: steady{read: o.Now}, random: o.Random, log: o.Logger, poll: o.Poll, contacts: o.Contacts, unseal: o.Unseal,
		carriers: map[string]Carrier{}, urgent: make(chan string, workers), grown: make(chan string, workers),
		openingNow: make(chan struct{}, 1), entries: map[string]*entry{}, plans: map[string]*plan.Plan{},
		records: map[string]*planEntry{}, mutes: map[string]*muteEntry{}, arms: map[string]*armEntry{}, sessions: map[string]*sessionEntry{},
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
	if err := direct(cmd.Op); err != nil {
		return nil, err
	}
	e.name(&cmd)
	v, err := e.do(ctx, id, func(*View) (incident.Command, error) { return cmd, nil })
	if errors.Is(err, errApart) {
		return e.apart(ctx, id, cmd)
	}
	if err == nil {
		e.keyUsed(ctx, v, cmd)
	}
	return v, err
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
