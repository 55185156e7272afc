package postgres

import (
	"io/fs"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"tocsin/fault"
	server "tocsin/internal/postgres"
	"tocsin/store"
	"tocsin/store/storetest"
)

// later is what a release that is still to come might do to a database without troubling this one.
const later = `
	ALTER TABLE streams ADD COLUMN colour TEXT NOT NULL DEFAULT 'red';
	ALTER TABLE deliveries ADD COLUMN colour TEXT;
	CREATE TABLE colours (colour TEXT PRIMARY KEY);
	INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true);
	INSERT INTO river_migration (line, version) VALUES ('main', 9999);`

func change(t *testing.T, url, statement string) {
	t.Helper()
	s, err := Open(t.Context(), Options{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.pool.Exec(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

func opened(t *testing.T, url string) store.Store {
	t.Helper()
	s, err := Open(t.Context(), Options{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// TestReleases: this release works on a database to which a newer one has added something, so that both can run at once; it
// refuses one from which a newer one has taken something away; and it opens what the first one wrote, whole.
func TestReleases(t *testing.T) {
	pg := server.Start(t, "-c", "fsync=off")
	t.Run("newer", func(t *testing.T) {
		url := pg.Database(t)
		change(t, url, later)
		change(t, url, storetest.FirstRows(t, `'\x`, "'"))
		storetest.First(t, opened(t, url))
	})
	for _, part := range []string{"tables", "jobs"} {
		t.Run("too new in its "+part, func(t *testing.T) {
			url := pg.Database(t)
			change(t, url, "UPDATE needs SET version = 9999 WHERE part = '"+part+"'")
			if s, err := Open(t.Context(), Options{URL: url}); !fault.Is(err, fault.Invalid) {
				t.Errorf("opened %v: %v", s, err)
			}
		})
	}
	t.Run("first", func(t *testing.T) {
		url := pg.Database(t)
		pool, err := pgxpool.New(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		defer pool.Close()
		dir, err := fs.Sub(migrations, "migrations")
		if err != nil {
			t.Fatal(err)
		}
		p, err := goose.NewProvider(goose.DialectPostgres, stdlib.OpenDBFromPool(pool), dir, goose.WithDisableGlobalRegistry(true))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.UpTo(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		if _, err := pool.Exec(t.Context(), storetest.FirstRows(t, `'\x`, "'")); err != nil {
			t.Fatal(err)
		}
		storetest.First(t, opened(t, url))
	})
}
