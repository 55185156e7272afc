package engine_test

import (
	"crypto/ecdsa"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/decision"
	"tocsin/engine"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/plan"
	"tocsin/store"
	"tocsin/store/memory"
)

// stores are the databases that every engine must work over.
func stores(t *testing.T, test func(t *testing.T, st store.Store)) {
	t.Run("memory", func(t *testing.T) { test(t, memory.New(nil)) })
	if sqliteHere {
		t.Run("sqlite", func(t *testing.T) { test(t, open(t)) })
	}
	t.Run("postgres", func(t *testing.T) { test(t, dial(t, shared(t))) })
}

// watchmaker is a clock that moves only when told to.
type watchmaker struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *watchmaker {
	return &watchmaker{at: time.Date(2026, 11, 21, 10, 0, 0, 0, time.UTC)}
}

func (c *watchmaker) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *watchmaker) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// small is the plan of the stories in package incident.
func small(t testing.TB) (*plan.Plan, map[string][]byte) {
	t.Helper()
	p, source, err := plan.Load(os.DirFS("../incident/testdata/plan"))
	if err != nil {
		t.Fatal(err)
	}
	return p, source.Files
}

// start makes an engine over a store, with the small plan in force.
func start(t testing.TB, st store.Store, node string, clock func() time.Time) *engine.Engine {
	t.Helper()
	e := engine.New(engine.Options{Store: st, Node: node, Now: clock})
	p, files := small(t)
	if _, err := e.Pin(t.Context(), p, files); err != nil {
		t.Fatal(err)
	}
	return e
}

func as(person string) journal.Actor {
	return journal.Actor{Kind: journal.Person, ID: person, Via: "session"}
}

// say carries out a person's command and fails the test if it is refused.
func say(t testing.TB, e *engine.Engine, id, person string, op incident.Op) *engine.View {
	t.Helper()
	v, err := e.Do(t.Context(), id, incident.Command{Actor: as(person), Op: op})
	if err != nil {
		t.Fatalf("%s: %T: %v", person, op, err)
	}
	return v
}

// report opens an incident by hand.
func report(t testing.TB, e *engine.Engine) *engine.View {
	t.Helper()
	v, err := e.Open(t.Context(), incident.Command{Actor: as("ada"), Op: incident.OpOpen{Issue: "theft", Text: "Money is gone"}})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// approve signs a decision of an incident.
func approve(t testing.TB, e *engine.Engine, id, person string, d *incident.Decision) *engine.View {
	t.Helper()
	digest := d.Message.With(decision.Approve).Digest()
	sig, err := crypto.Sign(digest[:], key(t, person))
	if err != nil {
		t.Fatal(err)
	}
	return say(t, e, id, person, incident.OpApprove{Decision: d.ID, Choice: decision.Approve, Signature: sig})
}

func key(t testing.TB, person string) *ecdsa.PrivateKey {
	t.Helper()
	k, err := crypto.ToECDSA(evm.Keccak([]byte("tocsin demo key: " + person)).Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// want fails the test unless err is a fault of a code with a sentence.
func want(t testing.TB, err error, code fault.Code) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Code != code || f.Say == "" {
		t.Fatalf("want a fault of code %s, got %v", code, err)
	}
}

// follower observes a chain as a watch does.
type follower struct {
	t     testing.TB
	e     *engine.Engine
	epoch uint64
	block uint64
}

func follow(t testing.TB, e *engine.Engine, until time.Time) *follower {
	t.Helper()
	epoch, ok, err := e.Lease(t.Context(), engine.WatchKey("small", 31337), until)
	if err != nil || !ok {
		t.Fatalf("lease: %t, %v", ok, err)
	}
	return &follower{t: t, e: e, epoch: epoch}
}

func (f *follower) observation(findings ...incident.Finding) engine.Observation {
	f.block++
	return engine.Observation{
		Key: engine.WatchKey("small", 31337), Epoch: f.epoch, State: fmt.Appendf(nil, `{"at":%d}`, f.block), Protocol: "small", Chain: 31337,
		Block: f.block, BlockTime: time.Unix(int64(f.block), 0).UTC(), Findings: findings,
	}
}

func (f *follower) see(findings ...incident.Finding) {
	f.t.Helper()
	if err := f.e.Observe(f.t.Context(), f.observation(findings...)); err != nil {
		f.t.Fatal(err)
	}
}

// found is a finding of the detector drain.
func found(id string) incident.Finding {
	return incident.Finding{
		ID: id, Detector: "drain", Mode: "page", Issues: []string{"theft"}, Asset: "vault", Chain: 31337, Block: 1, Amount: "10", Say: "Money leaves.",
	}
}

// list returns the incidents that e knows.
func list(t testing.TB, e *engine.Engine) []incident.Summary {
	t.Helper()
	l, err := e.List(t.Context(), false)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// view returns an incident as e sees it, after verifying its chain.
func view(t testing.TB, e *engine.Engine, id string) *engine.View {
	t.Helper()
	v, err := e.View(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if err := journal.Verify(records(t, v)); err != nil {
		t.Fatalf("the record of %s does not verify: %v", id, err)
	}
	return v
}

// count counts the events of a kind.
func count(v *engine.View, kind string) int { return int(v.Kinds[kind]) }

// records are those of an incident as a view has it.
func records(t testing.TB, v *engine.View) []journal.Record {
	t.Helper()
	list, err := v.Records(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// happened is what happened in an incident as a view has it.
func happened(t testing.TB, v *engine.View) []incident.Happened {
	t.Helper()
	list, err := v.Happened(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return list
}
