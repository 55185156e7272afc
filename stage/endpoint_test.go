package stage

import (
	"testing"

	"tocsin/fault"
	"tocsin/internal/anvil"
	"tocsin/plan"
)

func TestAnEndpointOfALiveChainIsRefused(t *testing.T) {
	url := "http://" + anvil.Start(t)
	if id, err := Admit(t.Context(), url, example(t)); err != nil || id != 31337 {
		t.Errorf("a drill chain of the plan: %d, %v", id, err)
	}
	p := example(t)
	p.Chains[0].Kind = "live"
	if _, err := Admit(t.Context(), url, p); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a live chain of the plan: %v", err)
	}
	p.Chains[0].Kind = "" // live is what a chain is that does not say
	if _, err := Admit(t.Context(), url, p); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a chain of the plan that does not say: %v", err)
	}
	if id, err := Admit(t.Context(), url, &plan.Plan{}); err != nil || id != 31337 {
		t.Errorf("a chain that the plan does not know: %d, %v", id, err)
	}
	fork := "http://" + anvil.Start(t, "--chain-id", "1")
	if _, err := Admit(t.Context(), fork, example(t)); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a public chain that the plan does not name: %v", err)
	}
	if _, err := Admit(t.Context(), "http://127.0.0.1:1", example(t)); err == nil {
		t.Error("an endpoint that is not there was admitted")
	}
}
