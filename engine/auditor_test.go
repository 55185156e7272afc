package engine_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/engine"
	"tocsin/incident"
	"tocsin/store"
	"tocsin/store/memory"
)

// audit returns what an audit by e says, in one line.
func audit(t *testing.T, e *engine.Engine) string {
	t.Helper()
	a, err := e.Audit(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Err(); err != nil {
		return err.Error()
	}
	return ""
}

// TestAuditOfAHealthyNode holds that there is nothing to say while the engine does its work, through a whole night in which nobody
// answers; and that there is once nobody does it.
func TestAuditOfAHealthyNode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := memory.New(nil)
		e := start(t, st, "a", nil)
		stop := run(t, e, &post{})
		id := report(t, e).State.ID
		for range 100 {
			time.Sleep(5*time.Minute + 700*time.Millisecond)
			synctest.Wait()
			if say := audit(t, e); say != "" {
				t.Fatalf("in a world where all is well: %s", say)
			}
		}
		stop()
		time.Sleep(time.Hour)
		if say := audit(t, e); !strings.Contains(say, "due in incident "+id) || !strings.Contains(say, "no node has done it") {
			t.Errorf("nobody works, and it says %q", say)
		}
	})
}

// TestAudit holds that every broken promise is found.
func TestAudit(t *testing.T) {
	stores(t, func(t *testing.T, st store.Store) {
		clock := newClock()
		e := start(t, st, "a", clock.now)
		v := report(t, e)
		id := v.State.ID
		if say := audit(t, e); say != "" {
			t.Fatalf("at once: %s", say)
		}
		clock.pass(time.Minute)
		if say := audit(t, e); !strings.Contains(say, "Nobody has sent "+id+"/page-1/1") || !strings.Contains(say, id+"/page-2/1") {
			t.Errorf("nothing was sent, and it says %q", say)
		}
		// One is sent, and its node forgets to tell.
		now := clock.now()
		d, ok, err := st.Claim(t.Context(), id+"/page-1/1", "b", now, now.Add(time.Second))
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		if err := st.Finish(t.Context(), d.ID, d.Epoch, store.Landed, time.Time{}, nil); err != nil {
			t.Fatal(err)
		}
		if say := audit(t, e); !strings.Contains(say, id+"/page-1/1 has ended (landed), and its incident was not told") {
			t.Errorf("an outcome is lost, and it says %q", say)
		}
		// The time at which the incident is looked at again is lost.
		h, err := st.Head(t.Context(), "incident/"+id)
		if err != nil {
			t.Fatal(err)
		}
		lose := store.Append{Stream: h.Stream, Expect: h.Version, Kind: h.Kind, Protocol: h.Protocol, Open: true, Summary: h.Summary}
		if err := st.Commit(t.Context(), store.Commit{Appends: []store.Append{lose}}); err != nil {
			t.Fatal(err)
		}
		if say := audit(t, e); !strings.Contains(say, "Incident "+id+" must be looked at") {
			t.Errorf("a timer is lost, and it says %q", say)
		}
		// An incident that is over is owed nothing.
		for _, who := range []string{"ada", "ben"} {
			say(t, e, id, who, incident.OpDismiss{Why: "A test"})
		}
		office := &post{}
		e.Carry(incident.DispatchPage, office)
		if err := e.Step(t.Context()); err != nil {
			t.Fatal(err)
		}
		if say := audit(t, e); say != "" {
			t.Errorf("it is over, and it says %q", say)
		}
	})
}

// TestAuditOfANewerRelease holds that an incident which only a newer release can look after is not left alone silently.
func TestAuditOfANewerRelease(t *testing.T) {
	st, clock := memory.New(nil), newClock()
	e := start(t, st, "a", clock.now)
	id := report(t, e).State.ID
	append1(t, st, e, id, "event-of-2031") // and it is due at once
	if say := audit(t, e); say != "" {
		t.Errorf("at once: %s", say)
	}
	clock.pass(10 * time.Minute)
	if say := audit(t, e); !strings.Contains(say, "Incident "+id+" holds events of a newer release") {
		t.Errorf("nobody looks after it, and it says %q", say)
	}
}
