package execute

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/crypto"

	"tocsin/engine"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/plan"
	"tocsin/signer"
	"tocsin/status"
	"tocsin/store/memory"
)

// teamApp is a team's app, its status file, and the server that signs it.
type teamApp struct {
	t       *testing.T
	engine  *engine.Engine
	key     *signer.Key
	plan    *plan.Plan
	host    *httptest.Server
	keeps   []byte // what a cache on the way serves in place of the file; nil: nothing is kept
	away    bool   // the host does not answer
	started int
}

func newTold(t *testing.T) *teamApp {
	t.Helper()
	private, err := crypto.ToECDSA(crypto.Keccak256([]byte("tocsin test key: status")))
	if err != nil {
		t.Fatal(err)
	}
	w := &teamApp{t: t, engine: engine.New(engine.Options{Store: memory.New(nil)}), key: signer.Drill(private)}
	w.host = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		b, err := w.engine.StatusFile(r.Context(), w.plan.Protocol)
		if w.keeps != nil {
			b = w.keeps
		}
		if err != nil || b == nil || w.away {
			rw.WriteHeader(http.StatusNotFound)
		}
		_, _ = rw.Write(b)
	}))
	t.Cleanup(w.host.Close)
	p, src, err := plan.Load(os.DirFS("../examples/vault"))
	if err != nil {
		t.Fatal(err)
	}
	action := func(id, state string) plan.Action {
		return plan.Action{ID: id, Name: id, Kind: "maintenance-page", URL: w.host.URL + "/status.json", Sender: w.key.Address(), Status: &plan.Status{State: state, Message: "Said by " + id + ".", Off: []string{"deposits"}}}
	}
	p.Actions = append(p.Actions, action("down", status.Maintenance), action("up", status.Normal))
	w.plan = p
	if _, err := w.engine.Pin(t.Context(), p, src.Files); err != nil {
		t.Fatal(err)
	}
	return w
}

// order orders an action of an incident of its own.
func (w *teamApp) order(id string, exercise *incident.Exercise) *order {
	w.t.Helper()
	o := orderOf(w.t, &host{Server: w.host}, exercise, func(a *plan.Action) {
		i := slices.IndexFunc(w.plan.Actions, func(b plan.Action) bool { return b.ID == id })
		*a = w.plan.Actions[i]
		a.ID = "page"
	})
	w.started++
	o.state.Protocol, o.state.ID = w.plan.Protocol, "i-"+string(rune('a'+w.started))
	return o
}

// executor is one that signs; a late one's clock runs past the time in which an effect must be seen.
func (w *teamApp) executor(late bool) *Executor {
	at := time.Now()
	now := func() time.Time {
		if late {
			at = at.Add(2 * defaultWithin / 3)
			return at
		}
		return time.Now()
	}
	return New(Options{Status: w.engine, Signer: w.key, Now: now})
}

// seen is what the app is told.
func (w *teamApp) seen() (status.Status, error) {
	w.t.Helper()
	b, err := w.engine.StatusFile(w.t.Context(), w.plan.Protocol)
	if err != nil {
		w.t.Fatal(err)
	}
	return status.Verify(b, status.Expected{Protocol: w.plan.Protocol, Signer: w.key.Address()}, time.Now())
}

// An action has the file say something, every time under a higher number, and it is done once that is seen from outside.
func TestStatusFile(t *testing.T) {
	t.Parallel()
	w := newTold(t)
	var last uint64
	for _, c := range []struct{ action, state, want string }{
		{"down", status.Maintenance, incident.Verified}, {"down", status.Maintenance, incident.Unneeded}, {"up", status.Normal, incident.Verified}, {"down", status.Maintenance, incident.Verified},
	} {
		o := w.order(c.action, nil)
		carryRequest(t, w.executor(false), o)
		s, err := w.seen()
		if a := o.action(); a.State != c.want || err != nil || s.State != c.state || !strings.Contains(a.Got, c.state) {
			t.Fatalf("%s: %s (%s%s), the app is told %+v, %v", c.action, a.State, a.Got, a.Say, s, err)
		}
		if c.want == incident.Verified && s.Sequence <= last || c.want == incident.Unneeded && s.Sequence != last {
			t.Fatalf("number %d after %d", s.Sequence, last)
		}
		last = s.Sequence
	}
	before, err := w.engine.StatusFile(t.Context(), w.plan.Protocol)
	if err != nil {
		t.Fatal(err)
	}

	o := w.order("up", &incident.Exercise{Scenario: "x"})
	carryRequest(t, New(Options{}), o)
	if a := o.action(); a.State != incident.Verified || !strings.Contains(a.Got, "EXERCISE") {
		t.Errorf("in an exercise: %s (%s%s)", a.State, a.Got, a.Say)
	}
	if s, err := w.seen(); err != nil || s.Sequence != last {
		t.Errorf("an exercise changed what the app is told: %+v, %v", s, err)
	}

	w.keeps = before
	o = w.order("up", nil)
	carryRequest(t, w.executor(true), o)
	if a := o.action(); a.State != incident.Gone || !strings.Contains(a.Say, "number") {
		t.Errorf("behind a cache that keeps an older file: %s (%s)", a.State, a.Say)
	}
	w.keeps = nil
	if s, err := w.seen(); err != nil || s.State != status.Normal || s.Sequence <= last {
		t.Errorf("%+v, %v", s, err)
	}
	o = w.order("down", nil)
	w.away = true
	carryRequest(t, w.executor(true), o)
	if a := o.action(); a.State != incident.Gone || !strings.Contains(a.Say, "404") {
		t.Errorf("with nobody there: %s (%s)", a.State, a.Say)
	}
}

// The file is signed by whom the plan says or by nobody, and an action that another has taken the place of does not take it back.
func TestStatusFileOfAnother(t *testing.T) {
	t.Parallel()
	w := newTold(t)
	o := w.order("down", nil)
	carryRequest(t, New(Options{Status: w.engine}), o)
	if a := o.action(); a.State != incident.Gone || !strings.Contains(a.Say, "without a key file") {
		t.Errorf("without a key: %s (%s)", a.State, a.Say)
	}
	other, err := crypto.ToECDSA(crypto.Keccak256([]byte("tocsin test key: another")))
	if err != nil {
		t.Fatal(err)
	}
	o = w.order("down", nil)
	carryRequest(t, New(Options{Status: w.engine, Signer: signer.Drill(other)}), o)
	if a := o.action(); a.State != incident.Gone || !strings.Contains(a.Say, w.key.Address().Hex()) {
		t.Errorf("with another key: %s (%s)", a.State, a.Say)
	}
	err = w.engine.PublishStatus(t.Context(), w.plan.Protocol, signer.Drill(other).Address(), SignStatus(signer.Drill(other)))
	if !fault.Is(err, fault.Forbidden) {
		t.Errorf("another key publishes: %v", err)
	}

	// The one is killed after it was put on record and before the file was signed; the other has its say meanwhile.
	ctx, die := context.WithCancel(t.Context())
	dying := engine.SignStatus(func(context.Context, status.Status) (status.File, error) { die(); return status.File{}, ctx.Err() })
	first := w.order("down", nil)
	x := New(Options{Status: killed{w.engine, dying}, Signer: w.key})
	if _, err := x.carry(ctx, first, "a"); err == nil || first.action().State != incident.Sent {
		t.Fatalf("killed: %v, %s", err, first.action().State)
	}
	second := w.order("up", nil)
	carryRequest(t, w.executor(false), second)
	carryRequest(t, w.executor(false), first)
	s, err := w.seen()
	if a := first.action(); a.State != incident.Gone || !strings.Contains(a.Say, "taken its place") || err != nil || s.State != status.Normal {
		t.Errorf("%s (%s), the app is told %+v, %v", a.State, a.Say, s, err)
	}
	if a := second.action(); a.State != incident.Verified {
		t.Errorf("%s (%s%s)", a.State, a.Got, a.Say)
	}
}

// killed dies when it is to sign.
type killed struct {
	Statuses
	sign engine.SignStatus
}

func (k killed) PublishStatus(ctx context.Context, protocol string, by evm.Address, _ engine.SignStatus) error {
	return k.Statuses.PublishStatus(ctx, protocol, by, k.sign)
}
