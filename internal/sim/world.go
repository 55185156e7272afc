// Package sim owns a small world in which an emergency runs its course by chance: an engine over a store that may die between
// any two calls, phones that stay silent, people who come late or never, a chain that forgets its last block, and a clock
// that moves only here. Everything follows from a seed. What happened is a text, and the same seed gives the same text.
package sim

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"tocsin/engine"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/plan"
	"tocsin/store/memory"
)

// World is one run. Use Run.
type World struct {
	plan  *plan.Plan
	rand  *rand.Rand
	now   time.Time
	disk  *memory.Store // what survives
	dying *dying        // what the engine sees of it
	chain *chain
	phone *phone

	engine *engine.Engine
	id     string // of the incident; empty until there is one
	seen   map[string]bool
	text   strings.Builder
	lives  int
}

// Run lets a world with a plan run for so many steps, and then without further mishaps until nothing is under way. It
// returns what happened, and the first thing that must not happen as an error.
func Run(ctx context.Context, p *plan.Plan, files map[string][]byte, seed uint64, steps int) (string, error) {
	w := &World{
		plan: p, rand: rand.New(rand.NewPCG(seed, 7)), now: time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC),
		disk: memory.New(nil), seen: map[string]bool{},
	}
	w.chain = newChain(w)
	w.phone = &phone{world: w, handed: map[string]int{}}
	err := w.run(ctx, files, steps)
	if err != nil {
		w.say("BROKEN: %v", err)
	}
	return w.text.String(), err
}

func (w *World) run(ctx context.Context, files map[string][]byte, steps int) error {
	w.boot()
	if _, err := w.engine.Pin(ctx, w.plan, files); err != nil {
		return fmt.Errorf("pin: %w", err)
	}
	for n := range steps {
		w.now = w.now.Add(time.Duration(w.rand.Int64N(int64(w.pace()))))
		if w.chance(9) {
			w.dying.in(w.rand.IntN(12))
		}
		if err := w.mishap(w.step(ctx)); err != nil {
			return err
		}
		if n%checkEvery != 0 {
			continue
		}
		if err := w.check(ctx); err != nil {
			return err
		}
	}
	w.dying.never()
	w.phone.works, w.chain.calm = true, true
	for range 30 {
		w.now = w.now.Add(5 * time.Second)
		w.chain.mine()
		if err := w.mishap(w.engine.Step(ctx)); err != nil {
			return err
		}
	}
	if err := w.check(ctx); err != nil {
		return err
	}
	return w.checkEnd(ctx)
}

// checkEvery is after how many steps the whole history is looked at again.
const checkEvery = 20

// step is one thing that happens.
func (w *World) step(ctx context.Context) error {
	switch w.rand.IntN(4) {
	case 0:
		return w.watch(ctx)
	case 1:
		return w.person(ctx)
	}
	w.chain.mine()
	return w.engine.Step(ctx)
}

// boot starts the engine, as a machine does after power has come back.
func (w *World) boot() {
	w.lives++
	w.dying = &dying{Store: w.disk, world: w, left: -1}
	w.engine = engine.New(engine.Options{
		Store: w.dying, Node: fmt.Sprint("node-", w.lives), Now: func() time.Time { return w.now }, Random: (*dice)(w.rand),
	})
	for _, kind := range []string{incident.DispatchPage, incident.DispatchReminder, incident.DispatchUpdate} {
		w.engine.Carry(kind, w.phone)
	}
	w.engine.Carry(incident.DispatchAction, w.chain)
}

// mishap takes a crash for what it is; refusals are part of life, and everything else is a defect.
func (w *World) mishap(err error) error {
	if w.dying.dead {
		w.say("the power fails: %s", w.dying.during)
		w.now = w.now.Add(time.Duration(w.rand.IntN(10)) * time.Second)
		w.boot()
		return nil
	}
	switch fault.CodeOf(err) {
	case "":
		return nil
	case fault.Internal, fault.Unavailable:
		return err
	}
	w.say("refused: %s", fault.Sentence(err))
	return nil
}

// do has somebody give a command; a person whose click met a dying server clicks again later, with the same command.
func (w *World) do(ctx context.Context, actor journal.Actor, op incident.Op) error {
	w.say("%s: %T", actor.ID, op)
	cmd := incident.Command{ID: fmt.Sprintf("%x", w.rand.Uint64()), Actor: actor, Op: op}
	_, err := w.engine.Do(ctx, w.id, cmd)
	if !w.dying.dead {
		return err
	}
	if err := w.mishap(err); err != nil {
		return err
	}
	w.say("%s: %T again", actor.ID, op)
	_, err = w.engine.Do(ctx, w.id, cmd)
	return err
}

// watch lets the follower of the chain see a block, with the theft in it while nothing has stopped it.
func (w *World) watch(ctx context.Context) error {
	key := engine.WatchKey(chainID)
	epoch, ok, err := w.engine.Lease(ctx, key, w.now.Add(3*time.Second))
	if err != nil || !ok {
		return err // its former life holds it still
	}
	w.chain.mine()
	o := engine.Observation{Key: key, Epoch: epoch, State: []byte("{}"), Protocol: w.plan.Protocol, Chain: chainID, Block: w.chain.head, BlockTime: w.now}
	if !w.chain.paused() && w.chance(3) {
		f := w.finding()
		o.Findings = append(o.Findings, f)
		w.say("block %d: %s", f.Block, f.ID)
	}
	err = w.engine.Observe(ctx, o)
	if w.dying.dead && len(o.Findings) > 0 { // the follower comes back to the same block
		if err := w.mishap(err); err != nil {
			return err
		}
		w.now = w.now.Add(4 * time.Second)
		if o.Epoch, _, err = w.engine.Lease(ctx, key, w.now.Add(3*time.Second)); err != nil {
			return err
		}
		w.say("block %d again", o.Block)
		err = w.engine.Observe(ctx, o)
	}
	if err == nil {
		for _, f := range o.Findings {
			w.seen[f.ID] = true
		}
	}
	return err
}

func (w *World) finding() incident.Finding {
	return incident.Finding{
		ID: fmt.Sprintf("theft-%d", w.chain.head), Detector: "drain", Mode: "page", Issues: []string{"theft"}, Asset: "vault", Chain: chainID,
		Block: w.chain.head, At: w.now, Amount: fmt.Sprint(1 + w.rand.IntN(100)), Say: "Money leaves the vault.",
	}
}

// pace is about how long until the next step.
func (w *World) pace() time.Duration {
	if w.chance(15) {
		return 20 * time.Minute
	}
	return 10 * time.Second
}

func (w *World) chance(n int) bool { return w.rand.IntN(n) == 0 }

// say writes a line of the history.
func (w *World) say(format string, args ...any) {
	fmt.Fprintf(&w.text, "%s %s\n", w.now.Format("02 15:04:05"), fmt.Sprintf(format, args...))
}

// dice is randomness that a seed repeats.
type dice rand.Rand

func (d *dice) Read(b []byte) (int, error) {
	var word [8]byte
	for i := range b {
		if i%8 == 0 {
			binary.LittleEndian.PutUint64(word[:], (*rand.Rand)(d).Uint64())
		}
		b[i] = word[i%8]
	}
	return len(b), nil
}

var errPower = errors.New("the power has failed")
