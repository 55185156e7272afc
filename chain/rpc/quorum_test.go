package rpc_test

import (
	"strings"
	"testing"

	"github.com/holiman/uint256"

	"tocsin/chain"
	"tocsin/chain/rpc"
	"tocsin/fault"
	"tocsin/internal/chaos"
)

// One endpoint of three that lies about how things stand is not believed, whether it comes first or last, and also if another
// one is away; of two that differ neither is.
func TestNoSingleEndpointSaysHowThingsStand(t *testing.T) {
	c := newSpeaker(t)
	c.say(2)
	at := uint64(1)
	want, err := c.Client().Balance(t.Context(), rich, &at)
	if err != nil {
		t.Fatal(err)
	}
	for liar := range 3 {
		var ends []*chaos.Endpoint
		var urls []string
		for range 3 {
			e := chaos.Start(t, c.URL())
			ends, urls = append(ends, e), append(urls, e.URL())
		}
		p := newPool(t, quick(urls...))
		heard(t, p)
		ends[liar].Be(chaos.LiesState)
		reads(t, p, at, want)
		if ends[liar].Hits("eth_getBalance") == 0 && liar == 0 {
			t.Error("the one that lies was never asked")
		}
	}
	one, two := chaos.Start(t, c.URL()), chaos.Start(t, c.URL())
	p := newPool(t, quick(one.URL(), two.URL()))
	heard(t, p)
	reads(t, p, at, want)
	one.Be(chaos.LiesState)
	if _, err := p.Balance(t.Context(), rich, &at); !fault.Is(err, fault.Unavailable) || !strings.Contains(fault.Sentence(err), "do not agree about the balance of") {
		t.Errorf("of two that differ: %v", err)
	}
	if _, err := p.Call(t.Context(), chain.Message{To: &rich}, &at); err != nil { // an empty answer has no digit to be changed
		t.Errorf("of two that agree: %v", err)
	}
	two.Be(chaos.HangsUp)
	one.Be(chaos.Fine)
	reads(t, p, at, want)
}

func heard(t *testing.T, p *rpc.Pool) {
	t.Helper()
	if _, err := p.Head(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func reads(t *testing.T, p *rpc.Pool, at uint64, want *uint256.Int) {
	t.Helper()
	for range 5 {
		got, err := p.Balance(t.Context(), rich, &at)
		if err != nil || !got.Eq(want) {
			t.Fatalf("the balance is %v, %v; want %v", got, err, want)
		}
	}
}
