package engine

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"tocsin/fault"
	"tocsin/incident"
	"tocsin/store"
)

// turns is the queue of commands to one incident. Who comes while others are being stored waits, and is then carried out
// together with everybody who has come by then:
//
//	join ─▶ wait for the lead ─▶ take all who wait ─▶ load ─▶ decide each, in order ─▶ one commit ─▶ tell each
//	               │                                    ▲                                  │
//	               └ another's lead did it: told        └── another node was first ────────┘
//
// Each is decided on what those before it leave, so that it is as if they had come one after the other.
type turns struct {
	lead chan struct{} // holds one while somebody carries out commands

	mu      sync.Mutex
	waiting []*turn
}

// turn is one command that waits to be carried out.
type turn struct {
	ctx     context.Context
	command func(*View) (incident.Command, error) // made of how the incident stands when its turn comes
	told    chan struct{}                         // closed once what follows is known
	view    *View
	err     error
}

// The most that is carried out together.
const (
	turnsTogether   = 64
	recordsTogether = 1000 // no command is added to so many events
)

func newTurns() turns { return turns{lead: make(chan struct{}, 1)} }

func (q *turns) join(t *turn) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(q.waiting, t)
}

// idle reports whether nobody waits or has the lead.
func (q *turns) idle() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.waiting) == 0 && len(q.lead) == 0
}

// next takes those who wait, the first come first.
func (q *turns) next() []*turn {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := min(len(q.waiting), turnsTogether)
	list := q.waiting[:n:n]
	if q.waiting = q.waiting[n:]; len(q.waiting) == 0 {
		q.waiting = nil
	}
	return list
}

func (t *turn) tell(v *View, err error) {
	t.view, t.err = v, err
	close(t.told)
}

// do carries out the command that is made of how the incident stands, and returns how it stands then.
func (e *Engine) do(ctx context.Context, id string, command func(*View) (incident.Command, error)) (*View, error) {
	t := &turn{ctx: ctx, command: command, told: make(chan struct{})}
	ent := e.entry(id)
	ent.turns.join(t)
	select {
	case ent.turns.lead <- struct{}{}:
		defer func() { <-ent.turns.lead }()
	case <-t.told:
		return t.view, t.err
	case <-ctx.Done(): // whoever has the lead may have begun to carry it out
		return nil, fmt.Errorf("wait for other commands to incident %s: %w", id, ctx.Err())
	}
	for {
		select {
		case <-t.told:
			return t.view, t.err
		default:
			e.lead(ent)
		}
	}
}

// lead carries out the commands that wait.
func (e *Engine) lead(ent *entry) {
	ent.mu.Lock()
	defer ent.mu.Unlock()
	var list []*turn
	for _, t := range ent.turns.next() {
		if err := t.ctx.Err(); err != nil {
			t.tell(nil, fmt.Errorf("wait for other commands to incident %s: %w", ent.id, err))
			continue
		}
		list = append(list, t)
	}
	for len(list) > 0 {
		list = e.carryOut(ent, list)
	}
}

// carryOut carries out the first commands of a list in one commit, and returns those that are left. What fails for the sake
// of one command is tried again with each by itself, so that none spoils another.
func (e *Engine) carryOut(ent *entry, list []*turn) []*turn {
	wanted := make([]context.Context, len(list))
	for i, t := range list {
		wanted[i] = t.ctx
	}
	ctx, cancel := store.WhileAny(wanted)
	defer cancel()
	left, err := e.attempt(ctx, ent, list)
	if err == nil {
		return left
	}
	if alone := len(list) == 1; alone || ctx.Err() != nil || fault.Is(err, fault.Unavailable) {
		for _, t := range list {
			t.tell(nil, err)
		}
		return nil
	}
	for _, t := range list {
		if _, err := e.attempt(t.ctx, ent, []*turn{t}); err != nil {
			t.tell(nil, err)
		}
	}
	return nil
}

// attempt decides commands one after the other and stores what follows at once. It returns those for which there was no room
// any more. Nobody has been told anything if it fails.
func (e *Engine) attempt(ctx context.Context, ent *entry, list []*turn) ([]*turn, error) {
	for tried := uint64(0); ; {
		v, err := e.refresh(ctx, ent)
		if err != nil {
			return nil, err
		}
		b := batch{engine: e, view: v}
		for _, t := range list {
			if b.full() {
				break
			}
			b.add(t)
		}
		if err := b.store(ctx); err != nil {
			if isConflict(err) && v.State.Version != tried {
				tried = v.State.Version
				continue // another node was first: decide again on what it wrote
			}
			return nil, err
		}
		ent.view = b.view
		for i, r := range b.results {
			list[i].tell(r.view, r.err)
		}
		return list[len(b.results):], nil
	}
}

// batch is what several commands to one incident come to: one commit.
type batch struct {
	engine  *Engine
	view    *View // as the commands so far leave it
	commit  store.Commit
	ids     []string // of the commands that changed something
	results []result // of each command
}

// result is what a command is answered once the batch is stored.
type result struct {
	view *View
	err  error
}

func (b *batch) full() bool {
	return len(b.commit.Appends) > 0 && len(b.commit.Appends[0].Records) >= recordsTogether
}

// add decides a command on what those before it leave. One that is refused changes nothing.
func (b *batch) add(t *turn) {
	cmd, err := t.command(b.view)
	if err != nil {
		b.results = append(b.results, result{err: err})
		return
	}
	if slices.Contains(b.ids, cmd.ID) { // the same once more
		b.results = append(b.results, result{view: b.view})
		return
	}
	c, next, err := b.engine.happen(b.view, cmd)
	if err == nil && next != nil && b.view.State.Into != nil && next.State.Into == nil {
		err = errApart
	}
	if err != nil {
		b.results = append(b.results, result{err: err})
		return
	}
	if next != nil {
		b.join(c)
		b.view, b.ids = next, append(b.ids, cmd.ID)
	}
	b.results = append(b.results, result{view: b.view})
}

// join adds to the commit what another command comes to.
func (b *batch) join(c store.Commit) {
	if len(b.commit.Appends) == 0 {
		b.commit = c
		return
	}
	b.commit.Appends[0].Records = append(b.commit.Appends[0].Records, c.Appends[0].Records...)
	b.commit.Deliveries = append(b.commit.Deliveries, c.Deliveries...)
	b.commit.Links = append(b.commit.Links, c.Links...)
}

// store stores what the commands come to, if anything, and remembers that they were carried out.
func (b *batch) store(ctx context.Context) error {
	if len(b.ids) == 0 {
		return nil
	}
	if err := b.view.head(&b.commit); err != nil {
		return err
	}
	if err := b.engine.commit(ctx, b.commit); err != nil {
		return err
	}
	for _, id := range b.ids {
		b.view.State.Carried(id)
	}
	return nil
}
