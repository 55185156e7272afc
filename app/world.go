package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"tocsin/chain"
	"tocsin/chain/rpc"
	"tocsin/engine"
	"tocsin/evm"
	"tocsin/execute"
	"tocsin/exercise"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/plan"
	"tocsin/web"
)

// world is the live world of one run, on this node or about to be.
type world struct {
	house  *playhouse
	name   string            // engine.RunWorld
	part   incident.Exercise // session, run and chain
	kind   string            // stage's, or ownWorld
	plan   *plan.Plan        // as it is played
	script plan.Scenario
	dir    string // where its chain is kept
	gauges *gauges

	clock   atomic.Pointer[incident.Clock]
	changed chan struct{} // something was injected
	over    chan struct{}
	ending  sync.Once

	mu       sync.Mutex
	injected []exercise.Injected
	client   chain.Client // nil while it is not here
	sender   evm.Address
	executor *execute.Executor
	epoch    uint64
	noted    worldNote
}

// worldNote is how a world stands, as other nodes read it.
type worldNote struct {
	State string `json:"state"`
	Why   string `json:"why,omitempty"`
}

func readWorldNote(b []byte) (n worldNote) {
	if len(b) > 0 && json.Unmarshal(b, &n) != nil {
		return worldNote{}
	}
	return n
}

func newWorld(h *playhouse, s *exercise.State, r exercise.Run, p *plan.Plan) *world {
	return &world{
		house: h, name: engine.RunWorld(s.ID, r.Number), plan: p, kind: r.World, script: r.Scenario,
		part:   incident.Exercise{Session: s.ID, Run: r.Number, Chain: r.Chain},
		dir:    filepath.Join(h.s.desk.Data, "exercises", s.ID, strconv.Itoa(r.Number)),
		gauges: &gauges{plan: p, log: h.s.o.Logger}, changed: make(chan struct{}, 1), over: make(chan struct{}),
	}
}

// told takes in how the exercise stands.
func (w *world) told(c incident.Clock, injected []exercise.Injected) {
	w.clock.Store(&c)
	w.mu.Lock()
	more := len(injected) > len(w.injected)
	w.injected = injected
	w.mu.Unlock()
	if more {
		select {
		case w.changed <- struct{}{}:
		default:
		}
	}
}

// end lets the world end.
func (w *world) end() { w.ending.Do(func() { close(w.over) }) }

// now is what the exercise's clock shows.
func (w *world) now() time.Time { return w.clock.Load().Now(w.house.s.desk.Engine.Now()) }

// open is the client of the world's chain and the account that sends there; nil while it is not here.
func (w *world) open() (chain.Client, evm.Address) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.client, w.sender
}

// carrier carries out what is decided in the world; nil while it is not here.
func (w *world) carrier() *execute.Executor {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.executor
}

// The times of a world.
const (
	worldLease  = 4 * time.Second // another node takes over so long after this one died
	worldRenew  = time.Second
	worldAgain  = 3 * time.Second // after it broke
	worldAdmits = 5               // beats between two looks which chain the team's own endpoint serves
)

// run has the world on this node whenever no other has it, until the run is over or ctx ends.
func (w *world) run(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-w.over:
			cancel()
		case <-ctx.Done():
		}
	}()
	e := w.house.s.desk.Engine
	for ctx.Err() == nil {
		epoch, ok, err := uint64(0), false, error(nil)
		if w.mine(ctx) {
			epoch, ok, err = e.Lease(ctx, w.name, e.Now().Add(worldLease))
		}
		wait := worldRenew
		if err == nil && ok {
			w.epoch = epoch
			err = w.hold(ctx)
			wait = worldAgain
		}
		if err != nil && ctx.Err() == nil {
			w.house.s.o.Logger.Error("the world of an exercise is not there just now", "exercise", w.part.Session, "run", w.part.Run, "err", err)
			if ok {
				w.note(ctx, worldNote{web.WorldBroken, fault.Sentence(err)})
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
	away, done := context.WithTimeout(context.WithoutCancel(ctx), worldLease)
	defer done()
	if err := e.Release(away, w.name); err != nil {
		w.house.s.o.Logger.Warn("the lease of a world runs out by itself", "world", w.name, "err", err)
	}
}

// mine reports whether this node could have the world: its chain has not begun yet, or it lies here.
func (w *world) mine(ctx context.Context) bool {
	if w.kind == ownWorld {
		return true
	}
	if _, err := os.Stat(w.dir); !errors.Is(err, fs.ErrNotExist) {
		return true
	}
	b, err := w.house.s.desk.Engine.WatchState(ctx, w.name)
	return err == nil && readWorldNote(b).State == ""
}

// hold has the world while the lease lasts.
func (w *world) hold(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel(nil)
	e := w.house.s.desk.Engine
	wg.Go(func() {
		until := e.Now().Add(worldLease)
		for linger(ctx, worldRenew) {
			next := e.Now().Add(worldLease)
			got, ok, err := e.Lease(ctx, w.name, next)
			switch {
			case err == nil && ok && got == w.epoch:
				until = next
			case err == nil || !e.Now().Before(until):
				cancel(errors.New("the lease of the world is lost"))
				return
			}
		}
	})
	err := w.play(ctx)
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		return cause
	}
	return err
}

// linger waits; false if ctx ended meanwhile.
func linger(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// note tells all nodes how the world stands.
func (w *world) note(ctx context.Context, n worldNote) {
	if w.noted == n {
		return
	}
	b, err := json.Marshal(n)
	if err == nil {
		err = w.house.s.desk.Engine.Observe(ctx, engine.Observation{Key: w.name, Epoch: w.epoch, State: b, Protocol: w.plan.Protocol, Chain: w.part.Chain})
	}
	if err != nil && ctx.Err() == nil {
		w.house.s.o.Logger.Warn("note how a world stands", "world", w.name, "err", err)
		return
	}
	w.noted = n
}

// connect makes a client of the world's chain.
func (w *world) connect(url string) (chain.Client, error) {
	c, _ := w.plan.Chain(w.part.Chain)
	client, err := rpc.NewPool(rpc.PoolOptions{URLs: []string{url}, Options: rpc.Options{ChainID: w.part.Chain, Depth: reorganisation(c), Logger: w.house.s.o.Logger}})
	if err != nil {
		return nil, fmt.Errorf("connect to the exercise's chain: %w", err)
	}
	return client, nil
}

// seed is of the ordinary traffic: another one in each run, and the same after a restart.
func (w *world) seed() uint64 {
	h := fnv.New64a()
	_, _ = fmt.Fprint(h, w.part.Session, "/", w.part.Run)
	return h.Sum64()
}

func errNoStageEndpoint() error {
	return fault.New(fault.NotFound, "The server was given no chain to play on.").Instead("Start it with --stage-endpoint CHAINID=URL.")
}
