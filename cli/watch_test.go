package cli

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"tocsin/app"
	"tocsin/detect"
	"tocsin/incident"
	"tocsin/stage"
)

var rewrite = flag.Bool("rewrite", false, "write what is seen into the files in testdata")

func someVista() app.Vista {
	at := func(h, m, s int) time.Time { return time.Date(2026, 12, 6, h, m, s, 0, time.UTC) }
	var history []detect.Point
	for i := range 30 {
		history = append(history, detect.Point{Time: uint64(i), Figure: float64(i % 7)})
	}
	history = append(history, detect.Point{Time: 31, Figure: 40})
	return app.Vista{
		At:     at(3, 4, 10),
		Chains: []app.ChainVista{{ID: 1, Name: "Main network", Block: 24187320, Time: at(3, 3, 59), Every: 12}, {ID: 10, Name: "Second", Why: "no endpoint was given"}},
		Detectors: []detect.Sight{
			{Detector: "quiet", Name: "Upgrade", State: detect.Quiet, Value: detect.Measure{Text: "0 in 24 h"}, Threshold: detect.Measure{Text: "any"}},
			{Detector: "warming", Name: "Share of failures", State: detect.Warming, Why: "3 of 36 windows of its baseline have been seen", Value: detect.Measure{Text: "12 %"}},
			{Detector: "out", Name: "Outflow of the vault in any token that it holds", State: detect.Firing, Last: at(2, 51, 27), Value: detect.Measure{Text: "289 ETH"}, Baseline: detect.Measure{Text: "8 ETH"}, Threshold: detect.Measure{Text: "120 ETH"}, History: history},
			{Detector: "lost", Name: "Solvency", State: detect.Unknown, Why: "It cannot be told: assets: no answer within 10s", Value: detect.Measure{Text: "old"}},
			{Detector: "cool", Name: "Executor runs dry", State: detect.Cooling, Last: at(1, 0, 0), Value: detect.Measure{Text: "0.123456789123456789 ETH"}, Threshold: detect.Measure{Text: "below 0.2 ETH"}},
			{Detector: "site", Name: "Web site", State: detect.Elsewhere, Why: "What it looks at is not on a chain"},
		},
		Findings: []incident.Finding{
			{ID: "2", Detector: "out", At: at(2, 51, 27), Say: "289 ETH left the vault\x1b[2J in 5 minutes,\nwhere 8 ETH are usual"},
			{ID: "1", Detector: "cool", At: at(1, 0, 0), Say: "Executor runs dry: 0.1 ETH", Retracted: "Its block is gone."},
		},
	}
}

func TestWatchScreen(t *testing.T) {
	for _, c := range []struct {
		name          string
		width, height int
		colour        bool
	}{{"80", 80, 24, false}, {"60", 60, 24, false}, {"32", 32, 24, false}, {"colour", 80, 24, true}, {"low", 80, 12, false}, {"wide", 132, 40, false}} {
		t.Run(c.name, func(t *testing.T) {
			s := watchScreen{Title: "Harbour Vault", Note: "Seen from here. Nobody is called, and nothing is kept.", Vista: someVista(), Colour: c.colour, Trouble: `msg="the chain cannot be followed just now" chain=1`}
			lines := s.lines(c.width, c.height)
			if len(lines) > c.height {
				t.Errorf("%d lines in %d", len(lines), c.height)
			}
			for _, l := range lines {
				if n := utf8.RuneCountInString(l); !c.colour && n > c.width {
					t.Errorf("%d characters in %d: %s", n, c.width, l)
				}
				if !c.colour && strings.ContainsRune(l, '\x1b') {
					t.Errorf("%q steers the terminal", l)
				}
			}
			got := strings.ReplaceAll(strings.Join(lines, "\n"), "\x1b", "^") + "\n"
			file := filepath.Join("testdata", "watch", c.name+".txt")
			if *rewrite {
				if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil || got != string(want) {
				t.Errorf("got\n%s\nwant\n%s\n%v", got, want, err)
			}
		})
	}
}

func TestWatchScreenOfManyDetectors(t *testing.T) {
	v := app.Vista{}
	for i := range 10_000 {
		g := detect.Sight{Detector: fmt.Sprint(i), Name: fmt.Sprintf("Number %d", i), State: detect.Quiet, Value: detect.Measure{Text: "1"}}
		if i == 9_999 {
			g.State = detect.Firing
		}
		v.Detectors = append(v.Detectors, g)
	}
	s := watchScreen{Vista: v}
	first := strings.Join(s.lines(80, 24), "\n")
	if !strings.Contains(first, "!! Number 9999 ") || !strings.Contains(first, "1 firing, 9,999 quiet") || !strings.Contains(first, "page 1 of ") {
		t.Error(first)
	}
	s.Page = 1 << 30
	if last := strings.Join(s.lines(80, 24), "\n"); !strings.Contains(last, "Number 9998 ") || s.Page > 10_000 {
		t.Errorf("page %d: %s", s.Page, last)
	}
}

func TestWatchLines(t *testing.T) {
	var b strings.Builder
	l := watchLines{w: &b, title: "Title"}
	v := someVista()
	v.Findings[1].Retracted = ""
	for range 2 {
		if err := l.show(v); err != nil {
			t.Fatal(err)
		}
	}
	v.Findings[1].Retracted = "Its block is gone."
	v.At = v.At.Add(time.Minute)
	if err := l.show(v); err != nil {
		t.Fatal(err)
	}
	want := `Title
01:00:00  Executor runs dry: 0.1 ETH
02:51:27  Outflow of the vault in any token that it holds: 289 ETH left the vault[2J in 5 minutes, where 8 ETH are usual
03:04:10  Main network (1): block 24,187,320, 11s old, one every 12 s; Second (10): no endpoint was given; 1 firing, 1 cannot be told, 1 warming, 1 cooling, 1 quiet, 1 not on a chain
03:05:10  taken back: Executor runs dry: 0.1 ETH Its block is gone.
03:05:10  Main network (1): block 24,187,320, 1m 11s old, one every 12 s; Second (10): no endpoint was given; 1 firing, 1 cannot be told, 1 warming, 1 cooling, 1 quiet, 1 not on a chain
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

// A real chain is looked at once, from its beginning, without a server.
func TestWatchARealChain(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	world, err := stage.Start(ctx, stage.Options{Period: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer world.Close()
	code, out, said := runCLI(t, "watch", "../examples/vault", "--endpoint", "31337="+world.WSEndpoint(), "--from", "1", "--once", "--json")
	var v app.Vista
	if code != exitFine || json.Unmarshal([]byte(out), &v) != nil {
		t.Fatalf("%d: %s %s", code, out, said)
	}
	states := map[string]string{}
	for _, g := range v.Detectors {
		states[g.Detector] = g.State
	}
	if len(v.Chains) != 1 || v.Chains[0].Block == 0 || len(v.Detectors) == 0 || v.Findings == nil {
		t.Fatal(out)
	}
	for id, s := range states {
		if s == "" || s == detect.Off {
			t.Errorf("%s is %q", id, s)
		}
	}
	code, out, _ = runCLI(t, "watch", "../examples/vault", "--endpoint", "31337="+world.WSEndpoint(), "--once")
	if code != exitFine || !strings.Contains(out, "Nobody is called") || !strings.Contains(out, v.Detectors[0].Name[:8]) {
		t.Errorf("%d: %s", code, out)
	}
}

func TestWatchRefuses(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"watch", "takes the folder of a plan"},
		{"watch ../examples/vault", "No endpoint is given"},
		{"watch ../examples/vault --endpoint 5=http://127.0.0.1:1", "chain 5, which the plan does not name"},
		{"watch ../examples/vault --data x", "running server"},
		{"watch --data nowhere", "holds no Tocsin data"},
		{"watch ../examples/vault --for -1s", "length of time"},
	} {
		if code, out, said := runCLI(t, strings.Fields(c.args)...); code != exitUnusable || !strings.Contains(said, c.want) {
			t.Errorf("%s: %d, %s%s", c.args, code, out, said)
		}
	}
}
