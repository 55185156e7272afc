package rpc_test

import (
	"testing"

	"tocsin/chain/devchain"
	"tocsin/internal/chaos"
)

// crooked is an endpoint of a real chain, over HTTP, that can be made to misbehave.
type crooked struct{ *chaos.Endpoint }

func newCrooked(t *testing.T, c *devchain.Chain) crooked {
	t.Helper()
	return crooked{chaos.Start(t, c.URL())}
}

// url holds what must never be shown.
func (x crooked) url() string { return x.URL() + "/v2/secret-key" }

// name is what may be.
func (x crooked) name() string { return x.URL() }

// be makes it behave in a way; head is what it takes for the head while it lags.
func (x crooked) be(how chaos.Way, head uint64) {
	if how == chaos.Lags {
		x.Lag(head)
		return
	}
	x.Be(how)
}
