package journal_test

import (
	"strings"
	"testing"
	"time"

	"tocsin/journal"
)

func TestRoll(t *testing.T) {
	at := time.Date(2026, 11, 21, 10, 0, 0, 123456000, time.UTC)
	hash := strings.Repeat("ab", 32)
	r := journal.Roll{At: at, Streams: []journal.Mark{{"plan/vault", 3, hash}, {"incident/x", 7, hash}}}
	line, err := r.Line()
	if err != nil || !strings.HasPrefix(line, "tocsin head 2026-11-21T10:00:00.123456Z 2 ") {
		t.Fatalf("the line is %q, %v", line, err)
	}
	b, err := r.Encode()
	if err != nil {
		t.Fatal(err)
	}
	back, err := journal.ParseRoll(b)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := back.Line(); again != line || err != nil {
		t.Errorf("read back, the line is %q, %v", again, err)
	}
	other := strings.Repeat("ac", 32)
	for name, x := range map[string]journal.Roll{
		"a hash":   {At: at, Streams: []journal.Mark{{"plan/vault", 3, hash}, {"incident/x", 7, other}}},
		"a number": {At: at, Streams: []journal.Mark{{"plan/vault", 3, hash}, {"incident/x", 8, hash}}},
		"a name":   {At: at, Streams: []journal.Mark{{"plan/vault", 3, hash}, {"incident/y", 7, hash}}},
		"one less": {At: at, Streams: []journal.Mark{{"plan/vault", 3, hash}}},
		"the time": {At: at.Add(time.Microsecond), Streams: r.Streams},
	} {
		if l, err := x.Line(); err != nil || l[strings.LastIndex(l, " "):] == line[strings.LastIndex(line, " "):] {
			t.Errorf("with %s changed the root is the same: %s, %v", name, l, err)
		}
	}
	r.Streams[0], r.Streams[1] = r.Streams[1], r.Streams[0]
	if l, err := r.Line(); l != line || err != nil {
		t.Errorf("in another order the line is %q, %v", l, err)
	}
	for _, bad := range []string{
		"", "{", `{"at":"2026-11-21T10:00:00Z","streams":[{"stream":"x","seq":1,"hash":"ab"}]}`,
		`{"at":"2026-11-21T10:00:00Z","streams":[],"more":1}`,
		`{"at":"2026-11-21T10:00:00Z","streams":[{"stream":"x","seq":1,"hash":"` + hash + `"},{"stream":"x","seq":2,"hash":"` + hash + `"}]}`,
	} {
		if _, err := journal.ParseRoll([]byte(bad)); err == nil {
			t.Errorf("%s is read", bad)
		}
	}
}
