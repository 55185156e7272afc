package storetest

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/journal"
	"tocsin/store"
)

// killDir tells a process started by Kill where its store is.
const killDir = "STORETEST_KILL_DIR"

// killStreams is how many streams the process writes at the same time.
const killStreams = 4

// Kill runs a process that commits as fast as it can, with workers beside it, kills it at a random moment, and looks
// whether every commit that it had acknowledged is there, whole and in order. It does so rounds times over the same store.
// It starts this test once more in the process, so its test must do nothing but call it.
func Kill(t *testing.T, rounds int, open func(ctx context.Context, dir string) (store.Store, error)) {
	if dir := os.Getenv(killDir); dir != "" {
		commitForever(t, dir, open)
		return
	}
	dir := t.TempDir()
	seed := uint64(time.Now().UnixNano())
	random := rand.New(rand.NewPCG(seed, 0))
	t.Logf("seed %d", seed)
	acked := map[string]string{} // "stream seq" → hash
	for round := range rounds {
		victim := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
		victim.Env = append(os.Environ(), killDir+"="+dir)
		victim.Stderr = os.Stderr
		out, err := victim.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := victim.Start(); err != nil {
			t.Fatal(err)
		}
		left := 1 + random.IntN(200)
		before := len(acked)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			f := strings.Fields(lines.Text())
			if len(f) != 4 || f[0] != "ack" {
				t.Fatalf("the process said %q", lines.Text())
			}
			acked[f[1]+" "+f[2]] = f[3]
			if left--; left == 0 {
				if err := victim.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := victim.Wait(); left > 0 || err == nil {
			t.Fatalf("round %d: the process ended by itself: %v", round, err)
		}
		if len(acked) == before {
			t.Fatalf("round %d: nothing was acknowledged", round)
		}
		s, err := open(t.Context(), dir)
		if err != nil {
			t.Fatalf("round %d: reopen: %v", round, err)
		}
		checkKilled(t, s, acked)
		if round == rounds-1 {
			landAll(t, s)
		}
		closing(t, s)
	}
}

// commitForever is the process that gets killed.
func commitForever(t *testing.T, dir string, open func(context.Context, string) (store.Store, error)) {
	s, err := open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	var out sync.Mutex
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := s.Work(t.Context(), 2, func(ctx context.Context, id string) error {
			d, ok, err := s.Claim(ctx, id, "victim", start, start.Add(time.Minute))
			if err != nil || !ok {
				return err
			}
			return s.Finish(ctx, id, d.Epoch, store.Landed, time.Time{}, nil)
		}); err != nil {
			t.Error(err)
		}
	})
	for i := range killStreams {
		wg.Go(func() {
			c := &chain{stream: fmt.Sprint("s", i)}
			records, err := s.Load(t.Context(), c.stream, 0)
			if err != nil {
				t.Error(err)
				return
			}
			if n := len(records); n > 0 {
				c.head = records[n-1]
			}
			for {
				a := c.appending(t, 2)
				last := a.Records[1]
				id := fmt.Sprint(c.stream, "/", last.Seq)
				if err := s.Commit(t.Context(), store.Commit{
					Appends: []store.Append{a}, Deliveries: []store.Delivery{delivery(id, c.stream)}, Marks: map[string]string{id: c.stream},
				}); err != nil {
					t.Error(err)
					return
				}
				out.Lock()
				fmt.Printf("ack %s %d %x\n", c.stream, last.Seq, last.Hash)
				out.Unlock()
			}
		})
	}
	wg.Wait()
}

// checkKilled looks at what a killed process left.
func checkKilled(t *testing.T, s store.Store, acked map[string]string) {
	t.Helper()
	found := map[string]string{}
	for i := range killStreams {
		stream := fmt.Sprint("s", i)
		records := must(s.Load(t.Context(), stream, 0))(t)
		if err := journal.Verify(records); err != nil {
			t.Errorf("%s: %v", stream, err)
		}
		if len(records)%2 != 0 {
			t.Errorf("%s: half a commit is there", stream)
		}
		if h, err := s.Head(t.Context(), stream); len(records) > 0 && (err != nil || h.Version != uint64(len(records))) {
			t.Errorf("%s: head is at %d of %d: %v", stream, h.Version, len(records), err)
		}
		var want, got, marks []string
		for _, r := range records {
			found[fmt.Sprint(stream, " ", r.Seq)] = fmt.Sprintf("%x", r.Hash)
			if r.Seq%2 == 0 {
				want = append(want, fmt.Sprint(stream, "/", r.Seq))
			}
		}
		for _, d := range must(s.Deliveries(t.Context(), stream))(t) {
			got = append(got, d.ID)
		}
		for m := range must(s.Seen(t.Context(), want))(t) {
			marks = append(marks, m)
		}
		if !slices.Equal(got, want) || len(marks) != len(want) {
			t.Errorf("%s: %d commits, %d deliveries, %d marks", stream, len(want), len(got), len(marks))
		}
	}
	for place, hash := range acked {
		if found[place] != hash {
			t.Errorf("record %s was acknowledged with hash %s, and is %q", place, hash, found[place])
		}
	}
}

// landAll does what a worker and the sweep would do: in the end nothing is left behind.
func landAll(t *testing.T, s store.Store) {
	t.Helper()
	now := start.Add(time.Hour)
	for {
		ids := must(s.Stale(t.Context(), now, 100))(t)
		if len(ids) == 0 {
			break
		}
		for _, id := range ids {
			d, ok, err := s.Claim(t.Context(), id, "sweep", now, now.Add(time.Minute))
			if err != nil || !ok {
				t.Fatalf("claim %s: %t, %v", id, ok, err)
			}
			if err := s.Finish(t.Context(), id, d.Epoch, store.Landed, time.Time{}, nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	for i := range killStreams {
		for _, d := range must(s.Deliveries(t.Context(), fmt.Sprint("s", i)))(t) {
			if d.State != store.Landed {
				t.Errorf("%s is %s in the end", d.ID, d.State)
			}
		}
	}
}
