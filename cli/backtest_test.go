package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/backtest"
	"tocsin/stage"
)

const backtestPlan = `tocsin: 1
protocol: test
name: Test
chains:
  - {id: 1, name: Main network}
assets:
  - {id: weth, name: Wrapped ether, kind: token, chain: 1, address: "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2", unit: WETH, decimals: 18}
detectors:
  - {id: transfers, name: Large transfers, kind: match, mode: page, asset: weth, event: "Transfer(address indexed from, address indexed to, uint256 value)", where: event.args.value > ether(1), amount: event.args.value, message: Much is moved}
  - {id: silent, name: Never, kind: match, asset: weth, event: "Deposit(address indexed dst, uint256 wad)", where: event.args.wad > ether(100000000)}
  - {id: status, name: Status page, kind: http, url: "https://status.example/health", every: 1m}
`

// backtestWorld is a plan and the real block 21925176, which comes with the hashes of its transactions only.
func backtestWorld(t *testing.T) (dir, lines string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "plan.yaml"), []byte(backtestPlan), 0o600); err != nil {
		t.Fatal(err)
	}
	var line bytes.Buffer
	part := func(name string) {
		b, err := os.ReadFile("../evm/testdata/21925176-" + name + ".json")
		if err == nil {
			err = json.Compact(&line, b)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	line.WriteString(`{"block":`)
	part("block")
	line.WriteString(`,"receipts":`)
	part("receipts")
	line.WriteString("}\n")
	lines = filepath.Join(t.TempDir(), "blocks.jsonl")
	if err := os.WriteFile(lines, line.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir, lines
}

func runCLI(t *testing.T, args ...string) (code int, out, said string) {
	t.Helper()
	var o, e bytes.Buffer
	code = Run(t.Context(), args, strings.NewReader(""), &o, &e)
	return code, o.String(), e.String()
}

func TestBacktest(t *testing.T) {
	plan, lines := backtestWorld(t)
	code, out, said := runCLI(t, "backtest", "--plan", plan, "--blocks", lines, "--unverified")
	for _, part := range []string{
		"Test on chain 1, blocks 21925176 to 21925176", "1 block replayed, taken as they are", "hashes of transactions only",
		"transfers  Large transfers (match, page)", "block 21925176", "Much is moved (", " WETH)", "silent  Never (match, observe)", "No findings", "status (http)",
	} {
		if !strings.Contains(out, part) {
			t.Errorf("does not say %q:\n%s", part, out)
		}
	}
	if code != exitFine || said != "" {
		t.Errorf("exit %d, %s", code, said)
	}
}

func TestBacktestJSON(t *testing.T) {
	plan, lines := backtestWorld(t)
	code, out, said := runCLI(t, "backtest", "--plan", plan, "--blocks", lines, "--unverified", "--json", "--attack-block", "21925176")
	var r struct {
		Chain, From, To, Blocks uint64
		Verified                bool
		Detectors               []struct {
			ID, Kind, Mode string
			Findings       []struct {
				Block  uint64
				Tx     string
				Amount string
			}
			First  map[string]any
			PerDay *float64 `json:"per_day"`
		}
		NotRun []struct{ ID, Why string } `json:"not_run"`
	}
	if err := json.Unmarshal([]byte(out), &r); err != nil || code != exitFine || said != "" {
		t.Fatalf("exit %d, %v, %s", code, err, said)
	}
	if r.Chain != 1 || r.From != 21925176 || r.To != r.From || r.Blocks != 1 || r.Verified || len(r.Detectors) != 2 || len(r.NotRun) != 1 || r.NotRun[0].ID != "status" {
		t.Fatalf("report %+v", r)
	}
	d := r.Detectors[0]
	if d.ID != "transfers" || d.Kind != "match" || d.Mode != "page" || len(d.Findings) == 0 || d.First["block"] != 21925176.0 || d.PerDay == nil || *d.PerDay != 0 || d.Findings[0].Amount == "" {
		t.Errorf("detector %+v", d)
	}
}

// A chain that is there is read over its endpoint, and a second run with the same state has nothing left to do.
func TestBacktestEndpoint(t *testing.T) {
	s, err := stage.Start(t.Context(), stage.Options{Period: 5 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	args := []string{
		"backtest", "--plan", "../examples/vault", "--endpoint", "31337=" + s.Endpoint(), "--from", "1", "--to", "5", "--attack-block", "1", "--json",
		"--state", filepath.Join(t.TempDir(), "state"),
	}
	for _, resumed := range []uint64{0, 5} {
		code, out, said := runCLI(t, args...)
		var r backtest.Report
		if err := json.Unmarshal([]byte(out), &r); err != nil || code != exitNo || said != "" {
			t.Fatalf("exit %d, %v, %s%s", code, err, said, out)
		}
		if r.Chain != 31337 || r.From != 1 || r.To != 5 || r.Blocks != 5 || !r.Verified || r.Resumed != resumed || r.Caught == nil || *r.Caught {
			t.Errorf("report %+v", r)
		}
	}
	t.Setenv(endpointVariable+"31337", s.Endpoint())
	if code, out, said := runCLI(t, "backtest", "--plan", "../examples/vault", "--chain", "31337", "--from", "2"); code != exitFine || !strings.Contains(out, "blocks 2 to ") || !strings.Contains(out, "all verified") {
		t.Errorf("exit %d, %s%s", code, out, said)
	}
	if code, _, said := runCLI(t, "backtest", "--plan", "../examples/vault", "--endpoint", "31337="+s.Endpoint(), "--from", "1", "--to", "1000000"); code != exitUnusable || !strings.Contains(said, "not there yet") {
		t.Errorf("exit %d, %s", code, said)
	}
}

// The exit code says whether the attack was found, and whether the input could be used.
func TestBacktestExits(t *testing.T) {
	plan, lines := backtestWorld(t)
	bad := filepath.Join(t.TempDir(), "bad.jsonl")
	good, err := os.ReadFile(lines)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(bad, append(good, "{\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	base := []string{"backtest", "--plan", plan}
	loose := append(base, "--unverified", "--blocks", lines)
	for _, c := range []struct {
		args      []string
		code      int
		out, said string
	}{
		{append(loose, "--detector", "silent", "--attack-block", "21925176"), exitNo, "was not found by any", ""},
		{append(loose, "--detector", "transfers,silent", "--attack-block", "21925176"), exitFine, "first by transfers", ""},
		{append(loose, "--attack-block", "21925177"), exitUnusable, "before it ended", "The attack is not in these blocks"},
		{append(loose, "--attack-tx", "0x12"), exitUnusable, "", "not the hash"},
		{append(loose, "--attack-tx", "0x"+strings.Repeat("12", 32), "--attack-block", "1"), exitUnusable, "", "one of"},
		{append(loose, "--from", "1"), exitUnusable, "", "endpoint"},
		{append(loose, "--detector", "nobody"), exitUnusable, "", "nobody"},
		{append(base, "--unverified", "--blocks", bad), exitUnusable, "1 block replayed", bad + ":2: "},
		{append(base, "--blocks", lines), exitUnusable, "no block was replayed", lines + ":1: "},
		{append(base, "--blocks", lines, "--endpoint", "1=http://127.0.0.1:1"), exitUnusable, "", "where the blocks come from"},
		{append(base, "--endpoint", "1=http://127.0.0.1:1", "--unverified"), exitUnusable, "", "always verified"},
		{append(base, "--endpoint", "1=http://127.0.0.1:1", "--chain", "2"), exitUnusable, "", "Leave --chain out"},
		{base, exitUnusable, "", "where the blocks come from"},
		{append(base, lines), exitUnusable, "", "does not know what to do"},
		{[]string{"backtest", "--blocks", lines}, exitUnusable, "", "No plan folder"},
		{append(base, "--chain", "1"), exitUnusable, "", endpointVariable + "1"},
	} {
		code, out, said := runCLI(t, c.args...)
		if code != c.code || !strings.Contains(out, c.out) || !strings.Contains(said, c.said) || (c.said == "") != (said == "") {
			t.Errorf("%v: exit %d, want %d\n%s\n%s", c.args[3:], code, c.code, out, said)
		}
	}
	code, out, said := runCLI(t, append(base, "--json", "--unverified", "--blocks", bad)...)
	var r backtest.Report
	if err := json.Unmarshal([]byte(out), &r); err != nil || code != exitUnusable || r.Blocks != 1 || !strings.Contains(r.Error, bad+":2: ") || said != "" {
		t.Errorf("exit %d, %v, error %q, %s", code, err, r.Error, said)
	}
}

func TestBacktestStopped(t *testing.T) {
	plan, lines := backtestWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var o, e bytes.Buffer
	if code := Run(ctx, []string{"backtest", "--plan", plan, "--blocks", lines, "--unverified", "--state", filepath.Join(plan, "state")}, nil, &o, &e); code != exitUnusable || !strings.Contains(e.String(), "goes on where it was") {
		t.Errorf("exit %d, %s", code, &e)
	}
}

// The bar tells rate and time left, and says nothing where nobody looks.
func TestBar(t *testing.T) {
	b := newBar(&bytes.Buffer{})
	b.show(backtest.Progress{Blocks: 1})
	if b.drawn {
		t.Error("a bar was drawn on something that is no terminal")
	}
	b.from = 100
	line := b.line(backtest.Progress{Blocks: 12_345, New: 5000, Findings: 7, Done: 600, Total: 1100}, 10*time.Second)
	if line != "12,345 blocks, 7 findings, 500 blocks/s, 54%, 10s left" {
		t.Error(line)
	}
}

func TestUnitAmount(t *testing.T) {
	u := unit{"WETH", 18}
	for in, want := range map[string]string{
		"1000000000000000000": "1 WETH", "1234567890000000000000000": "1,234,567.89 WETH", "-2500000000000000000": "-2.50 WETH",
		"0": "0 WETH", "1": "1 of the smallest unit of WETH", "10000000000000000": "0.01 WETH", "x": "x",
	} {
		if got := u.amount(in); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
	if got := (unit{}).amount("1500"); got != "1500" {
		t.Error(got)
	}
	if got := (unit{"SHARE", 0}).amount("1500"); got != "1,500 SHARE" {
		t.Error(got)
	}
	for d, want := range map[time.Duration]string{0: "0s", 75 * time.Second: "1m 15s", 26 * time.Hour: "1d 2h", 61 * time.Minute: "1h 1m"} {
		if got := span(d); got != want {
			t.Errorf("%v: %q, want %q", fmt.Sprint(d), got, want)
		}
	}
}
