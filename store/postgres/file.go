package postgres

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"tocsin/store"
)

// File returns a file of a stream.
func (s *Store) File(ctx context.Context, stream, id string) (store.File, error) {
	f := store.File{Stream: stream, ID: id}
	err := s.pool.QueryRow(ctx, "SELECT bytes FROM files WHERE stream = $1 AND id = $2", stream, id).Scan(&f.Bytes)
	if err != nil {
		return store.File{}, explain("read file "+id+" of "+stream, err)
	}
	return f, nil
}

// changeFiles adds the new files of a commit and removes those that it discards.
func changeFiles(ctx context.Context, tx pgx.Tx, c store.Commit) error {
	for _, f := range slices.SortedFunc(slices.Values(c.Files), func(a, b store.File) int {
		return cmp.Or(cmp.Compare(a.Stream, b.Stream), cmp.Compare(a.ID, b.ID))
	}) {
		_, err := tx.Exec(ctx, "INSERT INTO files (stream, id, bytes) VALUES ($1, $2, $3)", f.Stream, f.ID, append([]byte{}, f.Bytes...))
		if err != nil {
			return fmt.Errorf("file %s of %s: %w", f.ID, f.Stream, err)
		}
	}
	for _, f := range slices.SortedFunc(slices.Values(c.Discard), func(a, b store.FileRef) int {
		return cmp.Or(cmp.Compare(a.Stream, b.Stream), cmp.Compare(a.ID, b.ID))
	}) {
		if _, err := tx.Exec(ctx, "DELETE FROM files WHERE stream = $1 AND id = $2", f.Stream, f.ID); err != nil {
			return fmt.Errorf("discard file %s of %s: %w", f.ID, f.Stream, err)
		}
	}
	return nil
}
