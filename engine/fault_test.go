package engine_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/engine"
	"tocsin/incident"
	"tocsin/internal/postgres"
)

// ahead is the machine's clock, and further if somebody sets it.
type ahead struct {
	mu sync.Mutex
	by time.Duration
}

func (c *ahead) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.by)
}

func (c *ahead) set(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.by += by
}

// eventually waits until an incident is as it should be, looking whenever anything changes and each tenth of a second.
func eventually(t *testing.T, e *engine.Engine, id, what string, is func(*engine.View) bool) *engine.View {
	t.Helper()
	changed, stop := e.Subscribe()
	defer stop()
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	end := time.NewTimer(5 * time.Minute)
	defer end.Stop()
	for {
		if v, err := e.View(t.Context(), id); err == nil && is(v) {
			return v
		}
		select {
		case <-changed:
		case <-look.C:
		case <-end.C:
			t.Fatalf("it never came: %s", what)
		}
	}
}

// once fails the test unless every call of an incident was carried once.
func (o *post) once(t *testing.T, v *engine.View) {
	t.Helper()
	for _, pg := range v.State.Pages {
		for _, c := range pg.Calls {
			if n := o.carried(c.Delivery); n != 1 || c.Outcome != engine.Landed {
				t.Errorf("%s was carried %d times, outcome %q; want once, landed", c.Delivery, n, c.Outcome)
			}
		}
	}
}

// TestDatabaseGone takes the database away for two minutes, by the node's clock, in which calls come due. Once it is back they are
// made by the node that was running all the time, each once.
func TestDatabaseGone(t *testing.T) {
	pg := postgres.Start(t)
	clock := &ahead{}
	e := start(t, dial(t, pg.Database(t)), "a", clock.now)
	office := &post{}
	defer run(t, e, office)()
	id := report(t, e).State.ID
	eventually(t, e, id, "the first calls", func(v *engine.View) bool { return count(v, "call-outcome") == 2 })
	pg.Kill()
	clock.set(2 * time.Minute)
	if _, err := e.Do(t.Context(), id, incident.Command{Actor: as("ada"), Op: incident.OpNote{Text: "Meanwhile"}}); err == nil {
		t.Error("a note was taken without a database")
	}
	pg.Run(t)
	v := eventually(t, e, id, "the calls that came due meanwhile", func(v *engine.View) bool { return count(v, "call-outcome") == 4 })
	office.once(t, v)
	if count(v, "page-rung") != 4 {
		t.Errorf("%d calls, want 4", count(v, "page-rung"))
	}
	view(t, e, id) // verifies
}

// TestPartition cuts one of two nodes off from the database while it has a page in its hands. The other sends the page and says
// that it may be the second time; when the first is back, its word comes too late and changes nothing.
func TestPartition(t *testing.T) {
	pg := postgres.Start(t, "-c", "fsync=off")
	url := pg.Database(t)
	line := pg.Line(t, url)
	cutOff, other := start(t, dial(t, line.URL), "a", nil), start(t, dial(t, url), "b", nil)
	held, free := make(chan struct{}, 8), make(chan struct{})
	slow := &post{answer: func(context.Context, engine.Parcel) engine.Outcome {
		held <- struct{}{}
		<-free // whatever becomes of its claim
		return engine.Outcome{State: engine.Failed, Say: "Too late."}
	}}
	stopA := run(t, cutOff, slow)
	id := report(t, cutOff).State.ID
	<-held
	<-held
	line.Cut()
	office := &post{}
	defer run(t, other, office)()
	v := eventually(t, other, id, "the calls by the other node", func(v *engine.View) bool { return count(v, "call-outcome") == 2 })
	line.Heal()
	close(free)
	stopA()
	v = eventually(t, other, id, "the last word", func(w *engine.View) bool { return w.State.Version >= v.State.Version })
	office.once(t, v)
	for _, p := range v.State.Pages {
		if c := p.Calls[0]; !strings.Contains(c.Say, "twice") || slow.carried(c.Delivery) != 1 {
			t.Errorf("%s: %q; the node cut off had it %d times", c.Delivery, c.Say, slow.carried(c.Delivery))
		}
	}
	if n := count(v, "call-outcome"); n != 2 {
		t.Errorf("%d outcomes, want 2", n)
	}
}

// TestClockJumps sets a node's clock an hour ahead, and then back: what came due is done once, and what is due afterwards too.
func TestClockJumps(t *testing.T) {
	clock := &ahead{}
	e := start(t, dial(t, shared(t)), "a", clock.now)
	office := &post{}
	defer run(t, e, office)()
	id := report(t, e).State.ID
	eventually(t, e, id, "the first calls", func(v *engine.View) bool { return count(v, "call-outcome") == 2 })
	clock.set(time.Hour)
	v := eventually(t, e, id, "the calls an hour ahead", func(v *engine.View) bool {
		return count(v, "call-outcome") > 2 && count(v, "call-outcome") == count(v, "page-rung")
	})
	clock.set(-time.Hour)
	before := v.State.Last
	v = say(t, e, id, "ben", incident.OpAnswer{Answer: incident.Coming})
	if v.State.Last.Before(before) {
		t.Errorf("time went back from %s to %s", before, v.State.Last)
	}
	v = eventually(t, e, id, "an outcome of each call", func(v *engine.View) bool { return count(v, "call-outcome") == count(v, "page-rung") })
	office.once(t, v)
	view(t, e, id)
}
