package storetest

import (
	"encoding/hex"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"tocsin/journal"
	"tocsin/store"
)

// FirstRows is SQL that writes what a release wrote into the tables that the first migration makes. Bytes stand between open and
// shut, in hexadecimal.
func FirstRows(t testing.TB, open, shut string) string {
	t.Helper()
	var b strings.Builder
	bytes := func(v []byte) string { return open + hex.EncodeToString(v) + shut }
	records := (&chain{stream: "a"}).next(t, 3)
	last := records[len(records)-1]
	fmt.Fprintf(&b, "INSERT INTO streams (stream, kind, protocol, version, due_at, open, summary, updated) VALUES ('a', 'incident', 'vault', %d, NULL, (1 = 1), %s, %d);\n",
		last.Seq, bytes([]byte("summary")), last.At.UnixMicro())
	for _, r := range records {
		fmt.Fprintf(&b, "INSERT INTO records (stream, seq, kind, at, hash, bytes, openings) VALUES ('a', %d, '%s', %d, %s, %s, %s);\n",
			r.Seq, r.Kind, r.At.UnixMicro(), bytes(r.Hash[:]), bytes(r.Bytes), bytes(r.Openings))
	}
	fmt.Fprintf(&b, "INSERT INTO deliveries (id, stream, kind, payload, state, not_before, created) VALUES ('d', 'a', 'page', %s, 'queued', %d, %d);\n",
		bytes([]byte("come: d")), start.UnixMicro(), start.UnixMicro())
	fmt.Fprintf(&b, "INSERT INTO marks (mark, stream) VALUES ('m', 'a');\n")
	return b.String()
}

// First checks that a store opened on what FirstRows wrote has all of it, and goes on.
func First(t *testing.T, s store.Store) {
	ctx := t.Context()
	records := (&chain{stream: "a"}).next(t, 3)
	if got := must(s.Load(ctx, "a", 0))(t); !reflect.DeepEqual(got, records) {
		t.Fatalf("loaded %+v\nwant %+v", got, records)
	}
	if got := must(s.Deliveries(ctx, "a"))(t); len(got) != 1 || !reflect.DeepEqual(got[0], delivery("d", "a")) {
		t.Errorf("deliveries are %+v", got)
	}
	if got := must(s.Seen(ctx, []string{"m"}))(t); got["m"] != "a" {
		t.Errorf("marks are %v", got)
	}
	_, err := s.Snapshot(ctx, "a")
	wantErr(t, err, store.ErrNotFound)
	c := &chain{stream: "a", head: records[len(records)-1]}
	commit(t, s, store.Commit{Appends: []store.Append{c.appending(t, 1)}, Redactions: []store.Redaction{{Stream: "a", Seq: 1}}})
	if err := s.PutSnapshot(ctx, store.Snapshot{Stream: "a", Version: 4, Bytes: []byte("four")}); err != nil {
		t.Fatal(err)
	}
	if got := must(s.Snapshot(ctx, "a"))(t); got.Version != 4 {
		t.Errorf("the snapshot stands at %d", got.Version)
	}
	if err := journal.Verify(must(s.Load(ctx, "a", 0))(t)); err != nil {
		t.Error(err)
	}
}
