package watch

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/chain"
)

// suspicious is a chain one of whose endpoints is in trouble.
type suspicious struct {
	*blinking
	told []chain.Trouble
}

func (s suspicious) Troubles(ctx context.Context, f func(chain.Trouble) error) error {
	for _, t := range s.told {
		if err := f(t); err != nil {
			return err
		}
	}
	<-ctx.Done()
	return ctx.Err()
}

func TestTroubleWithAnEndpointIsAFindingOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, d, p := &blinking{more: make(chan struct{})}, newDesk(), testPlan("")
		b.set(false, 3)
		since := time.Now()
		s := suspicious{b, []chain.Trouble{
			{Endpoint: "https://one.example", Kind: chain.Lags, Say: "One lags.", At: since, Left: 1},
			{Endpoint: "https://one.example", Kind: chain.Lags, Say: "One is fine again.", At: since.Add(time.Minute), Over: true, Left: 2},
			{Endpoint: "https://two.example", Kind: chain.Lies, Say: "Two lies.", At: since, Left: 0},
		}}
		for range 2 { // a watch that begins again is told again
			kill := start(t.Context(), Options{Engine: d, Client: s, Plan: p, Index: testIndex(t, p), Blind: time.Minute})
			time.Sleep(time.Minute)
			d.mu.Lock()
			if len(d.live) != 3 {
				t.Errorf("%d findings, want 3", len(d.live))
			}
			d.mu.Unlock()
			kill()
		}
		w := New(Options{Engine: d, Client: s, Plan: p, Index: testIndex(t, p)})
		for i, want := range []string{"observe", "observe", "page"} { // the last is the last one there was
			f := w.trouble(s.told[i])
			if f.Mode != want || f.Detector != "endpoint" || f.Chain != chainID || f.Say != s.told[i].Say || !f.At.Equal(s.told[i].At) {
				t.Errorf("finding %+v, want mode %s", f, want)
			}
			if _, ok := d.live[f.ID]; !ok {
				t.Errorf("%s was not found", f.ID)
			}
		}
	})
}
