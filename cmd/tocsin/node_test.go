package main

import (
	"path/filepath"
	"testing"

	"tocsin/internal/postgres"
)

// TestTwoNodes does with two servers on one PostgreSQL database what TestTwoServers does with two on one file: the one that leads
// is killed in the middle.
func TestTwoNodes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.env = append(w.env, "TOCSIN_DATABASE_URL="+postgres.Start(t).Database(t))
	w.data = filepath.Join(w.dir, "nodes")
	twoServers(t, w)
}
