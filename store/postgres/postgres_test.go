package postgres_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/fault"
	server "tocsin/internal/postgres"
	"tocsin/store"
	"tocsin/store/postgres"
	"tocsin/store/storetest"
)

func open(t testing.TB, url string) *postgres.Store {
	t.Helper()
	s, err := postgres.Open(t.Context(), postgres.Options{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestStore(t *testing.T) {
	pg := server.Start(t, "-c", "fsync=off")
	migrated := pg.Database(t)
	first, err := postgres.Open(t.Context(), postgres.Options{URL: migrated})
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	storetest.Run(t, func(t *testing.T) store.Store { return open(t, pg.Copy(t, migrated)) })
}

func TestDurable(t *testing.T) {
	pg := server.Start(t, "-c", "fsync=off")
	var mu sync.Mutex
	urls := map[string]string{} // by folder
	storetest.Durable(t, func(t *testing.T, dir string) store.Store {
		mu.Lock()
		if urls[dir] == "" {
			urls[dir] = pg.Database(t)
		}
		url := urls[dir]
		mu.Unlock()
		s, err := postgres.Open(t.Context(), postgres.Options{URL: url})
		if err != nil {
			t.Error(err)
			return nil
		}
		return s
	})
}

// victimURL tells the process that is killed where its database is.
const victimURL = "TOCSIN_VICTIM_DATABASE"

func TestKill(t *testing.T) {
	if os.Getenv(victimURL) == "" {
		t.Setenv(victimURL, server.Start(t, "-c", "fsync=off").Database(t))
	}
	rounds := 10
	if testing.Short() {
		rounds = 2
	}
	storetest.Kill(t, rounds, func(ctx context.Context, _ string) (store.Store, error) {
		return postgres.Open(ctx, postgres.Options{URL: os.Getenv(victimURL)})
	})
}

func TestUnreachable(t *testing.T) {
	for url, want := range map[string]string{
		"postgres://host:not-a-port/x":                                   "cannot be read",
		"postgres://user:hunter2@127.0.0.1:1/x":                          "does not answer",
		"postgres:///x?host=" + t.TempDir() + "&user=tocsin":             "does not answer",
		"postgres:///x?sslmode=verify-full&sslrootcert=/nowhere&host=::": "cannot be read",
	} {
		_, err := postgres.Open(t.Context(), postgres.Options{URL: url})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", url, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the password is shown: %v", err)
		}
	}
	pg := server.Start(t, "-c", "fsync=off")
	missing := strings.Replace(pg.Database(t), "/test1?", "/nothere?", 1)
	if _, err := postgres.Open(t.Context(), postgres.Options{URL: missing}); err == nil || !strings.Contains(err.Error(), "no such database") {
		t.Errorf("a database that is not there: %v", err)
	}
}

// A server that crashes and comes back loses nothing that it had acknowledged; what comes meanwhile is refused in words, and
// workers go on by themselves.
func TestServerRestarts(t *testing.T) {
	pg := server.Start(t)
	s := open(t, pg.Database(t))
	ctx, stop := context.WithCancel(t.Context())
	handled := make(chan string)
	var work sync.WaitGroup
	defer work.Wait()
	defer stop()
	work.Go(func() {
		err := s.Work(ctx, 2, func(ctx context.Context, id string) error {
			select {
			case handled <- id:
			case <-ctx.Done():
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
	commit := func(id string) error {
		now := time.Now()
		return s.Commit(ctx, store.Commit{Deliveries: []store.Delivery{{ID: id, Stream: "s", Kind: "page", NotBefore: now, Created: now}}})
	}
	if err := commit("before"); err != nil {
		t.Fatal(err)
	}
	if id := <-handled; id != "before" {
		t.Fatalf("handled %s", id)
	}
	pg.Kill()
	if err := commit("meanwhile"); !fault.Is(err, fault.Unavailable) || !strings.Contains(fault.Sentence(err), "does not answer") {
		t.Fatalf("without a server: %v", err)
	}
	pg.Run(t)
	for try := 0; ; try++ {
		err := commit("after")
		if err == nil {
			break
		}
		if !fault.Is(err, fault.Unavailable) || try == 100 {
			t.Fatalf("the server is back: %v", err)
		}
	}
	if id := <-handled; id != "after" {
		t.Errorf("handled %s", id)
	}
	if d, err := s.Delivery(ctx, "before"); err != nil || d.State != store.Queued {
		t.Errorf("what was there before the crash: %+v, %v", d, err)
	}
	if _, err := s.Delivery(ctx, "meanwhile"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("what was refused: %v", err)
	}
}
