package engine_test

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"

	server "tocsin/internal/postgres"
	"tocsin/store"
	"tocsin/store/postgres"
)

// cluster is one PostgreSQL server for all tests of this package, started by the first that needs it, and a database on it that
// has the tables and nothing else.
var cluster struct {
	once     sync.Once
	server   *server.Server
	migrated string // address of the database that others are copied from
	err      error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if cluster.server != nil {
		if err := cluster.server.Remove(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = max(code, 1)
		}
	}
	os.Exit(code)
}

// shared returns the address of a new database on the server of all tests.
func shared(t testing.TB) string {
	t.Helper()
	cluster.once.Do(func() {
		// Nothing here kills the machine.
		if cluster.server, cluster.err = server.Launch(context.WithoutCancel(t.Context()), "-c", "fsync=off"); cluster.err != nil {
			return
		}
		cluster.migrated = cluster.server.Database(t)
		var st *postgres.Store
		if st, cluster.err = postgres.Open(t.Context(), postgres.Options{URL: cluster.migrated}); cluster.err == nil {
			cluster.err = st.Close()
		}
	})
	if cluster.err != nil {
		t.Fatal(cluster.err)
	}
	return cluster.server.Copy(t, cluster.migrated)
}

// dial opens the database at an address.
func dial(t testing.TB, url string) store.Store {
	t.Helper()
	st, err := postgres.Open(t.Context(), postgres.Options{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	return st
}
