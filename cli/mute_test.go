package cli

import (
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/app"
	"tocsin/engine"
	"tocsin/evm"
	"tocsin/incident"
	"tocsin/plan"
)

// dataFolder is the data folder of a server with the small plan in force, and what changes it as the server would.
func dataFolder(t *testing.T) (dir string, change func(func(*engine.Engine) error)) {
	t.Helper()
	return dataFolderOf(t, "../incident/testdata/plan")
}

// dataFolderOf is a data folder in which the plan of a folder is in force.
func dataFolderOf(t *testing.T, folder string) (dir string, change func(func(*engine.Engine) error)) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "data")
	p, source, err := plan.Load(os.DirFS(folder))
	if err != nil {
		t.Fatal(err)
	}
	change = func(do func(*engine.Engine) error) {
		t.Helper()
		k, err := app.Open(t.Context(), dir, true, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		defer k.Close()
		if err := do(k.Engine); err != nil {
			t.Fatal(err)
		}
	}
	change(func(e *engine.Engine) error {
		_, err := e.Pin(t.Context(), p, source.Files)
		return err
	})
	return dir, change
}

func see(t *testing.T, id, detector, mode string, retracted ...string) func(*engine.Engine) error {
	return func(e *engine.Engine) error {
		return e.Observe(t.Context(), engine.Observation{Protocol: "small", Retracted: retracted, RetractedWhy: "Its block is gone.", Findings: []incident.Finding{{
			ID: id, Detector: detector, Mode: mode, Issues: []string{"theft"}, Asset: "vault", Chain: 31337, Block: 204, Tx: evm.Hash{1, 2},
			At: time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC), Say: "Money leaves by " + id + ".\x1b[2J",
		}}})
	}
}

// tells runs a command line and fails the test unless it exits by a code and says some things.
func tells(t *testing.T, code int, args []string, want ...string) string {
	t.Helper()
	got, out := says(t, args...)
	if got != code {
		t.Errorf("%s: exit %d: %s", strings.Join(args, " "), got, out)
	}
	for _, s := range want {
		if !strings.Contains(out, s) {
			t.Errorf("%s: lacks %q: %s", strings.Join(args, " "), s, out)
		}
	}
	return out
}

func TestMuteByCommands(t *testing.T) {
	dir, change := dataFolder(t)
	at := []string{"--data", dir}
	as := func(who string, args ...string) []string { return append(append(args, at...), "--as", who) }
	tells(t, 0, append([]string{"mutes"}, at...), "No detector is muted.")
	tells(t, 2, as("ada", "mute", "drains", "--why", "x"), "Did you mean drain?")
	tells(t, 2, as("ada", "mute", "drain"), "The reason is missing.")
	tells(t, 2, as("ada", "mute", "drain", "--why", "x", "--until", "8d"), "7 days at most")
	tells(t, 2, as("ada", "mute", "drain", "--why", "x", "--until", "later"), "neither a length of time nor a time", "--until 4h")
	tells(t, 1, as("eve", "mute", "drain", "--why", "x"), "may not mute detectors")
	tells(t, 2, append([]string{"mute", "drain", "--why", "x"}, at...), "Nobody is named")
	tells(t, 0, as("ada", "mute", "drain", "--why", "We move it", "--until", "2h"), "Drain rings as ever: Ada wants it muted until", "has to agree by", "tocsin mute drain --data "+dir)
	tells(t, 1, as("ada", "mute", "drain", "--why", "We move it"), "a second person has to agree")
	tells(t, 0, append([]string{"mutes"}, at...), "Ada wants it muted", "We move it")
	tells(t, 0, as("ben", "mute", "drain"), "Drain is muted until", "by Ada and Ben", "Reason: We move it", "tocsin unmute drain")
	change(see(t, "f1", "drain", "page"))
	var said struct {
		Mutes []struct {
			Detector, Name, State, Why string
			By                         []string
			Until                      time.Time
			Found                      int
		}
	}
	if err := json.Unmarshal([]byte(tells(t, 0, append([]string{"mutes", "--json"}, at...))), &said); err != nil || len(said.Mutes) != 1 {
		t.Fatalf("%+v, %v", said, err)
	}
	if m := said.Mutes[0]; m.Detector != "drain" || m.Name != "Drain" || m.State != "muted" || len(m.By) != 2 || m.Found != 1 || m.Until.IsZero() {
		t.Errorf("as JSON: %+v", m)
	}
	tells(t, 0, append([]string{"incident", "list"}, at...), "No incidents.")
	tells(t, 0, append([]string{"findings"}, at...), "Drain (page), muted by Ada and Ben until")
	tells(t, 0, as("dan", "unmute", "drain"), "Drain is not muted any more.")
	tells(t, 1, as("dan", "unmute", "drain"), "Drain is not muted.")
	tells(t, 0, append([]string{"incident", "list"}, at...), "Theft")
}

func TestFindingsByCommand(t *testing.T) {
	dir, change := dataFolder(t)
	at := []string{"--data", dir}
	tells(t, 0, append([]string{"findings"}, at...), "No findings.")
	tells(t, 2, append([]string{"findings", "--detector", "drains"}, at...), "Did you mean drain?")
	change(see(t, "f1", "drain", "page"))
	change(see(t, "f2", "odd", "observe"))
	change(see(t, "f3", "odd", "observe", "f2"))
	out := tells(t, 0, append([]string{"findings"}, at...), "2026-11-21 04:00:00 UTC  Money leaves by f3.[2J\n", "Drain (page), incident ", "Oddity (observe), recorded only; chain 31337, block 204, transaction 0x0102",
		"It no longer counts: Its block is gone.")
	if strings.Index(out, "f3") > strings.Index(out, "f1") {
		t.Errorf("the newest is not the first: %s", out)
	}
	if out := tells(t, 0, append([]string{"findings", "--detector", "drain"}, at...)); strings.Contains(out, "Oddity") {
		t.Errorf("those of others: %s", out)
	}
	tells(t, 0, append([]string{"findings", "--limit", "2"}, at...), "There are more: --before 2")
	tells(t, 0, append([]string{"findings", "--since", "1h"}, at...), "f1")
	tells(t, 2, append([]string{"findings", "--since", "yesterday"}, at...), "is not a length of time")
	var said struct {
		Findings []struct {
			Number                                       uint64
			ID, Detector, Name, Mode, Led, Incident, Say string
			Retracted                                    string
			Block                                        uint64
			Tx                                           evm.Hash
		}
		Next uint64
	}
	if err := json.Unmarshal([]byte(tells(t, 0, append([]string{"findings", "--json", "--limit", "2"}, at...))), &said); err != nil {
		t.Fatal(err)
	}
	if f := said.Findings; len(f) != 2 || said.Next == 0 || f[0].ID != "f3" || f[0].Led != "observed" || f[1].Retracted == "" || f[1].Tx != (evm.Hash{1, 2}) {
		t.Errorf("as JSON: %+v", said)
	}
	change(see(t, "f4", "drain", "act"))
	tells(t, 0, append([]string{"findings", "--limit", "1"}, at...), "Drain (act), incident ", "It only calls people: no second detector agreed")
	tells(t, 2, append([]string{"findings", "more"}, at...), "no further words")
	tells(t, 2, []string{"findings"}, "data")
}
