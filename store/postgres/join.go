package postgres

import (
	"context"
	"maps"
	"slices"
	"sync"

	"tocsin/fault"
	"tocsin/store"
)

// The measures of joining.
const (
	lanes           = 4    // transactions of joined commits at a time: one that has to wait for another node keeps none of the others waiting
	commitsTogether = 64   // commits that one transaction holds at most
	recordsTogether = 1000 // no commit is added to so many records and deliveries
)

// joint lets commits that come while others are under way share one transaction. What fails then is tried again with each by
// itself, so that none spoils another.
type joint struct {
	lane chan struct{}

	mu      sync.Mutex
	waiting []*joined
}

// joined is one commit that waits for its transaction.
type joined struct {
	ctx    context.Context
	commit store.Commit
	told   chan struct{} // closed once err is known
	err    error
}

func newJoint() *joint { return &joint{lane: make(chan struct{}, lanes)} }

// joins reports whether a commit may share a transaction: one that only adds. What a lease guards and what removes texts has
// its own.
func joins(c store.Commit) bool {
	return len(c.Watch)+len(c.Redactions)+len(c.Forget)+len(c.Files)+len(c.Discard) == 0
}

// commit stores a commit, together with those that have come by the time that it is its turn.
func (j *joint) commit(ctx context.Context, c store.Commit, write func(context.Context, store.Commit) error) error {
	w := &joined{ctx: ctx, commit: c, told: make(chan struct{})}
	j.mu.Lock()
	j.waiting = append(j.waiting, w)
	j.mu.Unlock()
	select {
	case j.lane <- struct{}{}:
		defer func() { <-j.lane }()
	case <-w.told:
		return w.err
	case <-ctx.Done(): // whoever has a lane may have begun with it
		return explain("commit", ctx.Err())
	}
	for {
		select {
		case <-w.told: // by another lane, or below
			return w.err
		default:
		}
		list := j.next()
		if len(list) == 0 { // another lane has it
			select {
			case <-w.told:
				return w.err
			case <-ctx.Done():
				return explain("commit", ctx.Err())
			}
		}
		settle(list, write)
	}
}

// next takes commits that wait, the first come first. Those of which one changes what another does stay for the next time.
func (j *joint) next() []*joined {
	j.mu.Lock()
	defer j.mu.Unlock()
	var list, stay []*joined
	taken := map[string]bool{}
	records := 0
	for _, w := range j.waiting {
		if err := w.ctx.Err(); err != nil {
			w.tell(explain("commit", err))
			continue
		}
		names := touched(w.commit)
		if len(list) == commitsTogether || records >= recordsTogether || slices.ContainsFunc(names, func(n string) bool { return taken[n] }) {
			stay = append(stay, w)
		} else {
			list = append(list, w)
			records += len(w.commit.Deliveries)
			for _, a := range w.commit.Appends {
				records += len(a.Records)
			}
		}
		for _, n := range names { // what stays keeps its place before what comes later to the same
			taken[n] = true
		}
	}
	j.waiting = stay
	return list
}

// touched names the streams and marks of a commit.
func touched(c store.Commit) []string {
	var names []string
	for _, a := range c.Appends {
		names = append(names, "stream "+a.Stream)
	}
	for m := range c.Marks {
		names = append(names, "mark "+m)
	}
	return names
}

func (w *joined) tell(err error) {
	w.err = err
	close(w.told)
}

// settle stores commits in one transaction, or each in its own if that fails for what one of them holds.
func settle(list []*joined, write func(context.Context, store.Commit) error) {
	wanted := make([]context.Context, len(list))
	for i, w := range list {
		wanted[i] = w.ctx
	}
	ctx, cancel := store.WhileAny(wanted)
	defer cancel()
	err := write(ctx, merged(list))
	if err == nil || len(list) == 1 || ctx.Err() != nil || fault.Is(err, fault.Unavailable) {
		for _, w := range list {
			w.tell(err)
		}
		return
	}
	for _, w := range list {
		w.tell(write(w.ctx, w.commit))
	}
}

// merged is one commit in place of several.
func merged(list []*joined) store.Commit {
	if len(list) == 1 {
		return list[0].commit
	}
	all := store.Commit{Marks: map[string]string{}}
	for _, w := range list {
		all.Appends = append(all.Appends, w.commit.Appends...)
		all.Deliveries = append(all.Deliveries, w.commit.Deliveries...)
		all.Links = append(all.Links, w.commit.Links...)
		maps.Copy(all.Marks, w.commit.Marks)
	}
	return all
}
