package rpc_test

import (
	"context"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/chain/devchain"
	"tocsin/chain/rpc"
	"tocsin/evm"
	"tocsin/fault"
)

func devnet(t *testing.T, period time.Duration) *devchain.Chain {
	t.Helper()
	c, err := devchain.Start(t.Context(), devchain.Options{ChainID: 31337, Period: period})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// An endpoint that is away when the client is made is used once it is there.
func TestEndpointMayComeLater(t *testing.T) {
	node := devnet(t, 50*time.Millisecond)
	for _, url := range []string{node.WSURL(), node.URL()} {
		scheme, target, _ := strings.Cut(url, "://")
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		addr := l.Addr().String()
		l.Close() // nobody is there now
		c, err := rpc.New(rpc.Options{URL: scheme + "://" + addr + "/?key=secret-key", ChainID: 31337, Backoff: 10 * time.Millisecond, PollEvery: 10 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		if c.ChainID() != 31337 {
			t.Errorf("chain id %d before it was asked", c.ChainID())
		}
		_, err = c.Head(t.Context())
		if !fault.Is(err, fault.Unavailable) || strings.Contains(err.Error(), "secret-key") {
			t.Errorf("while it is away: %v, want unavailable without the key", err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
		seen := make(chan evm.Header, 1)
		var wg sync.WaitGroup
		wg.Go(func() {
			_ = c.Heads(ctx, func(h evm.Header) error {
				select {
				case seen <- h:
				default:
				}
				return nil
			})
		})
		proxy(t, addr, strings.TrimSuffix(target, "/"))
		select {
		case <-seen:
		case <-ctx.Done():
			t.Error(scheme, "no head was told after the endpoint had come")
		}
		cancel()
		wg.Wait()
		c.Close()
	}
}

// proxy listens where nobody did and passes connections on.
func proxy(t *testing.T, addr, target string) {
	t.Helper()
	l, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	pass(t, l, target)
}

func TestLateEndpointOfAnotherChainIsNotUsed(t *testing.T) {
	node := devnet(t, 0)
	c, err := rpc.New(rpc.Options{URL: node.URL(), ChainID: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for range 2 {
		if _, err := c.Head(t.Context()); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "serves chain 31337, not chain 1") {
			t.Errorf("%v, want that it is the wrong chain", err)
		}
	}
	if _, err := c.Send(t.Context(), []byte{1}); !fault.Is(err, fault.Invalid) {
		t.Errorf("sent to another chain: %v", err)
	}
}

func TestLateEndpointNeedsAChain(t *testing.T) {
	if _, err := rpc.New(rpc.Options{URL: "http://127.0.0.1:1"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("without a chain id: %v", err)
	}
	if _, err := rpc.New(rpc.Options{URL: "gopher://127.0.0.1:1", ChainID: 1}); !fault.Is(err, fault.Invalid) {
		t.Errorf("of another kind: %v", err)
	}
}

func TestCloseBeforeItIsThere(t *testing.T) {
	node := devnet(t, 0)
	c, err := rpc.New(rpc.Options{URL: node.WSURL(), ChainID: 31337})
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
	if _, err := c.Head(t.Context()); err == nil {
		t.Error("a closed client answers")
	}
}
