package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"tocsin/store"
)

// File returns a file of a stream.
func (s *Store) File(ctx context.Context, stream, id string) (store.File, error) {
	f := store.File{Stream: stream, ID: id}
	err := s.reader.QueryRowContext(ctx, "SELECT bytes FROM files WHERE stream = ? AND id = ?", stream, id).Scan(&f.Bytes)
	if err != nil {
		return store.File{}, explain("read file "+id+" of "+stream, err)
	}
	if f.Bytes == nil {
		f.Bytes = []byte{}
	}
	return f, nil
}

// changeFiles adds the new files of a commit and removes those that it discards.
func changeFiles(ctx context.Context, tx *sql.Tx, c store.Commit) error {
	for _, f := range c.Files {
		_, err := tx.ExecContext(ctx, "INSERT INTO files (stream, id, bytes) VALUES (?, ?, ?)", f.Stream, f.ID, append([]byte{}, f.Bytes...))
		if err != nil {
			return fmt.Errorf("file %s of %s: %w", f.ID, f.Stream, err)
		}
	}
	for _, f := range c.Discard {
		if _, err := tx.ExecContext(ctx, "DELETE FROM files WHERE stream = ? AND id = ?", f.Stream, f.ID); err != nil {
			return fmt.Errorf("discard file %s of %s: %w", f.ID, f.Stream, err)
		}
	}
	return nil
}
