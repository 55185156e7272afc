package engine_test

import (
	"bytes"
	"testing"

	"tocsin/engine"
	"tocsin/store/memory"
)

// FuzzAdoptions: no file of adoptions makes a machine panic, and none that verifies names a plan in force that it does not hold.
func FuzzAdoptions(f *testing.F) {
	clock := newClock()
	e := pinned(f, memory.New(nil), "a", clock.now, adoptable(f))
	propose(f, e, newer(f, "2"))
	a, err := e.Adoptions(f.Context(), "small")
	if err != nil {
		f.Fatal(err)
	}
	var buf bytes.Buffer
	if err := a.Write(&buf); err != nil {
		f.Fatal(err)
	}
	f.Add(buf.Bytes())
	f.Add([]byte(`{"tocsin_adoptions":1,"protocol":"x","events":[{"line":"{}"}],"plans":{"0x":"{}"}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		x, err := engine.ReadAdoptions(bytes.NewReader(b))
		if err != nil {
			return
		}
		h, err := x.Verify()
		if err != nil {
			return
		}
		if p, ok := x.PlanOf(h.InForce().Hash); !ok || p.Protocol != h.Protocol {
			t.Errorf("it verifies without the plan in force")
		}
	})
}
