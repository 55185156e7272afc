package execute

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/action"
	"tocsin/engine"
	"tocsin/incident"
	"tocsin/plan"
)

// host is somebody else's server, that shows a maintenance page when it was asked to.
type host struct {
	*httptest.Server
	mu     sync.Mutex
	asked  []*http.Request
	bodies []string
	done   map[string]bool // by the key of the request
	down   bool            // the page says so
	answer []func(w http.ResponseWriter) (took bool)
}

func newHost(t *testing.T, answer ...func(http.ResponseWriter) bool) *host {
	t.Helper()
	h := &host{done: map[string]bool{}, answer: answer}
	h.Server = httptest.NewServer(h)
	t.Cleanup(h.Close)
	return h
}

func (h *host) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if r.URL.Path == "/app" {
		if h.down {
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = io.WriteString(w, "Back soon")
		}
		return
	}
	body, _ := io.ReadAll(r.Body)
	h.asked, h.bodies = append(h.asked, r), append(h.bodies, string(body))
	if len(h.answer) > 0 {
		next := h.answer[0]
		h.answer = h.answer[1:]
		if !next(w) {
			return
		}
	}
	h.done[r.Header.Get("Idempotency-Key")], h.down = true, true
}

// answers answers with a status, having done what was asked or not.
func answers(code int, took bool) func(http.ResponseWriter) bool {
	return func(w http.ResponseWriter) bool { w.WriteHeader(code); return took }
}

// silent does what was asked and ends the connection without an answer.
func silent(w http.ResponseWriter) bool {
	if c, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_ = c.Close()
	}
	return true
}

const secretName, secretText = "HOST_SECRET", "a secret of the test"

// orderOf is an incident whose request to a host has been ordered.
func orderOf(t *testing.T, h *host, exercise *incident.Exercise, change ...func(*plan.Action)) *order {
	t.Helper()
	a := plan.Action{
		ID: "page", Name: "Put up the maintenance page", Kind: "maintenance-page", URL: h.URL + "/hook", Body: `{"down":true}`, Secret: secretName,
		Proof: &plan.Proof{URL: h.URL + "/app", Status: 503, Contains: "Back soon", Within: plan.Duration(time.Millisecond)},
	}
	for _, f := range change {
		f(&a)
	}
	p := &plan.Plan{Protocol: "test", Name: "Test", Actions: []plan.Action{a}}
	pr, err := action.Prepare(p, "page")
	if err != nil {
		t.Fatal(err)
	}
	o := &order{plan: p, state: &incident.State{}, id: "a"}
	now := time.Now().UTC()
	for _, e := range []incident.Event{
		incident.EventOpened{ID: "i", Protocol: "test", Title: "Theft", Severity: "high", Exercise: exercise},
		incident.EventDecisionOpened{ID: "d", Decision: "page", Subject: incident.Subject{Kind: incident.SubjectAction, Ref: "page"}, Prepared: &pr, Expires: now.Add(time.Hour)},
		incident.EventDecisionSettled{Decision: "d", State: incident.Met},
		incident.EventActionOrdered{ID: "a", Action: "page", Decision: "d", Prepared: &pr, Delivery: "i/a/1"},
	} {
		o.state.Apply(incident.Happened{Event: e, At: now})
	}
	return o
}

func requests() *Executor {
	return New(Options{Secret: func(name string) string {
		if name == secretName {
			return secretText
		}
		return ""
	}})
}

// carryRequest carries a request as often as it wants to be carried.
func carryRequest(t *testing.T, x *Executor, o *order) engine.Outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	for {
		out, err := x.carry(ctx, o, "a")
		if err == nil {
			return out
		}
		if ctx.Err() != nil {
			t.Fatalf("never carried out: %v, action %+v", err, o.action())
		}
	}
}

// Whatever the other side does, it is asked until it takes it, always with the same key, and what it did is proven from outside.
func TestRequest(t *testing.T) {
	for name, c := range map[string]struct {
		answer []func(http.ResponseWriter) bool
		asked  int
	}{
		"taken at once":            {nil, 1},
		"down for a while":         {[]func(http.ResponseWriter) bool{answers(503, false), answers(429, false), answers(500, false)}, 4},
		"done without an answer":   {[]func(http.ResponseWriter) bool{silent}, 2},
		"done, and said it wasn't": {[]func(http.ResponseWriter) bool{answers(502, true)}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHost(t, c.answer...)
			o := orderOf(t, h, nil)
			out := carryRequest(t, requests(), o)
			a := o.action()
			if out.State != engine.Landed || a.State != incident.Verified || a.Landed.Status != 200 || a.Got != `status 503, with "Back soon"` {
				t.Fatalf("outcome %+v, action %+v", out, a)
			}
			if len(h.asked) != c.asked || len(h.done) != 1 {
				t.Errorf("it was asked %d times, with %d keys", len(h.asked), len(h.done))
			}
			for i, r := range h.asked {
				want := a.Prepared.Request.Headers(stamp(t, r), "i/a", secretText)
				for _, x := range want {
					if r.Header.Get(x.Name) != x.Value {
						t.Errorf("%s is %q, want %q", x.Name, r.Header.Get(x.Name), x.Value)
					}
				}
				if r.Method != "POST" || h.bodies[i] != `{"down":true}` || len(want) != 4 {
					t.Errorf("asked by %s with %q", r.Method, h.bodies[i])
				}
			}
			if again := carryRequest(t, requests(), o); again.State != engine.Landed || len(h.asked) != c.asked {
				t.Errorf("carried again: %+v, asked %d times", again, len(h.asked))
			}
		})
	}
}

// stamp is the time that a request says it was made at.
func stamp(t *testing.T, r *http.Request) time.Time {
	t.Helper()
	var n int64
	if _, err := fmt.Sscan(r.Header.Get("X-Tocsin-Timestamp"), &n); err != nil {
		t.Fatal(err)
	}
	return time.Unix(n, 0)
}

func TestRequestThatDoesNotWork(t *testing.T) {
	noSecret := func(a *plan.Action) { a.Secret = "ANOTHER_SECRET" }
	for name, c := range map[string]struct {
		host     *host
		exercise *incident.Exercise
		change   func(*plan.Action)
		want     string
		asked    int
	}{
		"refused":             {newHost(t, answers(403, false)), nil, nil, "it answered 403", 1},
		"sent elsewhere":      {newHost(t, answers(302, false)), nil, nil, "it answered 302", 1},
		"taken, and not done": {newHost(t, answers(200, false)), nil, nil, "it did not work: it reads status 200", 1},
		"no secret":           {newHost(t), nil, noSecret, "the secret in ANOTHER_SECRET", 0},
		"an exercise":         {newHost(t), &incident.Exercise{Scenario: "x", Chain: 1}, nil, "This is an exercise", 0},
	} {
		t.Run(name, func(t *testing.T) {
			var change []func(*plan.Action)
			if c.change != nil {
				change = append(change, c.change)
			}
			o := orderOf(t, c.host, c.exercise, change...)
			out := carryRequest(t, requests(), o)
			if a := o.action(); out.State != engine.Failed || a.State != incident.Gone || !strings.Contains(a.Say, c.want) || len(c.host.asked) != c.asked {
				t.Errorf("outcome %+v, action %+v, asked %d times", out, a, len(c.host.asked))
			}
		})
	}
}

// What holds already is not asked for.
func TestRequestNotNeeded(t *testing.T) {
	h := newHost(t)
	h.down = true
	o := orderOf(t, h, nil)
	if out := carryRequest(t, requests(), o); out.State != engine.Landed || o.action().State != incident.Unneeded || len(h.asked) != 0 {
		t.Errorf("outcome %+v, action %+v, asked %d times", out, o.action(), len(h.asked))
	}
}

// Nothing is asked for when the approvals have expired, and no secret ever stands in an error.
func TestRequestTooLate(t *testing.T) {
	h := newHost(t)
	o := orderOf(t, h, nil)
	o.state.Decisions[0].Expires = time.Now().Add(-time.Minute)
	if out := carryRequest(t, requests(), o); out.State != engine.Failed || len(h.asked) != 0 || !strings.Contains(o.action().Say, "have expired") {
		t.Errorf("outcome %+v, action %+v", out, o.action())
	}
	gone := newHost(t)
	gone.Close()
	o = orderOf(t, gone, nil, func(a *plan.Action) { a.URL += "?token=hidden" })
	_, err := requests().carry(t.Context(), o, "a")
	if err == nil || strings.Contains(err.Error(), "hidden") || strings.Contains(err.Error(), secretText) {
		t.Errorf("the error is %v", err)
	}
	if a := o.action(); a.State != incident.Sent {
		t.Errorf("what became of it is not known, and it is %s", a.State)
	}
}
