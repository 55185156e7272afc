package sqlite

import (
	"database/sql"
	"io/fs"
	"path/filepath"
	"testing"

	"github.com/pressly/goose/v3"

	"tocsin/store"
	"tocsin/store/storetest"
)

// later is what a release that is still to come might do to a database without troubling this one.
const later = `
	ALTER TABLE streams ADD COLUMN colour TEXT NOT NULL DEFAULT 'red';
	ALTER TABLE deliveries ADD COLUMN colour TEXT;
	CREATE TABLE colours (colour TEXT PRIMARY KEY) STRICT;
	INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1);
	INSERT INTO river_migration (line, version) VALUES ('main', 9999);`

// TestBesideNewer: this release works on a database to which a newer one has added something, so that both can run at once.
func TestBesideNewer(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Store {
		path := filepath.Join(t.TempDir(), "tocsin.db")
		newer, err := Open(t.Context(), Options{Path: path})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := newer.writer.Exec(later); err != nil {
			t.Fatal(err)
		}
		if err := newer.Close(); err != nil {
			t.Fatal(err)
		}
		return openAt(t, path)
	})
}

// TestFirstForm: what the first release wrote opens, whole.
func TestFirstForm(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tocsin.db")
	db, err := sql.Open("sqlite", dsn(path, "immediate", "journal_mode(WAL)"))
	if err != nil {
		t.Fatal(err)
	}
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		t.Fatal(err)
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, dir, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.UpTo(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(storetest.FirstRows(t, "X'", "'")); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	storetest.First(t, openAt(t, path))
}
