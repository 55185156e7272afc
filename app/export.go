package app

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"tocsin/fault"
	"tocsin/journal"
)

// WriteExport writes an export into a new file.
func WriteExport(file string, x journal.Export) error {
	return WriteNew(file, func(w io.Writer) error { return journal.WriteExport(w, x) })
}

// WriteNew writes a new file that only this user can read. A fault of code conflict says that it is there already.
func WriteNew(file string, write func(io.Writer) error) (err error) {
	f, err := os.OpenFile(filepath.Clean(file), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fault.New(fault.Conflict, "%s is there already.", file).Instead("Choose another file with --out.")
	}
	if err != nil {
		return fault.New(fault.Invalid, "%s cannot be written.", file).Because(err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return write(f)
}
