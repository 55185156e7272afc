package sqlite_test

import (
	"context"
	"path/filepath"
	"testing"

	"tocsin/store"
	"tocsin/store/sqlite"
	"tocsin/store/storetest"
)

func open(t testing.TB, dir string) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(dir, "tocsin.db")})
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
	storetest.Run(t, func(t *testing.T) store.Store { return open(t, t.TempDir()) })
}

func TestDurable(t *testing.T) {
	storetest.Durable(t, func(t *testing.T, dir string) store.Store {
		s, err := sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(dir, "tocsin.db")})
		if err != nil {
			t.Error(err)
			return nil
		}
		return s
	})
}

func TestKill(t *testing.T) {
	rounds := 10
	if testing.Short() {
		rounds = 2
	}
	storetest.Kill(t, rounds, func(ctx context.Context, dir string) (store.Store, error) {
		return sqlite.Open(ctx, sqlite.Options{Path: filepath.Join(dir, "tocsin.db")})
	})
}
