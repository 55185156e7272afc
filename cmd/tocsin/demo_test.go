package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// outcome is what `demo --auto --json` prints, as its users read it.
type outcome struct {
	Incident       string               `json:"incident"`
	Phases         map[string]time.Time `json:"phases"`
	FirstMalicious tx                   `json:"first_malicious_tx"`
	Pause          tx                   `json:"pause_tx"`
	DetectedBlock  uint64               `json:"detected_block"`
	AnsweredBy     []string             `json:"answered_by"`
	Approvals      []struct{ Who, How string }
	Paused         bool   `json:"paused"`
	Deposits       string `json:"deposits"`
	LossDetection  string `json:"loss_at_detection"`
	LossPause      string `json:"loss_at_pause"`
	LossFinal      string `json:"loss_final"`
	PagesSent      int    `json:"pages_sent"`
	UpdatesPosted  int    `json:"updates_posted"`
	Events         int    `json:"events"`
	ExportVerifies bool   `json:"export_verifies"`
	Postmortem     string `json:"postmortem"`
	Export         string `json:"export"`
}

type tx struct {
	Hash   string `json:"hash"`
	Block  uint64 `json:"block"`
	Status uint64 `json:"status"`
}

// demo starts the demo in a process of its own.
func demo(t *testing.T, data string) (*exec.Cmd, *bytes.Buffer, *bytes.Buffer) {
	t.Helper()
	tocsin, err := exec.LookPath("tocsin")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(tocsin, "demo", "--auto", "--json", "--data", data, "--log", "error")
	var out, log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &log
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
	return cmd, &out, &log
}

// check reads an outcome and holds it to what every demo must end with.
func check(t *testing.T, out []byte) outcome {
	t.Helper()
	var o outcome
	if err := json.Unmarshal(out, &o); err != nil {
		t.Fatalf("the output is not one JSON object: %v\n%s", err, out)
	}
	for _, phase := range []string{"detected", "validated", "contained", "resolved", "closed"} {
		if o.Phases[phase].IsZero() {
			t.Errorf("no time for phase %s", phase)
		}
	}
	if !o.Paused || o.Pause.Status != 1 || o.Pause.Block <= o.FirstMalicious.Block || len(o.Pause.Hash) != 66 {
		t.Errorf("the vault was not paused by a transaction after the attack: %+v", o)
	}
	if o.LossFinal != o.LossPause || o.LossFinal == "0" || len(o.LossFinal) >= len(o.Deposits) && o.LossFinal >= o.Deposits {
		t.Errorf("deposits %s, loss at detection %s, at pause %s, final %s", o.Deposits, o.LossDetection, o.LossPause, o.LossFinal)
	}
	if len(o.Approvals) < 2 || len(o.AnsweredBy) < 2 || o.PagesSent == 0 || o.UpdatesPosted == 0 || o.Events < 30 || !o.ExportVerifies {
		t.Errorf("too little happened: %+v", o)
	}
	text, err := os.ReadFile(o.Postmortem)
	if err != nil || !strings.Contains(string(text), o.Pause.Hash) {
		t.Errorf("the post-mortem does not name the pause transaction: %v", err)
	}
	return o
}

// events reads the journal of an outcome's export.
func events(t *testing.T, o outcome) []map[string]any {
	t.Helper()
	z, err := zip.OpenReader(o.Export)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	f, err := z.Open("events.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	var list []map[string]any
	for line := range strings.Lines(string(b)) {
		var e map[string]any
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		list = append(list, e)
	}
	return list
}

// landedOnce holds a journal to the promises that a crash must not break.
func landedOnce(t *testing.T, list []map[string]any) {
	t.Helper()
	landings, nonces, requested, rung := map[string]bool{}, map[float64]bool{}, map[string]bool{}, map[string]bool{}
	for _, e := range list {
		data, _ := e["data"].(map[string]any)
		switch e["kind"] {
		case "action-landed":
			landing, _ := data["landing"].(map[string]any)
			landings[landing["tx"].(string)] = true
		case "action-signed":
			tx, _ := data["tx"].(map[string]any)
			nonces[tx["nonce"].(float64)] = true
		case "page-requested":
			requested[data["page"].(string)] = true
		case "page-rung":
			rung[data["page"].(string)] = true
		}
	}
	if len(landings) != 1 || len(nonces) != 1 {
		t.Errorf("%d landings with %d nonces; want one of each", len(landings), len(nonces))
	}
	for page := range requested {
		if !rung[page] {
			t.Errorf("%s was requested and never rung", page)
		}
	}
}

func TestDemoPlaysItselfToTheEnd(t *testing.T) {
	t.Parallel()
	cmd, out, log := demo(t, t.TempDir())
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, log)
	}
	o := check(t, out.Bytes())
	landedOnce(t, events(t, o))
}

// TestDemoSurvivesKills kills the demo at random moments and starts it again over the same folder: it must come to the same
// end, with nothing lost and the pause landed once.
func TestDemoSurvivesKills(t *testing.T) {
	const kills = 8
	var killed atomic.Int64
	t.Cleanup(func() {
		if killed.Load() == 0 {
			t.Error("every demo had ended before its moment came: nothing was tested")
		}
	})
	for i := range kills {
		// Nearly everything happens in the first seconds: moments lie close there, and a few come later.
		from, within := time.Duration(i)*400*time.Millisecond, 400*time.Millisecond
		if i >= kills-2 {
			from, within = 2400*time.Millisecond, 4*time.Second
		}
		t.Run("", func(t *testing.T) {
			t.Parallel()
			moment := from + rand.N(within)
			t.Logf("killed after %s", moment)
			data := t.TempDir()
			cmd, _, log := demo(t, data)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			kill := time.AfterFunc(moment, func() { _ = cmd.Process.Kill() })
			err := cmd.Wait()
			kill.Stop()
			var exit *exec.ExitError
			if err != nil && !errors.As(err, &exit) {
				t.Fatal(err)
			}
			if err != nil && exit.Exited() {
				t.Fatalf("it ended by itself: %v\n%s", err, log)
			}
			if err != nil {
				killed.Add(1)
			}
			cmd, out, log := demo(t, data)
			if err := cmd.Run(); err != nil {
				t.Fatalf("%v\n%s", err, log)
			}
			o := check(t, out.Bytes())
			landedOnce(t, events(t, o))
		})
	}
}
