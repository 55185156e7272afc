package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"tocsin/store"
)

const deliveryColumns = `id, stream, kind, payload, state, not_before, created, owner, lease, epoch, attempts, outcome`

// available is what a delivery must be to be had at a time: queued and due, or sending by somebody whose lease is over.
const available = `(state = 'queued' AND coalesce(not_before, 0) <= $1 OR state = 'sending' AND coalesce(lease, 0) <= $1)`

func putDeliveries(b *pgx.Batch, list []store.Delivery) {
	for _, d := range list {
		b.Queue(`INSERT INTO deliveries (id, stream, kind, payload, state, not_before, created)
			VALUES ($1, $2, $3, $4, 'queued', $5, $6)`, d.ID, d.Stream, d.Kind, d.Payload, micros(d.NotBefore), micros(d.Created))
	}
}

// Delivery returns one delivery.
func (s *Store) Delivery(ctx context.Context, id string) (store.Delivery, error) {
	d, err := scanDelivery(s.pool.QueryRow(ctx, "SELECT "+deliveryColumns+" FROM deliveries WHERE id = $1", id))
	return d, explain("read delivery "+id, err)
}

// Deliveries lists a stream's deliveries in the order of their creation.
func (s *Store) Deliveries(ctx context.Context, stream string) ([]store.Delivery, error) {
	rows, err := s.pool.Query(ctx, "SELECT "+deliveryColumns+" FROM deliveries WHERE stream = $1 ORDER BY n", stream)
	all, err := collect(rows, err, scanDelivery)
	return all, explain("list deliveries of "+stream, err)
}

// Claim takes a delivery if it is to be had.
func (s *Store) Claim(ctx context.Context, id, owner string, now, until time.Time) (store.Delivery, bool, error) {
	d, err := scanDelivery(s.pool.QueryRow(ctx, `UPDATE deliveries
		SET state = 'sending', owner = $2, lease = $3, epoch = epoch + 1, attempts = attempts + 1
		WHERE id = $4 AND `+available+` RETURNING `+deliveryColumns, micros(now), owner, micros(until), id))
	if errors.Is(err, pgx.ErrNoRows) {
		return store.Delivery{}, false, nil
	}
	if err != nil {
		return store.Delivery{}, false, explain("claim delivery "+id, err)
	}
	return d, true, nil
}

// Renew prolongs the lease of a claimed delivery.
func (s *Store) Renew(ctx context.Context, id string, epoch uint64, until time.Time) error {
	r, err := s.pool.Exec(ctx,
		"UPDATE deliveries SET lease = $1 WHERE id = $2 AND epoch = $3 AND state = 'sending'", micros(until), id, epoch)
	return explain("renew delivery "+id, one(r.RowsAffected(), err, store.ErrLost))
}

// Finish writes what became of a claimed delivery.
func (s *Store) Finish(ctx context.Context, id string, epoch uint64, state string, notBefore time.Time, outcome []byte) error {
	if err := store.CheckOutcome(state); err != nil {
		return err
	}
	r, err := s.pool.Exec(ctx, `UPDATE deliveries SET state = $1, not_before = $2, outcome = $3, owner = '', lease = NULL
		WHERE id = $4 AND epoch = $5 AND state = 'sending'`, state, micros(notBefore), outcome, id, epoch)
	return explain("finish delivery "+id, one(r.RowsAffected(), err, store.ErrLost))
}

// Stale lists deliveries that the sweep should wake, oldest first.
func (s *Store) Stale(ctx context.Context, now time.Time, limit int) ([]string, error) {
	rows, err := s.pool.Query(ctx, `SELECT id FROM deliveries
		WHERE state IN ('queued', 'sending') AND `+available+` ORDER BY n LIMIT $2`, micros(now), limit)
	ids, err := collect(rows, err, func(row pgx.Row) (string, error) {
		var id string
		return id, row.Scan(&id)
	})
	return ids, explain("list stale deliveries", err)
}

func scanDelivery(row pgx.Row) (store.Delivery, error) {
	var d store.Delivery
	var notBefore, created, lease *int64
	err := row.Scan(&d.ID, &d.Stream, &d.Kind, &d.Payload, &d.State, &notBefore, &created,
		&d.Owner, &lease, &d.Epoch, &d.Attempts, &d.Outcome)
	if err != nil {
		return store.Delivery{}, err
	}
	d.NotBefore, d.Created, d.Lease = fromMicros(notBefore), fromMicros(created), fromMicros(lease)
	return d, nil
}
