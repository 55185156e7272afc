// Package act carries an action out without a server: it keeps the record of it in a file beside the request, and sends by the rules of
// package execute.
//
//	request ─ answers ─▶ ordered ─▶ signed ─ send ─▶ sent ─▶ landed ─▶ verified
//
// Each arrow is a line of the record, on the disk before anything follows from it: whoever is stopped anywhere goes on from the last one,
// and at most one transaction can land.
package act

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"tocsin/fault"
	"tocsin/incident"
	"tocsin/outside"
	"tocsin/plan"
)

// mostBytes is how long a request or a record may be.
const mostBytes = 16 << 20

// File is the record of one request, locked for this process.
type File struct {
	plan   *plan.Plan
	path   string // of the record
	file   *os.File
	lock   *flock.Flock
	record outside.Record
	state  *incident.State // what package execute works on; nil until it is ordered
}

// RecordPath is where the record of a request lies.
func RecordPath(request string) string { return request + ".record" }

// Create writes a new request, readable for this user alone. Fault: conflict if there is such a file, or a record of one.
func Create(path string, r outside.Request) error {
	if _, err := os.Lstat(RecordPath(path)); !errors.Is(err, fs.ErrNotExist) {
		return fault.New(fault.Conflict, "%s is there already: the record of an earlier request.", RecordPath(path)).Instead("Choose another name with --out.")
	}
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("write request: %w", err)
	}
	f, err := os.OpenFile(filepath.Clean(path), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fault.New(fault.Conflict, "%s is there already.", path).Instead("Go on with it: tocsin act show %s; or choose another name with --out.", path)
	}
	if err != nil {
		return fault.New(fault.Invalid, "%s cannot be written.", path).Because(err)
	}
	_, err = f.Write(append(b, '\n'))
	return errors.Join(err, f.Sync(), f.Close(), syncDir(path))
}

// ReadRequest reads a request. It is believed nothing: Check holds it against a plan.
func ReadRequest(path string) (outside.Request, error) {
	b, err := read(path)
	if err != nil {
		return outside.Request{}, err
	}
	return parseRequest(path, b)
}

func parseRequest(path string, b []byte) (outside.Request, error) {
	var r outside.Request
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil || dec.More() || r.Tocsin == 0 {
		return r, fault.New(fault.Invalid, "%s is no request.", path).Instead("Name the file that tocsin act ACTION wrote.").Because(err)
	}
	return r, nil
}

func read(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fault.New(fault.Invalid, "%s cannot be read.", path).Because(err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, mostBytes+1))
	if err != nil || len(b) > mostBytes {
		return nil, fault.New(fault.Invalid, "%s cannot be read, or is too long.", path).Because(err)
	}
	return b, nil
}

// Open opens the record of a request, which is held against the plan first. Fault: conflict while another process has it open.
func Open(path string, p *plan.Plan) (*File, error) {
	r, err := ReadRequest(path)
	if err != nil {
		return nil, err
	}
	if err := r.Check(p); err != nil {
		return nil, err
	}
	f := &File{plan: p, path: RecordPath(path), record: outside.Record{Request: r}, lock: flock.New(RecordPath(path)+".lock", flock.SetPermissions(0o600))}
	ok, err := f.lock.TryLock()
	if err != nil {
		return nil, fault.New(fault.Invalid, "The record beside %s cannot be locked.", path).Because(err)
	}
	if !ok {
		return nil, fault.New(fault.Conflict, "Another process works on %s just now.", path).Instead("Let it finish, or stop it first.")
	}
	if err := f.load(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// Close lets others work on the record.
func (f *File) Close() error {
	var err error
	if f.file != nil {
		err = f.file.Close()
	}
	return errors.Join(err, f.lock.Unlock())
}

// Record is how it stands.
func (f *File) Record() outside.Record { return f.record }

// load reads the lines of the record. A last line that was cut short never counted: nothing follows from a line before it is whole.
func (f *File) load() error {
	file, err := os.OpenFile(f.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return fault.New(fault.Invalid, "%s cannot be opened.", f.path).Because(err)
	}
	f.file = file
	b, err := read(f.path)
	if err != nil {
		return err
	}
	whole := bytes.LastIndexByte(b, '\n') + 1
	if whole < len(b) {
		if err := file.Truncate(int64(whole)); err != nil {
			return fmt.Errorf("cut off the line that was not finished: %w", err)
		}
	}
	if err := f.replay(b[:whole]); err != nil {
		return err
	}
	if _, err := file.Seek(0, io.SeekEnd); err != nil {
		return fmt.Errorf("go to the end of the record: %w", err)
	}
	if whole == 0 {
		return errors.Join(f.add(lineRequest, f.record.Opened, f.record.Request), syncDir(f.path))
	}
	return nil
}

// add appends a line and makes sure that it is on the disk, then applies it.
func (f *File) add(kind string, at time.Time, data any) error {
	raw, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("write record: %w", err)
	}
	l := line{Kind: kind, At: at.UTC(), Data: raw}
	b, err := json.Marshal(l)
	if err != nil {
		return fmt.Errorf("write record: %w", err)
	}
	if _, err := f.file.Write(append(b, '\n')); err != nil {
		return fault.New(fault.Unavailable, "%s cannot be written; nothing was done.", f.path).Because(err)
	}
	if err := f.file.Sync(); err != nil {
		return fault.New(fault.Unavailable, "%s cannot be written; nothing was done.", f.path).Because(err)
	}
	return f.apply(l)
}

// syncDir makes sure that a new file is found after a crash.
func syncDir(path string) error {
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("open the folder of %s: %w", path, err)
	}
	return errors.Join(d.Sync(), d.Close())
}
