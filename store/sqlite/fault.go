package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"tocsin/fault"
	"tocsin/store"
)

// explain turns what SQLite says into the errors of the store's contract, or into a fault that a person can act on.
func explain(doing string, err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("%s: %w", doing, store.ErrNotFound)
	}
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return fmt.Errorf("%s: %w", doing, err)
	}
	switch e.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return fmt.Errorf("%s: %w", doing, store.ErrConflict)
	case sqlite3.SQLITE_INTERRUPT:
		return fmt.Errorf("%s: %w", doing, context.Canceled)
	}
	var f *fault.Error
	switch e.Code() & 0xff { // the rest tells more than anyone can act on
	case sqlite3.SQLITE_FULL:
		f = fault.New(fault.Unavailable, "The disk that holds the database is full; nothing was stored.").
			Instead("Make room on it and try again.")
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_AUTH:
		f = fault.New(fault.Unavailable, "The database cannot be written to; nothing was stored.").
			Instead("Let this user write the file and its folder.")
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL:
		f = fault.New(fault.Unavailable, "Another program holds the database; nothing was stored.").
			Instead("Wait for it to end, or end it, and try again.")
	case sqlite3.SQLITE_IOERR:
		f = fault.New(fault.Unavailable, "The disk that holds the database failed; nothing was stored.").
			Instead("Look at the disk before you go on.")
	case sqlite3.SQLITE_CORRUPT:
		f = fault.New(fault.Unavailable, "The database file is damaged.").
			Instead("Keep a copy of it, and put back the last good copy.")
	case sqlite3.SQLITE_NOTADB:
		f = fault.New(fault.Invalid, "The file is not a database.").Instead("Name another file or folder.")
	default:
		return fmt.Errorf("%s: %w", doing, err)
	}
	return fmt.Errorf("%s: %w", doing, f.Because(err))
}

// explainFile does the same for a file or folder that cannot be made.
func explainFile(path string, err error) error {
	return fault.New(fault.Unavailable, "The database file %s cannot be made.", path).
		Instead("Name a folder that this user may write to.").Because(err)
}
