package execute

import (
	"testing"

	"tocsin/incident"
)

// Of two actions that start together one is carried out by a process that is killed somewhere: the next process brings both to their end,
// each landing once.
func TestCrashAnywhereTogether(t *testing.T) {
	w := newWorld(t, 0)
	other := w.otherVault(true)
	stride := 4
	if testing.Short() {
		stride = 13
	}
	unpause, kills := mustEncode(t, "unpause()"), 0
	for _, late := range []bool{false, true} {
		for at := 1; ; at += stride {
			o := w.both(other)
			o.id = "action-1"
			since, nonce := w.head(), w.nonce()
			killed := (&gate{order: o, url: w.node.URL(), left: at, late: late}).run(t)
			w.carryAll(o, 1, w.client)
			for _, id := range []string{"action-1", "action-2"} {
				o.id = id
				if a := o.action(); a.State != incident.Verified || len(a.Sends) == 0 {
					t.Fatalf("killed at step %d (late %v): action %+v", at, late, a)
				}
			}
			if w.landings(since) != 1 || w.landingsAt(other, since) != 1 || w.nonce() != nonce+2 {
				t.Fatalf("killed at step %d (late %v): landed %d and %d times, with %d nonces", at, late, w.landings(since), w.landingsAt(other, since), w.nonce()-nonce)
			}
			if st := o.state.Step("halt"); st.State != incident.Done {
				t.Fatalf("killed at step %d (late %v): the step is %q", at, late, st.State)
			}
			w.send(w.executor, &w.vault, unpause)
			w.send(w.executor, &other, unpause)
			if !killed {
				break
			}
			kills++
		}
	}
	if kills < 4 {
		t.Errorf("only %d processes were killed: something is not tried", kills)
	}
}
