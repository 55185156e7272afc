package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"tocsin/fault"
	"tocsin/store"
)

// explain turns what PostgreSQL says into the errors of the store's contract, or into a fault that a person can act on.
func explain(doing string, err error) error {
	var known *fault.Error
	switch {
	case err == nil:
		return nil
	case errors.Is(err, pgx.ErrNoRows):
		return fmt.Errorf("%s: %w", doing, store.ErrNotFound)
	case errors.Is(err, store.ErrConflict), errors.Is(err, store.ErrNotFound), errors.Is(err, store.ErrLost), errors.As(err, &known),
		errors.Is(err, context.Canceled):
		return fmt.Errorf("%s: %w", doing, err)
	}
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		return fmt.Errorf("%s: %w", doing, unanswered(err))
	}
	var f *fault.Error
	switch e.Code {
	case "23505", // unique violation
		"40001", "40P01": // serialization failure, deadlock: somebody else was first
		return fmt.Errorf("%s: %w", doing, store.ErrConflict)
	case "57014": // query cancelled
		return fmt.Errorf("%s: %w", doing, context.Canceled)
	case "53100": // disk full
		f = fault.New(fault.Unavailable, "The disk of the database server is full; nothing was stored.").Instead("Make room on it and try again.")
	case "53300": // too many connections
		f = fault.New(fault.Unavailable, "The database server has no connection left.").Instead("Allow it more (max_connections), or give pool_max_conns in the address.")
	case "25006", "42501": // read-only transaction, insufficient privilege
		f = fault.New(fault.Unavailable, "The database cannot be written to; nothing was stored.").Instead("Use the primary server, with a user that owns the tables.")
	case "28P01", "28000": // invalid password, invalid authorization
		f = fault.New(fault.Unavailable, "The database server refuses the user or the password.").Instead("Look at the address of the database.")
	case "3D000": // there is no such database
		f = fault.New(fault.Unavailable, "There is no such database on the server.").Instead("Create it, or name another in the address.")
	case "57P01", "57P02", "57P03", "58030", "58000": // shutting down, crashed, starting, input or output failed
		f = away()
	default:
		return fmt.Errorf("%s: %w", doing, err)
	}
	return fmt.Errorf("%s: %w", doing, f.Because(err))
}

// unanswered is the fault for a server that cannot be reached, or has gone in the middle of an answer. What the server had
// been asked to store may be stored: commands carry ids, so that they can be repeated.
func unanswered(err error) error {
	var connect *pgconn.ConnectError
	var network net.Error
	if errors.As(err, &connect) || errors.As(err, &network) || pgconn.Timeout(err) || pgconn.SafeToRetry(err) ||
		errors.Is(err, net.ErrClosed) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return away().Because(err)
	}
	return err
}

func away() *fault.Error {
	return fault.New(fault.Unavailable, "The database does not answer just now.").Instead("Look whether its server runs, and try again.")
}
