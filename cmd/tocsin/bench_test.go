package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/chain/rpc"
	"tocsin/evm"
	"tocsin/stage"
)

// runs is how often each benchmark does what it measures, whatever -benchtime says: one iteration is the whole of it.
const runs = 100

// shipped builds the command as it is shipped and returns its path.
func shipped(b *testing.B) string {
	b.Helper()
	bin := filepath.Join(b.TempDir(), "tocsin")
	cmd := exec.Command("go", "build", "-trimpath", "-o", bin, ".")
	cmd.Env = append(cmd.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("build: %v\n%s", err, out)
	}
	return bin
}

// report reports the middle and the end of what was measured.
func report(b *testing.B, name string, took []time.Duration) {
	b.Helper()
	slices.Sort(took)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	b.ReportMetric(ms(took[len(took)/2]), name+"-p50-ms")
	b.ReportMetric(ms(took[(len(took)*99+99)/100-1]), name+"-p99-ms")
	b.ReportMetric(ms(took[len(took)-1]), name+"-max-ms")
}

// BenchmarkServeStart measures from the start of the process to the console answering, on a database that holds an incident
// and a chain that has gone on meanwhile.
func BenchmarkServeStart(b *testing.B) {
	w := newWorld(b)
	w.bin = shipped(b)
	s := w.serve()
	if err := w.stage.Attack(context.Background()); err != nil {
		b.Fatal(err)
	}
	w.opened()
	s.stop(b)
	for b.Loop() {
		var took []time.Duration
		for range runs {
			begun := time.Now()
			s := w.serve()
			took = append(took, time.Since(begun))
			s.stop(b)
		}
		report(b, "ready", took)
	}
}

// BenchmarkIdleMemory measures the resident memory of a server that watches a chain on which nothing happens but ordinary
// traffic: once it answers, and at its highest within twenty seconds, in MiB. The chain runs in another process.
func BenchmarkIdleMemory(b *testing.B) {
	w := newWorld(b)
	w.bin = shipped(b)
	for b.Loop() {
		s := w.serve()
		first, highest := s.memory(b), 0.0
		tick := time.NewTicker(200 * time.Millisecond)
		for range 100 {
			<-tick.C
			highest = max(highest, s.memory(b))
		}
		tick.Stop()
		b.ReportMetric(first, "ready-MiB")
		b.ReportMetric(highest, "highest-MiB")
		s.stop(b)
	}
}

// memory is the server's resident memory in MiB.
func (s *server) memory(b *testing.B) float64 {
	b.Helper()
	out, err := exec.Command("ps", "-o", "rss=", "-p", strconv.Itoa(s.cmd.Process.Pid)).Output()
	if err != nil {
		b.Fatal(err)
	}
	kib, err := strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
	if err != nil {
		b.Fatal(err)
	}
	return kib / 1024
}

// BenchmarkEmergency goes through the first half of an emergency, each time with a new chain and a new server, and measures
// what the server contributes to it: from the moment at which an endpoint announces the block to the first page being in
// the mail server's hands, and, with every approval there, from the click that says it is real to the pause having been
// broadcast.
func BenchmarkEmergency(b *testing.B) {
	bin := shipped(b)
	for b.Loop() {
		var paged, paused []time.Duration
		for range runs {
			one, two := emergency(b, bin)
			paged, paused = append(paged, one), append(paused, two)
		}
		report(b, "head-to-page", paged)
		report(b, "real-to-broadcast", paused)
	}
}

// heads notes when each block of a chain was announced.
type heads struct {
	mu sync.Mutex
	at map[uint64]time.Time
}

func watchHeads(b *testing.B, st *stage.Stage) (*heads, func()) {
	b.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	c, err := rpc.Dial(ctx, rpc.Options{URL: st.WSEndpoint(), ChainID: st.ChainID()})
	if err != nil {
		b.Fatal(err)
	}
	h := &heads{at: map[uint64]time.Time{}}
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = c.Heads(ctx, func(head evm.Header) error {
			h.mu.Lock()
			defer h.mu.Unlock()
			if h.at[head.Number].IsZero() {
				h.at[head.Number] = time.Now()
			}
			return nil
		})
	})
	return h, func() { cancel(); wg.Wait(); c.Close() }
}

func emergency(b *testing.B, bin string) (paged, paused time.Duration) {
	b.Helper()
	w := newWorld(b)
	w.bin = bin
	defer w.stage.Close()
	announced, done := watchHeads(b, w.stage)
	defer done()
	s := w.serve()
	defer s.kill()
	janet := w.signedIn(s, "janet")
	w.until("the watch", func() bool { return s.watches(w) })
	if err := w.stage.Attack(context.Background()); err != nil {
		b.Fatal(err)
	}
	letter := w.post.wait(b, "the first page", func(l letter) bool { return pageLink.MatchString(l.Text) })
	id := w.opened()
	r := w.show(id, "janet")
	announced.mu.Lock()
	head := announced.at[r.Incident.Findings[0].Block]
	announced.mu.Unlock()
	if head.IsZero() {
		b.Fatal("the block of the finding was never announced")
	}
	decision := r.decision(b, "pause-contract")
	for _, who := range []string{"carmen", "oscar"} {
		w.approve(id, decision, who, w.sign(id, decision, who))
	}
	said := time.Now()
	if res, text := janet.ask(fmt.Sprintf("%s/incidents/%s/validate", s.URL, id), url.Values{}); res.StatusCode != http.StatusSeeOther {
		b.Fatalf("validate: %s\n%s", res.Status, text)
	}
	var sent time.Time
	w.until("the broadcast", func() bool {
		for _, e := range w.show(id, "janet").Timeline {
			if e.Kind == "action-sent" {
				sent = e.At
			}
		}
		return !sent.IsZero()
	})
	return letter.At.Sub(head), sent.Sub(said)
}
