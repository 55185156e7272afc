package app

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/chain/devchain"
	"tocsin/fault"
	"tocsin/incident"
	"tocsin/journal"
)

// vaultChain is the chain of the example plan.
const vaultChain = 31337

// Blind is no reason to be mute: the server starts, says what it does not see, calls people when somebody says that
// something is wrong, and watches once there is something to be seen.
func TestStartsWithoutItsEndpoint(t *testing.T) {
	var mu sync.Mutex
	var letters []letter
	box, err := openMailbox(t.TempDir(), func(l letter) {
		mu.Lock()
		defer mu.Unlock()
		letters = append(letters, l)
	})
	if err != nil {
		t.Fatal(err)
	}
	defer box.close()
	addr, retarget := pass(t, nowhere)
	s := serve(t, func(o *ServeOptions) {
		o.Endpoints, o.SMTP = map[uint64][]string{vaultChain: {"ws://" + addr + "/?key=hidden-key"}}, box.URL()
	})
	said := strings.Join(s.ready.Say, "\n")
	if !strings.Contains(said, "cannot be seen just now") || strings.Contains(said, "hidden-key") {
		t.Errorf("it says %q, want the chain that cannot be seen, without its key", said)
	}
	who := s.desk.person(t)
	_, err = s.desk.Engine.Open(t.Context(), incident.Command{Actor: journal.Actor{Kind: journal.Person, ID: who, Via: "test"}, Op: incident.OpOpen{Text: "The site looks wrong."}})
	if err != nil {
		t.Fatal(err)
	}
	s.eventually("somebody is called", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return slices.ContainsFunc(letters, func(l letter) bool { return l.Secret != "" })
	})
	node, err := devchain.Start(t.Context(), devchain.Options{ChainID: vaultChain, Period: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer node.Close()
	retarget(strings.TrimPrefix(node.WSURL(), "ws://"))
	s.eventually("the chain is watched", func() bool {
		w, err := s.desk.Engine.Watched(t.Context(), "harbour-vault", vaultChain)
		return err == nil && w.Block > 0
	})
	if err := s.stop(); err != nil {
		t.Error(err)
	}
}

// person is somebody of the core team.
func (d *Desk) person(t *testing.T) string {
	t.Helper()
	p, err := d.Engine.InForce(t.Context(), "harbour-vault")
	if err != nil {
		t.Fatal(err)
	}
	return p.CoreTeam[0].ID
}

func TestWhatCannotBeServedIsSaidAtOnce(t *testing.T) {
	node, err := devchain.Start(t.Context(), devchain.Options{ChainID: 7})
	if err != nil {
		t.Fatal(err)
	}
	defer node.Close()
	public, err := devchain.Start(t.Context(), devchain.Options{ChainID: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer public.Close()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	folder := t.TempDir()
	junk := filepath.Join(folder, "junk.pem")
	if err := os.WriteFile(junk, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(*ServeOptions)
		want   string
	}{
		"wrong chain":               {func(o *ServeOptions) { o.Endpoints = map[uint64][]string{vaultChain: {node.WSURL()}} }, "serves chain 7, not chain 31337"},
		"unknown chain":             {func(o *ServeOptions) { o.Endpoints = map[uint64][]string{5: {node.WSURL()}} }, "chain 5, which the plan does not name"},
		"exercises on a live chain": {func(o *ServeOptions) { o.StageEndpoints = map[uint64]string{vaultChain: public.URL()} }, "public chain with money on it"},
		"exercises on no chain":     {func(o *ServeOptions) { o.StageEndpoints = map[uint64]string{5: node.URL()} }, "chain 5, which no plan names"},
		"no such kind":              {func(o *ServeOptions) { o.Endpoints = map[uint64][]string{vaultChain: {"gopher://x/secret"}} }, "kind that is not supported"},
		"port taken":                {func(o *ServeOptions) { o.Listen = taken.Addr().String() }, "cannot listen on"},
		"no certificate": {func(o *ServeOptions) {
			o.TLSCert, o.TLSKey = filepath.Join(folder, "none"), filepath.Join(folder, "none")
		}, "certificate and its key cannot be used"},
		"bad certificate":   {func(o *ServeOptions) { o.TLSCert, o.TLSKey = junk, junk }, "certificate and its key cannot be used"},
		"half a pair":       {func(o *ServeOptions) { o.TLSCert = junk }, "both a certificate and its key"},
		"open to a network": {func(o *ServeOptions) { o.Listen = "0.0.0.0:0" }, "without TLS"},
	} {
		t.Run(name, func(t *testing.T) {
			o := serveOptions(t)
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			o.patience, o.Ready = patience, func(Ready) { t.Error("it says that it is ready"); stop() }
			c.change(&o)
			err := Serve(ctx, o)
			if err == nil || !strings.Contains(fault.Sentence(err), c.want) || strings.Contains(err.Error(), "secret") {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

// A chain that begins anew, as a drill chain whose folder was thrown away, is no crash and no silence: people are told that
// what was seen may not have happened, and the new chain is watched.
func TestChainThatBeginsAnew(t *testing.T) {
	begin := func() *devchain.Chain {
		node, err := devchain.Start(t.Context(), devchain.Options{ChainID: vaultChain, Period: 50 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { node.Close() })
		return node
	}
	host := func(node *devchain.Chain) string { return strings.TrimPrefix(node.WSURL(), "ws://") }
	old := begin()
	addr, retarget := pass(t, host(old))
	s := serve(t, func(o *ServeOptions) { o.Endpoints = map[uint64][]string{vaultChain: {"ws://" + addr}} })
	watched := func() uint64 {
		w, err := s.desk.Engine.Watched(t.Context(), "harbour-vault", vaultChain)
		if err != nil {
			t.Fatal(err)
		}
		return w.Block
	}
	// As long as the chain's beginning is remembered, which both chains share, another chain is an ordinary reorganisation.
	s.eventually("the chain's beginning is forgotten", func() bool { return watched() >= 70 })
	anew := begin()
	retarget(host(anew))
	// The chain holds no vault, so that reading it fails, and people are told of that as well.
	told := func() (found []incident.Finding) {
		list, err := s.desk.Engine.List(t.Context(), false)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range list {
			v, err := s.desk.Engine.View(t.Context(), x.ID)
			if err != nil {
				t.Fatal(err)
			}
			if slices.ContainsFunc(v.State.Findings, func(f incident.Finding) bool { return f.Detector == "reorg" }) {
				found = append(found, v.State.Findings...)
			}
		}
		return found
	}
	s.eventually("people are told", func() bool { return len(told()) > 0 })
	beyond := max(anew.Head().Number, watched()) + 5
	s.eventually("the new chain is watched", func() bool { return watched() >= beyond })
	if found := told(); len(found) != 1 {
		t.Errorf("findings %+v", found)
	}
}

// One endpoint that is of no use, or of another chain, keeps nobody from watching over the others.
func TestOneEndpointOfSeveralIsEnough(t *testing.T) {
	node, err := devchain.Start(t.Context(), devchain.Options{ChainID: vaultChain, Period: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer node.Close()
	other, err := devchain.Start(t.Context(), devchain.Options{ChainID: 7})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	gone, _ := pass(t, nowhere)
	s := serve(t, func(o *ServeOptions) {
		o.Endpoints, o.patience = map[uint64][]string{vaultChain: {other.URL(), "http://" + gone + "/hidden-key", node.WSURL(), node.URL()}}, patience
	})
	if said := strings.Join(s.ready.Say, "\n"); strings.Contains(said, "hidden-key") || strings.Contains(said, "cannot be seen") {
		t.Errorf("it says %q", said)
	}
	s.eventually("the chain is watched", func() bool {
		w, err := s.desk.Engine.Watched(t.Context(), "harbour-vault", vaultChain)
		return err == nil && w.Block > 3
	})
	list, err := s.desk.Engine.List(t.Context(), true)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range list { // the chain holds no vault: that it cannot be read may have been told by now
		v, err := s.desk.Engine.View(t.Context(), x.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range v.State.Findings {
			if slices.Contains([]string{"endpoint", "blind", "stalled", "behind"}, f.Detector) {
				t.Errorf("somebody was called about an endpoint that is not needed: %s: %s", f.Detector, f.Say)
			}
		}
	}
	if err := s.stop(); err != nil {
		t.Error(err)
	}
}
