//go:build !race

package execute

import (
	"context"
	"crypto/ecdsa"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/chain"
	"tocsin/decision"
	"tocsin/engine"
	"tocsin/evm"
	"tocsin/incident"
	"tocsin/journal"
	"tocsin/plan"
	"tocsin/signer"
	"tocsin/store/sqlite"
)

// pauses is how many pauses one run of the benchmark measures.
const pauses = 20

// BenchmarkPause measures a pause through the real engine on SQLite, fsync on, and a chain in the process: from a finding to the broadcast
// of the transaction whose approvals were given in advance, and from the last approval to the verified effect.
func BenchmarkPause(b *testing.B) {
	w := newWorld(b, 0)
	b.Run("finding-to-broadcast", func(b *testing.B) {
		var all []time.Duration
		for b.Loop() {
			for range pauses {
				p := w.prepare(b)
				p.approve("ben")
				p.approve("cyd")
				begun := time.Now()
				p.find()
				all = append(all, p.broadcast().Sub(begun))
				p.end()
			}
		}
		report(b, all)
	})
	b.Run("approval-to-verified", func(b *testing.B) {
		var all []time.Duration
		for b.Loop() {
			for range pauses {
				p := w.prepare(b)
				p.approve("ben")
				p.find()
				begun := time.Now()
				p.approve("cyd")
				all = append(all, p.verified().Sub(begun))
				p.end()
			}
		}
		report(b, all)
	})
}

func report(b *testing.B, all []time.Duration) {
	b.Helper()
	slices.Sort(all)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	b.ReportMetric(ms(all[len(all)/2]), "p50-ms")
	b.ReportMetric(ms(all[min(len(all)*99/100, len(all)-1)]), "p99-ms")
}

// emergency is one incident of one engine, whose decision has been opened.
type emergency struct {
	b      *testing.B
	w      *world
	engine *engine.Engine
	id     string
	sent   chan time.Time
	stop   func()
}

// prepare starts an engine and opens an incident by hand.
func (w *world) prepare(b *testing.B) *emergency {
	b.Helper()
	st, err := sqlite.Open(b.Context(), sqlite.Options{Path: filepath.Join(b.TempDir(), "tocsin.db")})
	if err != nil {
		b.Fatal(err)
	}
	e := engine.New(engine.Options{Store: st, Node: "a"})
	p, files := w.files(b)
	if _, err := e.Pin(b.Context(), p, files); err != nil {
		b.Fatal(err)
	}
	x := &emergency{b: b, w: w, engine: e, sent: make(chan time.Time, 1)}
	client := told{w.client, x.sent}
	e.Carry(incident.DispatchAction, New(Options{Clients: map[uint64]chain.Client{chainID: client}, Signer: signer.Drill(w.executor), Turns: e}))
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	x.stop = func() {
		cancel()
		if err := <-done; err != nil {
			b.Error(err)
		}
		if err := st.Close(); err != nil {
			b.Error(err)
		}
	}
	v, err := e.Open(b.Context(), incident.Command{Actor: journal.Actor{Kind: journal.Person, ID: "dan", Via: "session"}, Op: incident.OpOpen{Issue: "theft", Text: "Money is gone"}})
	if err != nil {
		b.Fatal(err)
	}
	x.id = v.State.ID
	return x
}

// files is the plan of the incident's stories that is validated by a finding, about this world's vault.
func (w *world) files(b *testing.B) (*plan.Plan, map[string][]byte) {
	b.Helper()
	dir := "../incident/testdata/auto/plan"
	made := fstest.MapFS{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path.Join(dir, name))
		made[name] = &fstest.MapFile{Data: []byte(strings.NewReplacer(
			"31337", fmt.Sprint(chainID), "0x88bC4F6FCb5515C41D03673c039C596FA63952a9", w.vault.Hex(), "confirmations: 1", "confirmations: 0",
		).Replace(string(text)))}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	p, source, err := plan.Load(made)
	if err != nil {
		b.Fatal(err)
	}
	return p, source.Files
}

func demoKey(b *testing.B, person string) *ecdsa.PrivateKey {
	b.Helper()
	k, err := crypto.ToECDSA(crypto.Keccak256([]byte("tocsin demo key: " + person)))
	if err != nil {
		b.Fatal(err)
	}
	return k
}

func (x *emergency) approve(person string) {
	x.b.Helper()
	v, err := x.engine.View(x.b.Context(), x.id)
	if err != nil {
		x.b.Fatal(err)
	}
	d := v.State.Decisions[0]
	digest := d.Message.With(decision.Approve).Digest()
	sig, err := crypto.Sign(digest[:], demoKey(x.b, person))
	if err != nil {
		x.b.Fatal(err)
	}
	cmd := incident.Command{Actor: journal.Actor{Kind: journal.Person, ID: person, Via: "session"}, Op: incident.OpApprove{Decision: d.ID, Choice: decision.Approve, Signature: sig}}
	if _, err := x.engine.Do(x.b.Context(), x.id, cmd); err != nil {
		x.b.Fatal(err)
	}
}

// find reports a finding that validates the incident by itself.
func (x *emergency) find() {
	x.b.Helper()
	err := x.engine.Observe(x.b.Context(), engine.Observation{Protocol: "small", Chain: chainID, Findings: []incident.Finding{{
		ID: "f1", Detector: "drain", Mode: "page", Issues: []string{"theft"}, Asset: "vault", Chain: chainID, At: time.Now().UTC(), Say: "Money leaves the vault.",
	}}})
	if err != nil {
		x.b.Fatal(err)
	}
}

// broadcast waits until the pause has been taken by the chain's node.
func (x *emergency) broadcast() time.Time {
	x.b.Helper()
	select {
	case at := <-x.sent:
		return at
	case <-x.w.ctx.Done():
		x.b.Fatal("nothing was sent")
		return time.Time{}
	}
}

// verified waits until the effect has been verified.
func (x *emergency) verified() time.Time {
	x.b.Helper()
	for x.w.ctx.Err() == nil {
		v, err := x.engine.View(x.b.Context(), x.id)
		if err != nil {
			x.b.Fatal(err)
		}
		if len(v.State.Actions) == 1 && v.State.Actions[0].State == incident.Verified {
			return time.Now()
		}
	}
	x.b.Fatal("it was never verified")
	return time.Time{}
}

// end lets the pause come to its end, stops the engine and undoes it.
func (x *emergency) end() {
	x.verified()
	x.stop()
	x.w.call(x.w.executor, "unpause()")
}

// told is a client that tells when it has sent something.
type told struct {
	chain.Client
	sent chan time.Time
}

func (t told) Send(ctx context.Context, raw []byte) (evm.Hash, error) {
	hash, err := t.Client.Send(ctx, raw)
	select {
	case t.sent <- time.Now():
	default:
	}
	return hash, err
}
