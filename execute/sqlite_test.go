//go:build !race

package execute

import (
	"path/filepath"
	"testing"

	"tocsin/store"
	"tocsin/store/sqlite"
)

// open is an empty database for a test to which any will do.
func open(t testing.TB) store.Store {
	t.Helper()
	st, err := sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(t.TempDir(), "tocsin.db")})
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
