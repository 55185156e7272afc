package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"

	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"

	"tocsin/fault"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrateTries is how often migrating starts over when another process migrates the same file at the same time: each
// step is a transaction, so that who loses one only has to look again.
const migrateTries = 20

// migrate brings our tables and River's to this release's form. It is done in two small reads if they are.
func migrate(ctx context.Context, db *sql.DB, log *slog.Logger) error {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	ours, err := goose.NewProvider(goose.DialectSQLite3, db, dir, goose.WithDisableGlobalRegistry(true), goose.WithSlog(log))
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	rivers, err := rivermigrate.New(riversqlite.New(db), &rivermigrate.Config{Logger: log})
	if err != nil {
		return fmt.Errorf("read migrations of the job queue: %w", err)
	}
	sources, all := ours.ListSources(), rivers.AllVersions()
	want := versions{ours: sources[len(sources)-1].Version, rivers: int64(all[len(all)-1].Version)}

	for try := 1; ; try++ {
		have, err := schemaOf(ctx, db)
		if err != nil {
			return err
		}
		switch {
		case want.ours < have.needs.ours || want.rivers < have.needs.rivers:
			return fault.New(fault.Invalid, "The database was made by a newer release of Tocsin, and this one cannot work on it.").
				Instead("Run that release, or a newer one.")
		case want.ours <= have.ours && want.rivers <= have.rivers:
			return nil
		}
		if want.ours > have.ours {
			_, err = ours.Up(ctx)
		}
		if err == nil && want.rivers > have.rivers {
			_, err = rivers.Migrate(ctx, rivermigrate.DirectionUp, nil)
		}
		if err != nil && (try == migrateTries || ctx.Err() != nil) {
			return fmt.Errorf("migrate: %w", err)
		}
	}
}

// versions are those of our migrations and River's.
type versions struct{ ours, rivers int64 }

// schema is how far the migrations have come, and how many of them a release must know to work on the database: one that is
// older than the tables can, as long as newer releases only added to them.
type schema struct {
	versions
	needs versions
}

func schemaOf(ctx context.Context, db *sql.DB) (schema, error) {
	var s schema
	for _, read := range []struct {
		table, query string
		into         *int64
	}{
		{"goose_db_version", "SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied", &s.ours},
		{"river_migration", "SELECT coalesce(max(version), 0) FROM river_migration", &s.rivers},
		{"needs", "SELECT coalesce(max(version), 0) FROM needs WHERE part = 'tables'", &s.needs.ours},
		{"needs", "SELECT coalesce(max(version), 0) FROM needs WHERE part = 'jobs'", &s.needs.rivers},
	} {
		var there bool
		err := db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?", read.table).Scan(&there)
		if err != nil {
			return schema{}, err
		}
		if !there {
			continue
		}
		if err := db.QueryRowContext(ctx, read.query).Scan(read.into); err != nil {
			return schema{}, err
		}
	}
	return s, nil
}
