package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"tocsin/store"
)

const deliveryColumns = `id, stream, kind, payload, state, not_before, created, owner, lease, epoch, attempts, outcome`

// available is what a delivery must be to be had at a time: queued and due, or sending by somebody whose lease is over.
const available = `(state = 'queued' AND coalesce(not_before, 0) <= ?1 OR state = 'sending' AND coalesce(lease, 0) <= ?1)`

func putDelivery(ctx context.Context, tx *sql.Tx, d store.Delivery) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO deliveries (id, stream, kind, payload, state, not_before, created)
		VALUES (?, ?, ?, ?, 'queued', ?, ?)`, d.ID, d.Stream, d.Kind, d.Payload, micros(d.NotBefore), micros(d.Created))
	return err
}

// Delivery returns one delivery.
func (s *Store) Delivery(ctx context.Context, id string) (store.Delivery, error) {
	d, err := scanDelivery(s.reader.QueryRowContext(ctx, "SELECT "+deliveryColumns+" FROM deliveries WHERE id = ?", id))
	return d, explain("read delivery "+id, err)
}

// Deliveries lists a stream's deliveries in the order of their creation.
func (s *Store) Deliveries(ctx context.Context, stream string) ([]store.Delivery, error) {
	rows, err := s.reader.QueryContext(ctx, "SELECT "+deliveryColumns+" FROM deliveries WHERE stream = ? ORDER BY n", stream)
	all, err := collect(rows, err, scanDelivery)
	return all, explain("list deliveries of "+stream, err)
}

// Claim takes a delivery if it is to be had.
func (s *Store) Claim(ctx context.Context, id, owner string, now, until time.Time) (store.Delivery, bool, error) {
	d, err := scanDelivery(s.writer.QueryRowContext(ctx, `UPDATE deliveries
		SET state = 'sending', owner = ?2, lease = ?3, epoch = epoch + 1, attempts = attempts + 1
		WHERE id = ?4 AND `+available+` RETURNING `+deliveryColumns, micros(now), owner, micros(until), id))
	if errors.Is(err, sql.ErrNoRows) {
		return store.Delivery{}, false, nil
	}
	if err != nil {
		return store.Delivery{}, false, explain("claim delivery "+id, err)
	}
	return d, true, nil
}

// Renew prolongs the lease of a claimed delivery.
func (s *Store) Renew(ctx context.Context, id string, epoch uint64, until time.Time) error {
	r, err := s.writer.ExecContext(ctx,
		"UPDATE deliveries SET lease = ? WHERE id = ? AND epoch = ? AND state = 'sending'", micros(until), id, epoch)
	return explain("renew delivery "+id, one(r, err, store.ErrLost))
}

// Finish writes what became of a claimed delivery.
func (s *Store) Finish(ctx context.Context, id string, epoch uint64, state string, notBefore time.Time, outcome []byte) error {
	if err := store.CheckOutcome(state); err != nil {
		return err
	}
	r, err := s.writer.ExecContext(ctx, `UPDATE deliveries SET state = ?, not_before = ?, outcome = ?, owner = '', lease = NULL
		WHERE id = ? AND epoch = ? AND state = 'sending'`, state, micros(notBefore), outcome, id, epoch)
	return explain("finish delivery "+id, one(r, err, store.ErrLost))
}

// Stale lists deliveries that the sweep should wake, oldest first.
func (s *Store) Stale(ctx context.Context, now time.Time, limit int) ([]string, error) {
	rows, err := s.reader.QueryContext(ctx, `SELECT id FROM deliveries
		WHERE state IN ('queued', 'sending') AND `+available+` ORDER BY n LIMIT ?2`, micros(now), limit)
	ids, err := collect(rows, err, func(row scanner) (string, error) {
		var id string
		return id, row.Scan(&id)
	})
	return ids, explain("list stale deliveries", err)
}

func scanDelivery(row scanner) (store.Delivery, error) {
	var d store.Delivery
	var notBefore, created, lease sql.NullInt64
	err := row.Scan(&d.ID, &d.Stream, &d.Kind, &d.Payload, &d.State, &notBefore, &created,
		&d.Owner, &lease, &d.Epoch, &d.Attempts, &d.Outcome)
	if err != nil {
		return store.Delivery{}, err
	}
	d.NotBefore, d.Created, d.Lease = fromMicros(notBefore), fromMicros(created), fromMicros(lease)
	return d, nil
}
