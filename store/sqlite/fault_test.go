package sqlite

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/fault"
	"tocsin/journal"
	"tocsin/store"
	"tocsin/store/job"
)

var start = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

func openAt(t *testing.T, path string) *Store {
	t.Helper()
	s, err := Open(t.Context(), Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// noting commits one more record, with size bytes in it, to a stream.
func noting(t *testing.T, s *Store, stream string, size int) error {
	t.Helper()
	records, err := s.Load(t.Context(), stream, 0)
	if err != nil {
		return err
	}
	var prev journal.Record
	if n := len(records); n > 0 {
		prev = records[n-1]
	}
	r, err := journal.Seal(prev.Hash, journal.Envelope{Stream: stream, Seq: prev.Seq + 1, Kind: "noted", KindV: 1, At: start},
		strings.Repeat("x", size), nil)
	if err != nil {
		t.Fatal(err)
	}
	return s.Commit(t.Context(), store.Commit{
		Appends:    []store.Append{{Stream: stream, Expect: prev.Seq, Records: []journal.Record{r}, Kind: "incident"}},
		Deliveries: []store.Delivery{{ID: fmt.Sprint(stream, r.Seq), Stream: stream, Kind: "page", Created: start}},
	})
}

func wantFault(t *testing.T, err error, code fault.Code, say string) {
	t.Helper()
	if !fault.Is(err, code) || !strings.Contains(fault.Sentence(err), say) {
		t.Errorf("error is %v\nwant %s, saying %q", err, code, say)
	}
}

// TestTrouble: whatever the disk does, what was committed stays, what was not leaves nothing, and it goes on afterwards.
func TestTrouble(t *testing.T) {
	for name, tt := range map[string]struct {
		begin, end string // pragmas of the connection that writes
		say        string
	}{
		"full":     {"max_page_count = 1", "max_page_count = 1000000", "The disk that holds the database is full"},
		"readonly": {"query_only = 1", "query_only = 0", "cannot be written to"},
	} {
		t.Run(name, func(t *testing.T) {
			s := openAt(t, filepath.Join(t.TempDir(), "tocsin.db"))
			if err := noting(t, s, "a", 10); err != nil {
				t.Fatal(err)
			}
			if _, err := s.writer.Exec("PRAGMA " + tt.begin); err != nil {
				t.Fatal(err)
			}
			wantFault(t, noting(t, s, "a", 1<<20), fault.Unavailable, tt.say)
			if all, err := s.Deliveries(t.Context(), "a"); err != nil || len(all) != 1 {
				t.Errorf("%d deliveries, %v", len(all), err)
			}
			if _, err := s.writer.Exec("PRAGMA " + tt.end); err != nil {
				t.Fatal(err)
			}
			if err := noting(t, s, "a", 1<<20); err != nil {
				t.Fatal(err)
			}
			records, err := s.Load(t.Context(), "a", 0)
			if err = errors.Join(err, journal.Verify(records)); err != nil || len(records) != 2 {
				t.Errorf("%d records, %v", len(records), err)
			}
		})
	}
}

func TestHeldByAnother(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tocsin.db")
	s, other := openAt(t, path), openAt(t, path)
	if _, err := s.writer.Exec("PRAGMA busy_timeout = 1"); err != nil {
		t.Fatal(err)
	}
	tx, err := other.writer.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	wantFault(t, noting(t, s, "a", 1), fault.Unavailable, "Another program holds the database")
	if _, err := s.Heads(t.Context(), "incident", false); err != nil {
		t.Errorf("reading while another writes: %v", err)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := noting(t, s, "a", 1); err != nil {
		t.Error(err)
	}
}

func TestOpenRefuses(t *testing.T) {
	newer := func(statement string) func(t *testing.T, path string) {
		return func(t *testing.T, path string) {
			s := openAt(t, path)
			if _, err := s.writer.Exec(statement); err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, tt := range map[string]struct {
		prepare func(t *testing.T, path string)
		code    fault.Code
		say     string
	}{
		"another kind of file": {func(t *testing.T, path string) {
			if err := os.WriteFile(path, bytes.Repeat([]byte("not a database\n"), 1000), 0o600); err != nil {
				t.Fatal(err)
			}
		}, fault.Invalid, "is not a database"},
		"folder": {func(t *testing.T, path string) {
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
		}, fault.Unavailable, "cannot be written to"},
		"damaged": {func(t *testing.T, path string) {
			openAt(t, path).Close()
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for i := 100; i < len(b); i++ {
				b[i] ^= 0x5a
			}
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
		}, fault.Unavailable, "is damaged"},
		"newer":             {newer("UPDATE needs SET version = 9999 WHERE part = 'tables'"), fault.Invalid, "newer release"},
		"newer in its jobs": {newer("UPDATE needs SET version = 9999 WHERE part = 'jobs'"), fault.Invalid, "newer release"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "tocsin.db")
			tt.prepare(t, path)
			s, err := Open(t.Context(), Options{Path: path})
			wantFault(t, err, tt.code, tt.say)
			if s != nil {
				t.Error("a store came with the error")
			}
		})
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), Options{Path: filepath.Join(file, "tocsin.db")})
	wantFault(t, err, fault.Unavailable, "cannot be made")
}

// TestOpenReadsOnly: opening what is up to date writes nothing.
func TestOpenReadsOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tocsin.db")
	s := openAt(t, path)
	var before, after int
	version := func(into *int) {
		t.Helper()
		if err := s.writer.QueryRow("PRAGMA data_version").Scan(into); err != nil {
			t.Fatal(err)
		}
	}
	version(&before)
	openAt(t, path)
	if version(&after); after != before {
		t.Error("opening the database again changed it")
	}
}

// TestPrivate: only its owner can read the files, whose names may be odd, and what must not be kept is in none of them.
func TestPrivate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "odd ?#%20é")
	s := openAt(t, filepath.Join(dir, "to csin?mode=memory.db"))
	ctx := t.Context()
	r, err := journal.Seal([32]byte{}, journal.Envelope{Stream: "a", Seq: 1, Kind: "noted", KindV: 1, At: start},
		journal.Personal("+1-555-REDACTED"), func() [16]byte { return [16]byte{7} })
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(
		s.Commit(ctx, store.Commit{Appends: []store.Append{{Stream: "a", Records: []journal.Record{r}, Kind: "incident"}}}),
		s.PutSession(ctx, "SESSION-TOKEN", []byte("alice"), start),
	); err != nil {
		t.Fatal(err)
	}
	if found := grep(t, dir, "+1-555-REDACTED"); !found {
		t.Fatal("the search for texts does not find one that is there")
	}
	if err := errors.Join(
		s.PutSnapshot(ctx, store.Snapshot{Stream: "a", Version: 1, Bytes: []byte("call +1-555-REDACTED")}),
		s.Commit(ctx, store.Commit{Redactions: []store.Redaction{{Stream: "a", Seq: 1}}}),
	); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"+1-555-REDACTED", "SESSION-TOKEN"} {
		if grep(t, dir, secret) {
			t.Errorf("%s is still in a file", secret)
		}
	}
}

// grep looks for a text in all files of a folder, and at who may read them.
func grep(t *testing.T, dir, text string) (found bool) {
	t.Helper()
	files := 0
	if err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		files++
		if i, err := e.Info(); err != nil || i.Mode().Perm() != 0o600 {
			t.Errorf("%s has the mode %s: %v", path, i.Mode(), err)
		}
		b, err := os.ReadFile(path)
		found = found || bytes.Contains(b, []byte(text))
		return err
	}); err != nil || files == 0 {
		t.Fatal(files, err)
	}
	return found
}

// TestLog: of what River says, only warnings come through; a handler's error does, with its delivery.
func TestLog(t *testing.T) {
	var b bytes.Buffer
	s, err := Open(t.Context(), Options{
		Path: filepath.Join(t.TempDir(), "tocsin.db"), Logger: slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := noting(t, s, "a", 1); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if err := s.Work(ctx, 1, func(context.Context, string) error {
		cancel()
		return errors.New("no such number")
	}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	if len(lines) != 1 || !strings.Contains(lines[0], "delivery=a1") || !strings.Contains(lines[0], "no such number") {
		t.Errorf("logged:\n%s", b.String())
	}
	job.Warnings(s.log).With("a", 1).WithGroup("g").Info("chatter")
	job.Warnings(s.log).With("a", 1).WithGroup("g").Warn("trouble", "b", 2)
	if s := b.String(); strings.Contains(s, "chatter") || !strings.Contains(s, "trouble a=1 g.b=2") {
		t.Errorf("logged:\n%s", s)
	}
}

// TestJobEnds: a job only wakes; it has ended when its handler has, whatever came of it.
func TestJobEnds(t *testing.T) {
	s := openAt(t, filepath.Join(t.TempDir(), "tocsin.db"))
	if err := noting(t, s, "a", 1); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if err := s.Work(ctx, 1, func(context.Context, string) error { cancel(); return errors.New("failed") }); err != nil {
		t.Fatal(err)
	}
	var state string
	if err := s.writer.QueryRow("SELECT state FROM river_job").Scan(&state); err != nil || state != "completed" {
		t.Errorf("the job is %s after its handler failed, want it completed: %v", state, err)
	}
}
