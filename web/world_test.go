package web

import (
	"context"
	"crypto/ecdsa"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/access"
	"tocsin/engine"
	"tocsin/evm"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/plan"
	"tocsin/store/memory"
)

// world is a console over a real engine with the example plan, on a clock of its own.
type world struct {
	t        *testing.T
	engine   *engine.Engine
	store    *memory.Store
	access   *access.Access
	plan     *plan.Plan
	console  *Console
	stage    *testStage
	mu       sync.Mutex
	now      time.Time
	readings []Reading
	sights   []Sight
	attacks  int
	done     chan struct{}
}

// testStage plays the responders with the example plan's public keys.
type testStage struct {
	mu      sync.Mutex
	attacks int
}

func (s *testStage) Guide() string {
	return "A vault on a chain of your own is about to be robbed.\nYou play everybody: choose a part above."
}

func (s *testStage) Attack(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.attacks++
	return nil
}

func (s *testStage) AttackBegun(context.Context) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.attacks > 0, nil
}

func (s *testStage) Sign(_ context.Context, person string, digest evm.Hash) ([]byte, error) {
	return sign(person, digest), nil
}

func demoKey(person string) *ecdsa.PrivateKey {
	key, err := crypto.ToECDSA(crypto.Keccak256([]byte("tocsin demo key: " + person)))
	if err != nil {
		panic(err)
	}
	return key
}

func sign(person string, digest evm.Hash) []byte {
	sig, err := crypto.Sign(digest[:], demoKey(person))
	if err != nil {
		panic(err)
	}
	sig[64] += 27
	return sig
}

// start is when every world begins: a Sunday night.
var start = time.Date(2026, 12, 6, 2, 51, 27, 0, time.UTC)

func newWorld(t *testing.T, demo bool) *world {
	t.Helper()
	return newWorldOf(t, demo, func(*plan.Plan, *Options) {})
}

// newWorldOf is a world with another plan or other options.
func newWorldOf(t *testing.T, demo bool, change func(*plan.Plan, *Options)) *world {
	t.Helper()
	p, src, err := plan.Load(os.DirFS("../examples/vault"))
	if err != nil {
		t.Fatal(err)
	}
	var o Options
	change(p, &o)
	w := &world{t: t, plan: p, now: start, done: make(chan struct{})}
	st := memory.New(nil)
	w.store, w.access = st, access.New(access.Options{Store: st, Now: w.clock})
	w.engine = engine.New(engine.Options{Store: st, Node: "test", Now: w.clock})
	if _, err := w.engine.Pin(t.Context(), p, src.Files); err != nil {
		t.Fatal(err)
	}
	o.Engine, o.Access, o.Now, o.Version, o.Done = w.engine, w.access, w.clock, "test", w.done
	o.Readings = func(context.Context, string) []Reading { return w.readings }
	o.Sights = func(context.Context, string) ([]Sight, error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		return slices.Clone(w.sights), nil
	}
	if demo {
		w.stage = &testStage{}
		o.Stage = w.stage
	}
	if w.console, err = New(o); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// pass lets time pass and does what has come due.
func (w *world) pass(d time.Duration) {
	w.t.Helper()
	w.mu.Lock()
	w.now = w.now.Add(d)
	w.mu.Unlock()
	if err := w.engine.Tick(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// attack lets the watch find a theft; it returns the incident it opens.
func (w *world) attack(exercise bool) string {
	w.t.Helper()
	w.attacks++
	var x *incident.Exercise
	if exercise {
		x = &incident.Exercise{Scenario: "drained-vault", Chain: 31337}
	}
	w.observe(204, x, incident.Finding{
		ID: fmt.Sprintf("f%d", w.attacks), Detector: w.detector(), Mode: "page", Issues: []string{"stolen-user-funds"}, Asset: "vault", Chain: 31337, Block: 204,
		Tx: evm.Hash{1, 2, 3}, At: w.clock().Add(-4 * time.Second), Amount: "412600000000000000000",
		Say: "412.6 HUSD left the vault for an account that is not their owner's.",
	})
	list, err := w.engine.List(w.t.Context(), true)
	if err != nil || len(list) == 0 {
		w.t.Fatalf("no incident was opened: %v", err)
	}
	return list[0].ID
}

func (w *world) detector() string {
	i, _ := w.plan.Issue("stolen-user-funds")
	if len(i.Detection.Detectors) == 0 {
		return "unknown"
	}
	return i.Detection.Detectors[0]
}

func (w *world) observe(block uint64, x *incident.Exercise, fs ...incident.Finding) {
	w.t.Helper()
	key := engine.WatchKey(w.plan.Protocol, 31337)
	epoch, ok, err := w.engine.Lease(w.t.Context(), key, w.clock().Add(time.Minute))
	if err != nil || !ok {
		w.t.Fatalf("lease: %v %v", ok, err)
	}
	err = w.engine.Observe(w.t.Context(), engine.Observation{
		Key: key, Epoch: epoch, State: []byte("{}"), Protocol: w.plan.Protocol, Chain: 31337, Block: block, BlockTime: w.clock(),
		Findings: fs, Exercise: x,
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// does carries out a command as a person, past the console.
func (w *world) does(id, person string, op incident.Op) {
	w.t.Helper()
	_, err := w.engine.Do(w.t.Context(), id, incident.Command{Actor: journal.Actor{Kind: journal.Person, ID: person, Via: "test"}, Op: op})
	if err != nil {
		w.t.Fatalf("%s %T: %v", person, op, err)
	}
}

// acts carries out a command as the executor.
func (w *world) acts(id string, op incident.Op) {
	w.t.Helper()
	_, err := w.engine.Do(w.t.Context(), id, incident.Command{Actor: journal.Actor{Kind: journal.Executor}, Op: op})
	if err != nil {
		w.t.Fatalf("%T: %v", op, err)
	}
}

func (w *world) state(id string) *incident.State {
	w.t.Helper()
	v, err := w.engine.View(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return v.State
}

// signs signs an open decision with a person's key.
func (w *world) signs(id, person string, d *incident.Decision, choice string) {
	w.t.Helper()
	w.does(id, person, incident.OpApprove{Decision: d.ID, Choice: choice, Signature: sign(person, d.Message.With(choice).Digest())})
}
