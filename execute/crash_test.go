package execute

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/crypto"

	core "tocsin/action/safe"
	"tocsin/chain"
	"tocsin/chain/rpc"
	"tocsin/engine"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/plan"
	"tocsin/signer"
)

// victimOf is the variable that makes this program the executor of a world, to be killed: the world's address.
const victimOf = "TOCSIN_TEST_VICTIM_OF"

func TestMain(m *testing.M) {
	if world := os.Getenv(victimOf); world != "" {
		if err := beVictim(world, os.Getenv(victimOf+"_ACTION")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// beVictim carries out an action as a process of its own, all of whose steps go through the world's gate.
func beVictim(world, id string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	client, err := rpc.Dial(ctx, rpc.Options{URL: world + "/chain", ChainID: chainID, PollEvery: 5 * time.Millisecond})
	if err != nil {
		return err
	}
	defer client.Close()
	k, err := crypto.ToECDSA(crypto.Keccak256([]byte("test executor")))
	if err != nil {
		return err
	}
	x := New(Options{Clients: map[uint64]chain.Client{chainID: client}, Signer: signer.Drill(k)})
	for {
		out, err := x.carry(ctx, farDesk(world), id)
		switch {
		case err == nil && out.State == engine.Landed:
			return nil
		case err == nil:
			return errors.New(out.Say)
		case ctx.Err() != nil:
			return err
		}
	}
}

// farDesk is the desk of a world in another process.
type farDesk string

type farView struct {
	State []byte // packed: what is written for people lacks what is secret
	Plan  *plan.Plan
}

type farOp struct {
	Kind string
	Op   json.RawMessage
}

type farError struct {
	Code fault.Code
	Say  string
}

func (d farDesk) post(ctx context.Context, path string, body, answer any) error {
	b, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, string(d)+path, bytes.NewReader(b))
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		var e farError
		if err := json.NewDecoder(resp.Body).Decode(&e); err != nil {
			return err
		}
		return fault.New(e.Code, "%s", e.Say)
	}
	return json.NewDecoder(resp.Body).Decode(answer)
}

func (d farDesk) View(ctx context.Context) (*engine.View, error) {
	var v farView
	if err := d.post(ctx, "/view", struct{}{}, &v); err != nil {
		return nil, err
	}
	state, err := incident.Unpack(v.State)
	if err != nil {
		return nil, err
	}
	return &engine.View{State: state, Plan: v.Plan}, nil
}

func (d farDesk) Do(ctx context.Context, op incident.Op) (*engine.View, error) {
	b, err := json.Marshal(op)
	if err != nil {
		return nil, err
	}
	var none struct{}
	return nil, d.post(ctx, "/do", farOp{fmt.Sprintf("%T", op), b}, &none)
}

// gate is a world as another process sees it: its chain and its desk, and the step at which that process is killed.
type gate struct {
	order *order
	url   string // of the chain

	mu   sync.Mutex
	left int // steps until the kill
	late bool
	kill func() error
	dead bool
}

// errDead is what a process that is being killed would have heard.
var errDead = errors.New("killed")

// step lets one step happen: not at all, or unheard of, if it is the one at which the process is killed.
func (g *gate) step(f func() error) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.dead {
		return errDead
	}
	g.left--
	if g.left > 0 {
		return f()
	}
	g.dead = true
	if !g.late {
		return errors.Join(errDead, g.kill())
	}
	err := f()
	return errors.Join(errDead, err, g.kill())
}

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	var answer []byte
	err = g.step(func() (err error) {
		answer, err = g.answer(r.Context(), r.URL.Path, body)
		return err
	})
	if errors.Is(err, errDead) {
		return
	}
	if err != nil {
		w.WriteHeader(http.StatusConflict)
		answer, _ = json.Marshal(farError{fault.CodeOf(err), fault.Sentence(err)})
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(answer)
}

func (g *gate) answer(ctx context.Context, path string, body []byte) ([]byte, error) {
	switch path {
	case "/view":
		v, err := g.order.View(ctx)
		if err != nil {
			return nil, err
		}
		state, err := v.State.Pack()
		if err != nil {
			return nil, err
		}
		return json.Marshal(farView{state, v.Plan})
	case "/do":
		var f farOp
		if err := json.Unmarshal(body, &f); err != nil {
			return nil, err
		}
		op, err := f.read()
		if err != nil {
			return nil, err
		}
		_, err = g.order.Do(ctx, op)
		return []byte("{}"), err
	}
	req, err := http.NewRequestWithContext(context.WithoutCancel(ctx), http.MethodPost, g.url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return io.ReadAll(resp.Body)
}

func (f farOp) read() (incident.Op, error) {
	switch f.Kind {
	case "incident.OpSigned":
		return readOp[incident.OpSigned](f.Op)
	case "incident.OpSent":
		return readOp[incident.OpSent](f.Op)
	case "incident.OpLanded":
		return readOp[incident.OpLanded](f.Op)
	case "incident.OpEffect":
		return readOp[incident.OpEffect](f.Op)
	case "incident.OpFailed":
		return readOp[incident.OpFailed](f.Op)
	}
	return nil, fault.New(fault.Invalid, "The test does not know the command %s.", f.Kind)
}

func readOp[T incident.Op](b []byte) (incident.Op, error) {
	var op T
	err := json.Unmarshal(b, &op)
	return op, err
}

// run has a process of its own carry out an order, and kills it (SIGKILL) at one of its steps. It reports whether that step came.
func (g *gate) run(t *testing.T) (killed bool) {
	t.Helper()
	var cmd *exec.Cmd
	started := make(chan struct{})
	g.kill = func() error { <-started; return cmd.Process.Kill() }
	s := httptest.NewServer(g)
	defer s.Close()
	var said bytes.Buffer
	cmd = exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), victimOf+"="+s.URL, victimOf+"_ACTION="+g.order.id)
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	close(started)
	err := cmd.Wait()
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.dead && err != nil {
		t.Fatalf("the process ended by itself: %v\n%s", err, said.String())
	}
	return g.dead
}

// Wherever the process is killed with SIGKILL, before a step or when it has happened and nobody heard of it, the next process brings
// the action to its end: what is sent lands once.
func TestCrashAnywhereLandsOnce(t *testing.T) {
	w := newWorld(t, 0)
	crash(t, w, func() (*order, evm.Address) { return w.order(0), w.vault }, func() { w.call(w.executor, "unpause()") })
}

func TestCrashAnywhereWithARealSafe(t *testing.T) {
	c := newCouncil(t, 0, core.V141)
	crash(t, c.world, func() (*order, evm.Address) { return c.order(0), c.safe.Address }, func() { c.owned(c.vault, mustEncode(t, "unpause()")) })
}

func mustEncode(t *testing.T, signature string) []byte {
	t.Helper()
	data, err := evm.EncodeCall(signature, nil)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func crash(t *testing.T, w *world, order func() (*order, evm.Address), undo func()) {
	stride := 1
	if testing.Short() {
		stride = 11
	}
	kills := 0
	for _, late := range []bool{false, true} {
		for at := 1; ; at += stride {
			o, to := order()
			since, nonce := w.head(), w.nonce()
			g := &gate{order: o, url: w.node.URL(), left: at, late: late}
			killed := g.run(t)
			if !killed && at < 15 {
				t.Fatalf("it took but %d steps: something is not tried", at)
			}
			w.carry(o, w.client)
			if a := o.action(); a.State != incident.Verified || !w.paused() || w.landingsAt(to, since) != 1 || w.nonce() != nonce+1 {
				t.Fatalf("killed at step %d (late %v): action %+v, paused %v, landed %d times, %d nonces", at, late, a, w.paused(), w.landingsAt(to, since), w.nonce()-nonce)
			}
			undo()
			if !killed {
				break
			}
			kills++
		}
	}
	t.Logf("%d processes killed", kills)
}
