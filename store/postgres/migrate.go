package postgres

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"tocsin/fault"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrateLock is the advisory lock of whoever migrates; nodes that start together wait for each other.
const migrateLock = 0x746f6373696e // "tocsin"

// migrate brings our tables and River's to this release's form. It is done in two small reads if they are. A release that is
// older than the tables still works on them, for migrations only add: two releases run side by side during an upgrade.
func migrate(ctx context.Context, pool *pgxpool.Pool, log *slog.Logger) (err error) {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	db := stdlib.OpenDBFromPool(pool)
	defer func() { err = errors.Join(err, db.Close()) }()
	ours, err := goose.NewProvider(goose.DialectPostgres, db, dir, goose.WithDisableGlobalRegistry(true), goose.WithSlog(log))
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	rivers, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Logger: log})
	if err != nil {
		return fmt.Errorf("read migrations of the job queue: %w", err)
	}
	sources, all := ours.ListSources(), rivers.AllVersions()
	want := versions{ours: sources[len(sources)-1].Version, rivers: int64(all[len(all)-1].Version)}
	if done, err := migrated(ctx, pool, want); err != nil || done {
		return err
	}
	lock, err := pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if _, unlocked := lock.Exec(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", int64(migrateLock)); unlocked != nil {
			_ = lock.Conn().Close(context.WithoutCancel(ctx)) // which gives the lock up as well
		}
		lock.Release()
	}()
	if _, err := lock.Exec(ctx, "SELECT pg_advisory_lock($1)", int64(migrateLock)); err != nil {
		return fmt.Errorf("wait to migrate: %w", err)
	}
	if done, err := migrated(ctx, pool, want); err != nil || done {
		return err
	}
	have, err := schemaOf(ctx, pool)
	if err == nil && want.ours > have.ours {
		_, err = ours.Up(ctx)
	}
	if err == nil && want.rivers > have.rivers {
		_, err = rivers.Migrate(ctx, rivermigrate.DirectionUp, nil)
	}
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// versions are those of our migrations and River's.
type versions struct{ ours, rivers int64 }

// schema is how far the migrations have come, and how many of them a release must know to work on the database: one that is
// older than the tables can, as long as newer releases only added to them.
type schema struct {
	versions
	needs versions
}

// migrated reports whether a release that knows so many migrations has nothing to do; the error says that it cannot work here.
func migrated(ctx context.Context, pool *pgxpool.Pool, want versions) (bool, error) {
	have, err := schemaOf(ctx, pool)
	if err != nil {
		return false, err
	}
	if want.ours < have.needs.ours || want.rivers < have.needs.rivers {
		return false, fault.New(fault.Invalid, "The database was made by a newer release of Tocsin, and this one cannot work on it.").
			Instead("Run that release, or a newer one.")
	}
	return want.ours <= have.ours && want.rivers <= have.rivers, nil
}

func schemaOf(ctx context.Context, pool *pgxpool.Pool) (schema, error) {
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
		if err := pool.QueryRow(ctx, "SELECT to_regclass($1) IS NOT NULL", read.table).Scan(&there); err != nil {
			return schema{}, err
		}
		if !there {
			continue
		}
		if err := pool.QueryRow(ctx, read.query).Scan(read.into); err != nil {
			return schema{}, err
		}
	}
	return s, nil
}
