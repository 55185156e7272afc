package backtest

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"tocsin/evm"
)

// childEnv makes this test's own binary a process that replays, and may be killed.
const childEnv = "TOCSIN_BACKTEST_CHILD"

// killTimes is how often the process that replays is killed.
var killTimes = flag.Int("kills", 100, "how often the process that replays is killed")

func TestMain(m *testing.M) {
	if dir := os.Getenv(childEnv); dir != "" {
		if err := replayUntilKilled(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// replayUntilKilled replays what lies in a folder, saves after every block, and tells of its progress.
func replayUntilKilled(dir string) error {
	p, err := recordedPlan()
	if err != nil {
		return err
	}
	attack, err := os.ReadFile(filepath.Join(dir, "attack"))
	if err != nil {
		return err
	}
	clock := time.Unix(0, 0)
	_, err = Run(context.Background(), Options{
		Plan: p, AttackTx: evm.Hash(attack), State: filepath.Join(dir, "state"), Source: NewFiles([]string{filepath.Join(dir, "blocks.jsonl")}, false),
		Progress: func(p Progress) { fmt.Println(p.Blocks) },
		Now: func() time.Time {
			clock = clock.Add(saveEvery)
			return clock
		},
	})
	return err
}

// A process that is killed at any instant, however often, finds in the end what one undisturbed run does.
func TestKilledAtAnyInstant(t *testing.T) {
	rec := recorded(t)
	path := file(t, "blocks.jsonl", rec.lines...)
	dir := filepath.Dir(path)
	if err := os.WriteFile(filepath.Join(dir, "attack"), rec.attack[:], 0o600); err != nil {
		t.Fatal(err)
	}
	want := found(t, sound(t, Options{AttackTx: rec.attack}, path))
	kills := *killTimes
	if testing.Short() {
		kills = min(kills, 4)
	}
	r := rand.New(rand.NewPCG(11, 12))
	state := filepath.Join(dir, "state")
	for killed := 0; killed < kills; {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childEnv+"="+dir)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		ended := false
		for range 1 + r.IntN(4) {
			ended = !lines.Scan()
		}
		if !ended {
			_ = cmd.Process.Kill()
		}
		for lines.Scan() {
		}
		if err := cmd.Wait(); err != nil && ended {
			t.Fatal(err)
		} else if err != nil {
			killed++
			continue
		}
		// It came to its end: what it kept is what one run finds, and the next begins anew.
		report := sound(t, Options{AttackTx: rec.attack, State: state}, path)
		if got := found(t, report); got != want || report.Resumed != report.Blocks {
			t.Fatalf("after %d kills found\n%s\nwant\n%s", killed, got, want)
		}
		if err := os.Remove(state); err != nil {
			t.Fatal(err)
		}
	}
	report := sound(t, Options{AttackTx: rec.attack, State: state}, path)
	if got := found(t, report); got != want {
		t.Errorf("after the last kill found\n%s\nwant\n%s", got, want)
	}
}
