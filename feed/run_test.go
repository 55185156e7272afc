package feed

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/engine"
	"tocsin/incident"
	"tocsin/plan"
	"tocsin/store/memory"
)

// follow follows a plan in the background until the returned function is called.
func follow(t *testing.T, e Engine, p *plan.Plan, n *inner) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := New(Options{Engine: e, Plan: p, Dial: n.dial}).Run(ctx); err != nil {
			t.Error(err)
		}
	}()
	return func() {
		cancel()
		<-done
	}
}

// found are the findings of the one incident, nil if there is none.
func found(t *testing.T, e *engine.Engine) []incident.Finding {
	t.Helper()
	list, err := e.List(t.Context(), false)
	if err != nil || len(list) > 1 {
		t.Fatalf("%d incidents, %v", len(list), err)
	}
	if len(list) == 0 {
		return nil
	}
	v, err := e.View(t.Context(), list[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	return v.State.Findings
}

func TestAnOutageIsFoundAndItsEndToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &inner{}
		var well atomic.Bool
		well.Store(true)
		defer n.serve("api.example:80", func(w http.ResponseWriter, _ *http.Request) {
			if !well.Load() {
				w.WriteHeader(http.StatusBadGateway)
			}
		})()
		p := planOf(plan.Detector{Kind: "http", URL: "http://api.example/health"})
		st := memory.New(nil)
		e := begin(t, p, "one", st, time.Now)
		stop := follow(t, e, p, n)
		time.Sleep(10 * time.Minute)
		if got := found(t, e); got != nil {
			t.Errorf("while all is well: %+v", got)
		}
		well.Store(false)
		time.Sleep(3 * time.Minute / 2)
		if got := found(t, e); got != nil {
			t.Errorf("after one failure or two: %+v", got)
		}
		stop() // what failed so far is remembered
		stop = follow(t, begin(t, p, "two", st, time.Now), p, n)
		defer stop()
		time.Sleep(10 * time.Minute)
		got := found(t, e)
		if len(got) != 1 || !strings.Contains(got[0].Say, "502") || !strings.Contains(got[0].Say, "3 times in a row") || got[0].Retracted != "" || got[0].Mode != "page" {
			t.Fatalf("%+v", got)
		}
		well.Store(true)
		time.Sleep(2 * time.Minute)
		if got := found(t, e); len(got) != 1 || !strings.Contains(got[0].Retracted, "It answers again since") {
			t.Errorf("%+v", got)
		}
	})
}

// Two nodes over one database: one asks, and when it goes the other takes over. Each entry is found once.
func TestOneNodeAsksAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &inner{}
		var asked, entries atomic.Int64
		defer n.serve("blog.example:80", func(w http.ResponseWriter, _ *http.Request) {
			asked.Add(1)
			fmt.Fprint(w, "<rss>")
			for i := range entries.Load() {
				fmt.Fprintf(w, "<item><guid>%d</guid><title>Entry %d</title></item>", i, i)
			}
			fmt.Fprint(w, "</rss>")
		})()
		p := planOf(plan.Detector{Kind: "feed", URL: "http://blog.example/feed", Every: plan.Duration(time.Minute)})
		st := memory.New(nil)
		e := begin(t, p, "one", st, time.Now)
		first := follow(t, e, p, n)
		second := follow(t, begin(t, p, "two", st, time.Now), p, n)
		defer second()
		for range 10 {
			time.Sleep(time.Minute)
			entries.Add(1)
		}
		if c := asked.Load(); c < 9 || c > 12 {
			t.Errorf("asked %d times in ten minutes", c)
		}
		first()
		for range 10 {
			time.Sleep(time.Minute)
			entries.Add(1)
		}
		time.Sleep(2 * time.Minute)
		count := map[string]int{}
		for _, f := range found(t, e) {
			count[f.Say]++
		}
		for i := range 20 {
			if say := fmt.Sprintf("d1: a new entry: \"Entry %d\".", i); count[say] != 1 {
				t.Errorf("%s: %d times", say, count[say])
			}
		}
		if len(count) != 20 {
			t.Errorf("%v", count)
		}
	})
}

// Targets that never answer keep nobody waiting who does.
func TestTargetsThatHangDelayNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &inner{}
		var asked atomic.Int64
		stop := make(chan struct{})
		defer n.serve("good.example:80", func(http.ResponseWriter, *http.Request) { asked.Add(1) })()
		defer n.serve("hang.example:80", func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
			case <-stop:
			}
		})()
		defer close(stop)
		list := []plan.Detector{{Kind: "http", URL: "http://good.example/", Every: plan.Duration(10 * time.Second)}}
		for i := range 60 {
			list = append(list, plan.Detector{ID: fmt.Sprintf("hang%d", i), Kind: "http", Mode: "observe", URL: "http://hang.example/", Every: plan.Duration(5 * time.Second)})
		}
		p := planOf(list...)
		e := begin(t, p, "one", memory.New(nil), time.Now)
		defer follow(t, e, p, n)()
		time.Sleep(2 * time.Minute) // all hang for the first time
		before := asked.Load()
		time.Sleep(10 * time.Minute)
		if c := asked.Load() - before; c < 54 || c > 66 {
			t.Errorf("asked %d times in ten minutes, not about 60", c)
		}
		quiet, err := e.Observed(t.Context(), "acme")
		if err != nil {
			t.Fatal(err)
		}
		if len(quiet) != 60 || !strings.Contains(quiet[0].Say, "it does not answer within 10s") {
			t.Errorf("%d findings: %+v", len(quiet), quiet[:min(len(quiet), 1)])
		}
	})
}

// failing is an engine whose database fails now and then, before or after it has committed.
type failing struct {
	Engine
	every int
	n     atomic.Int64
}

var errInjected = errors.New("the database is gone")

func (f *failing) Observe(ctx context.Context, o engine.Observation) error {
	switch n := int(f.n.Add(1)); {
	case n%f.every == 0:
		return errInjected
	case n%f.every == 1:
		return errors.Join(f.Engine.Observe(ctx, o), errInjected)
	default:
		return f.Engine.Observe(ctx, o)
	}
}

func TestADatabaseThatFailsDoublesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &inner{}
		var status atomic.Int64
		status.Store(200)
		defer n.serve("api.example:80", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(int(status.Load())) })()
		p := planOf(plan.Detector{Kind: "http", URL: "http://api.example/", Every: plan.Duration(30 * time.Second), Failures: 2})
		e := begin(t, p, "one", memory.New(nil), time.Now)
		defer follow(t, &failing{Engine: e, every: 3}, p, n)()
		for range 5 {
			status.Store(500)
			time.Sleep(10 * time.Minute)
			status.Store(200)
			time.Sleep(10 * time.Minute)
		}
		got := found(t, e)
		if len(got) != 5 {
			t.Errorf("%d findings, not 5", len(got))
		}
		for _, f := range got {
			if f.Retracted == "" {
				t.Errorf("stands: %+v", f)
			}
		}
	})
}

func TestADetectorThatThePlanNoLongerHasIsForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := planOf(plan.Detector{Kind: "http", URL: "http://gone.example/", Failures: 1})
		e := begin(t, p, "one", memory.New(nil), time.Now)
		stop := follow(t, e, p, &inner{})
		time.Sleep(time.Minute)
		stop()
		if got := found(t, e); len(got) != 1 || !strings.Contains(got[0].Say, "nothing listens there") || got[0].Retracted != "" {
			t.Fatalf("%+v", got)
		}
		follow(t, e, planOf(), &inner{}) // there is nothing to follow, so it ends by itself
		time.Sleep(time.Minute)
		if got := found(t, e); len(got) != 1 || !strings.Contains(got[0].Retracted, "no longer has its detector") {
			t.Errorf("%+v", got)
		}
	})
}

func TestAStateOfALaterReleaseIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := planOf(plan.Detector{Kind: "http", URL: "http://gone.example/", Failures: 1})
		e := begin(t, p, "one", memory.New(nil), time.Now)
		epoch, ok, err := e.Lease(t.Context(), Key("acme"), time.Now().Add(time.Second))
		if err != nil || !ok {
			t.Fatal(err)
		}
		later := `{"v":2,"new":true}`
		if err := e.Observe(t.Context(), engine.Observation{Key: Key("acme"), Epoch: epoch, State: []byte(later), Protocol: "acme"}); err != nil {
			t.Fatal(err)
		}
		stop := follow(t, e, p, &inner{})
		time.Sleep(time.Minute)
		stop()
		if b, err := e.WatchState(t.Context(), Key("acme")); err != nil || string(b) != later || found(t, e) != nil {
			t.Errorf("%s %v", b, err)
		}
	})
}
