package backtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tocsin/evm"
	"tocsin/plan"
	"tocsin/stage"
)

// recording is the example protocol's chain, from its first block until the attack on it was over.
type recording struct {
	lines  [][]byte // {"block": …, "receipts": …}
	traced [][]byte // the same with "traces"
	blocks []*evm.Block
	attack evm.Hash // first malicious transaction
	at     uint64   // its block
	thefts []string // transactions that took something out of an account that is not theirs
}

var recordOnce = sync.OnceValues(func() (*recording, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	pace := newPace()
	defer pace.end()
	s, err := stage.Start(ctx, stage.Options{Period: 5 * time.Millisecond, Seed: 7, Pace: 1, Clock: pace.now})
	if err != nil {
		return nil, err
	}
	defer s.Close()
	r := &recording{}
	begun := false
	withdraw := evm.Keccak([]byte("Withdraw(address,address,address,uint256,uint256)"))
	// The chain is recorded while it grows, so that it goes on for as long as is needed and no longer.
	for n := uint64(0); ; {
		block, err := ask(ctx, s.Endpoint(), "eth_getBlockByNumber", fmt.Sprintf("0x%x", n), true)
		if err != nil {
			return nil, err
		}
		if string(block) == "null" {
			continue
		}
		receipts, err := ask(ctx, s.Endpoint(), "eth_getBlockReceipts", fmt.Sprintf("0x%x", n))
		if err != nil {
			return nil, err
		}
		line := fmt.Appendf(nil, `{"block":%s,"receipts":%s}`, block, receipts)
		l, err := decodeLine(line, false, false)
		if err != nil {
			return nil, err
		}
		pace.recorded(l.Block.Time)
		r.lines, r.blocks = append(r.lines, line), append(r.blocks, l.Block)
		traces := json.RawMessage("[]") // the first block cannot be traced, and holds nothing
		if n > 0 {
			if traces, err = ask(ctx, s.Endpoint(), "debug_traceBlockByNumber", fmt.Sprintf("0x%x", n), map[string]string{"tracer": "callTracer"}); err != nil {
				return nil, err
			}
		}
		r.traced = append(r.traced, fmt.Appendf(nil, `{"block":%s,"receipts":%s,"traces":%s}`, block, receipts, traces))
		for _, rec := range l.Block.Receipts {
			for _, g := range rec.Logs {
				if g.Topics[0] == withdraw && g.Address == s.Vault && g.Topics[1] != g.Topics[3] {
					r.thefts = append(r.thefts, rec.TxHash.Hex())
				}
			}
		}
		if n == 120 {
			if err := s.Attack(ctx); err != nil {
				return nil, err
			}
			begun = true
		}
		if begun && len(r.thefts) >= 20 {
			break
		}
		n++
	}
	tx, err := s.FirstMaliciousTx(ctx)
	if err != nil {
		return nil, err
	}
	r.attack, r.at = tx.Hash, tx.Block
	return r, nil
})

// pace is the clock of a chain that is recorded while it grows. It runs fast, but never far ahead of what is recorded: a busy
// machine mines no more than it can record.
type pace struct {
	unix, until atomic.Int64
	tick        *time.Ticker
	ended       chan struct{}
}

func newPace() *pace {
	p := &pace{tick: time.NewTicker(5 * time.Millisecond), ended: make(chan struct{})}
	p.unix.Store(time.Now().Unix())
	p.until.Store(p.unix.Load() + 150) // the stage is set within
	go func() {
		for {
			select {
			case <-p.ended:
				return
			case <-p.tick.C:
				if p.unix.Load() < p.until.Load() {
					p.unix.Add(1)
				}
			}
		}
	}()
	return p
}

func (p *pace) now() time.Time { return time.Unix(p.unix.Load(), 0) }

// recorded tells the time of the last block that was recorded.
func (p *pace) recorded(at uint64) { p.until.Store(max(p.until.Load(), int64(at)+30)) }

func (p *pace) end() {
	p.tick.Stop()
	close(p.ended)
}

// ask is one JSON-RPC request, answered as it came.
func ask(ctx context.Context, url, method string, params ...any) (json.RawMessage, error) {
	body, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	var answer struct {
		Result json.RawMessage
		Error  any
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return nil, err
	}
	if answer.Error != nil {
		return nil, errors.New(fmt.Sprint(answer.Error))
	}
	return answer.Result, nil
}

func recorded(t testing.TB) *recording {
	t.Helper()
	r, err := recordOnce()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// examplePlan is the example protocol's plan, as far as recorded blocks can tell.
func examplePlan(t testing.TB) *plan.Plan {
	t.Helper()
	p, err := recordedPlan()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// recordedPlan is the example's plan without what is read from the chain's state, and without what others report.
func recordedPlan() (*plan.Plan, error) {
	p, _, err := plan.Load(os.DirFS("../examples/vault"))
	if err != nil {
		return nil, err
	}
	p.Detectors = slices.DeleteFunc(p.Detectors, func(d plan.Detector) bool { return d.Kind == "state" || d.Kind == "webhook" })
	return p, nil
}

// file writes lines into a file.
func file(t testing.TB, name string, lines ...[]byte) string {
	t.Helper()
	return raw(t, name, append(bytes.Join(lines, []byte("\n")), '\n'))
}

func raw(t testing.TB, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// run replays files.
func run(t testing.TB, o Options, files ...string) (*Report, error) {
	t.Helper()
	if o.Source == nil {
		o.Source = NewFiles(files, o.Loose)
	}
	if o.Plan == nil {
		o.Plan = examplePlan(t)
	}
	return Run(t.Context(), o)
}

// sound is a report of a replay that must have gone well.
func sound(t testing.TB, o Options, files ...string) *Report {
	t.Helper()
	r, err := run(t, o, files...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *Report) detector(t testing.TB, id string) *DetectorReport {
	t.Helper()
	for i := range r.Detectors {
		if r.Detectors[i].ID == id {
			return &r.Detectors[i]
		}
	}
	t.Fatalf("the report has no detector %q", id)
	return nil
}

// found is what a report says was found, as text: two that are equal found the same.
func found(t testing.TB, r *Report) string {
	t.Helper()
	b, err := json.MarshalIndent([]any{r.From, r.To, r.Blocks, r.Attack, r.Detectors}, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
