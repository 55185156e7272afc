package postgres_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	server "tocsin/internal/postgres"
	"tocsin/store"
)

// TestWorkersAreTold holds that workers on all nodes are told of a delivery that is due once it is stored, and of none that is
// not stored or not due.
func TestWorkersAreTold(t *testing.T) {
	url := server.Start(t, "-c", "fsync=off").Database(t)
	s := open(t, url)
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	if _, err := conn.Exec(t.Context(), `LISTEN "public.river_insert"`); err != nil {
		t.Fatal(err)
	}
	now := time.Now().UTC()
	put := func(id string, notBefore time.Time) error {
		return s.Commit(t.Context(), store.Commit{Deliveries: []store.Delivery{{ID: id, Stream: "a", Kind: "page", NotBefore: notBefore, Created: now}}})
	}
	if err := put("later", now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := put("later", now); err == nil {
		t.Fatal("the same delivery was stored twice")
	}
	if _, err := conn.Exec(t.Context(), `SELECT pg_notify('public.river_insert', 'nothing came before this')`); err != nil {
		t.Fatal(err)
	}
	if err := put("now", now); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"nothing came before this", `{"queue":"default"}`} {
		n, err := conn.WaitForNotification(t.Context())
		if err != nil || n.Payload != want {
			t.Fatalf("told %+v, %v; want %q", n, err, want)
		}
	}
}
