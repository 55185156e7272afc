package storetest

import (
	"bytes"
	"reflect"
	"testing"

	"tocsin/store"
)

// testFiles: files come with the records that name them, stay as they are, and go for good.
func testFiles(t *testing.T, s store.Store) {
	ctx := t.Context()
	c := &chain{stream: "a"}
	large := bytes.Repeat([]byte{0, 1, 254, 255}, store.MaxFile/4)
	files := []store.File{
		{Stream: "a", ID: "f-1", Bytes: []byte("\x00photograph\xff")}, {Stream: "a", ID: "f-2", Bytes: large}, {Stream: "b", ID: "f-1", Bytes: []byte{}},
	}
	_, err := s.File(ctx, "a", "f-1")
	wantErr(t, err, store.ErrNotFound)
	commit(t, s, store.Commit{Appends: []store.Append{c.appending(t, 2)}, Files: files})
	for _, want := range files {
		if got := must(s.File(ctx, want.Stream, want.ID))(t); !reflect.DeepEqual(got, want) {
			t.Errorf("%s of %s has %d bytes, want %d", want.ID, want.Stream, len(got.Bytes), len(want.Bytes))
		}
	}

	// What cannot be kept leaves nothing behind.
	more := c.appending(t, 1)
	again := store.File{Stream: "a", ID: "f-1", Bytes: []byte("another")}
	wantErr(t, s.Commit(ctx, store.Commit{Appends: []store.Append{more}, Files: []store.File{{Stream: "a", ID: "f-3"}, again}}), store.ErrConflict)
	wantErr(t, s.Commit(ctx, store.Commit{Files: []store.File{{Stream: "c", ID: "f"}, {Stream: "c", ID: "f"}}}), store.ErrConflict)
	for _, f := range []store.File{{ID: "f"}, {Stream: "a"}, {Stream: "a", ID: "f-4", Bytes: append(large, 0)}} {
		if err := s.Commit(ctx, store.Commit{Files: []store.File{f}}); err == nil {
			t.Errorf("a file %q of %q with %d bytes was kept", f.ID, f.Stream, len(f.Bytes))
		}
	}
	_, err = s.File(ctx, "a", "f-3")
	wantErr(t, err, store.ErrNotFound)
	if got := must(s.File(ctx, "a", "f-1"))(t); !reflect.DeepEqual(got, files[0]) {
		t.Errorf("a refused commit changed the file to %q", got.Bytes)
	}
	if len(must(s.Load(ctx, "a", 0))(t)) != 2 {
		t.Error("a refused commit added records")
	}

	commit(t, s, store.Commit{
		Appends: []store.Append{more}, Discard: []store.FileRef{{Stream: "a", ID: "f-1"}, {Stream: "a", ID: "nothing"}},
		Redactions: []store.Redaction{{Stream: "a", Seq: 1}},
	})
	_, err = s.File(ctx, "a", "f-1")
	wantErr(t, err, store.ErrNotFound)
	for _, want := range files[1:] {
		if got := must(s.File(ctx, want.Stream, want.ID))(t); !reflect.DeepEqual(got, want) {
			t.Errorf("%s of %s went as well", want.ID, want.Stream)
		}
	}
}
