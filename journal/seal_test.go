package journal_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"tocsin/journal"
)

var start = time.Date(2026, 3, 4, 5, 6, 7, 890123456, time.UTC)

// salts gives another salt each time, always the same ones.
func salts() func() [16]byte {
	var n uint64
	return func() (s [16]byte) {
		n++
		binary.BigEndian.PutUint64(s[8:], n)
		return s
	}
}

func envelope(seq uint64) journal.Envelope {
	return journal.Envelope{
		Stream: "incident/7", Seq: seq, Kind: "answered", KindV: 1, At: start.Add(time.Duration(seq) * time.Second),
		Actor: journal.Actor{Kind: journal.Person, ID: "alice", Via: "page-link"}, Command: "c1",
	}
}

func seal(t testing.TB, prev [32]byte, e journal.Envelope, data any) journal.Record {
	t.Helper()
	r, err := journal.Seal(prev, e, data, salts())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

type answer struct {
	Page  string                      `json:"page"`
	To    journal.Personal            `json:"to"`
	Notes []journal.Personal          `json:"notes"`
	By    map[string]journal.Personal `json:"by"`
	More  *answer                     `json:"more,omitempty"`
	Raw   json.RawMessage             `json:"raw,omitempty"`
}

var personal = []journal.Personal{
	"+1 555 0100", "", `quote " backslash \ end \`, "<b>&\u2028\u00e9\n", `{"$personal":"inner"}`, `{"$commit":"aa"}`,
}

func TestSealOpen(t *testing.T) {
	want := answer{
		Page: `<p> "x" {"$personal":"not one"}`, To: personal[0], Notes: personal, By: map[string]journal.Personal{"bob": "Bob"},
		More: &answer{To: "deep", Notes: []journal.Personal{}, By: map[string]journal.Personal{}},
	}
	r := seal(t, [32]byte{}, envelope(1), want)
	if r.Hash != sha256.Sum256(r.Bytes) || r.Stream != "incident/7" || r.Seq != 1 || r.Kind != "answered" {
		t.Errorf("record is %+v", r)
	}
	for _, secret := range []string{"555", "inner", "Bob", "deep", "quote"} {
		if strings.Contains(string(r.Bytes), secret) {
			t.Errorf("the chained bytes contain %q: %s", secret, r.Bytes)
		}
	}
	if s := string(r.Bytes); !strings.Contains(s, `<p>`) || strings.ContainsAny(s, "\r\n") {
		t.Errorf("bytes are not one line without HTML escapes: %s", s)
	}
	if n := strings.Count(string(r.Bytes), `{"$commit":"`); n != len(personal)+3 {
		t.Errorf("%d commitments, want one for every text, the empty one too", n)
	}

	var got answer
	e, err := r.Open(&got)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("opened %+v\nwant %+v", got, want)
	}
	wantE := envelope(1)
	wantE.V, wantE.Prev, wantE.Data, wantE.At = 1, strings.Repeat("0", 64), e.Data, wantE.At.Truncate(time.Microsecond)
	if !reflect.DeepEqual(e, wantE) {
		t.Errorf("envelope is %+v\nwant %+v", e, wantE)
	}
	var later answer
	if err := json.Unmarshal(e.Data, &later); err != nil || !reflect.DeepEqual(later, want) {
		t.Errorf("the envelope's data is %s: %v", e.Data, err)
	}
	if !r.At.Equal(e.At) || r.At.Nanosecond()%1000 != 0 {
		t.Errorf("record is of %s, envelope of %s", r.At, e.At)
	}
}

// TestSealAgain: the same event sealed with the same salts has the same bytes; other salts give other commitments.
func TestSealAgain(t *testing.T) {
	data := answer{To: "same", Notes: []journal.Personal{"same"}, By: map[string]journal.Personal{"a": "x", "b": "y"}}
	one, two := seal(t, [32]byte{}, envelope(1), data), seal(t, [32]byte{}, envelope(1), data)
	if !reflect.DeepEqual(one, two) {
		t.Errorf("sealed twice, %+v and %+v", one, two)
	}
	var openings map[string]any
	if err := json.Unmarshal(one.Openings, &openings); err != nil || len(openings) != 4 {
		t.Errorf("openings are %s, want four, though two texts are the same: %v", one.Openings, err)
	}
	salt := salts()
	salt()
	three, err := journal.Seal([32]byte{}, envelope(1), data, salt)
	if err != nil || three.Hash == one.Hash {
		t.Errorf("other salts gave the same record: %v", err)
	}
}

// TestSealPlain: what only looks like a personal text stays as it is, whoever wrote it.
func TestSealPlain(t *testing.T) {
	for _, raw := range []string{
		`{"$personal":"x","more":1}`, `{"more":1,"$personal":"x"}`, `{"$personal":1}`, `{"$commit":"aa"}`, `{"$commit":""}`,
		`"{\"$personal\":\"x\"}"`, `null`, `[]`, `1e400`, `{"a":12345678901234567890}`,
	} {
		r := seal(t, [32]byte{}, envelope(1), json.RawMessage(raw))
		if r.Openings != nil {
			t.Errorf("%s: openings are %s", raw, r.Openings)
		}
		if e, err := r.Open(nil); err != nil || string(e.Data) != raw {
			t.Errorf("%s: data is %s: %v", raw, e.Data, err)
		}
	}
}

func TestSealRefuses(t *testing.T) {
	change := func(f func(*journal.Envelope)) journal.Envelope {
		e := envelope(1)
		f(&e)
		return e
	}
	for name, tt := range map[string]struct {
		prev [32]byte
		e    journal.Envelope
		data any
	}{
		"no stream":         {e: change(func(e *journal.Envelope) { e.Stream = "" })},
		"no kind":           {e: change(func(e *journal.Envelope) { e.Kind = "" })},
		"no kind version":   {e: change(func(e *journal.Envelope) { e.KindV = 0 })},
		"no time":           {e: change(func(e *journal.Envelope) { e.At = time.Time{} })},
		"no number":         {e: change(func(e *journal.Envelope) { e.Seq = 0 })},
		"first with a past": {prev: [32]byte{1}, e: envelope(1)},
		"second without":    {e: envelope(2)},
		"channel":           {e: envelope(1), data: make(chan int)},
		"year 10000":        {e: change(func(e *journal.Envelope) { e.At = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) })},
	} {
		if r, err := journal.Seal(tt.prev, tt.e, tt.data, salts()); err == nil {
			t.Errorf("%s: sealed %s", name, r.Bytes)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	good := seal(t, [32]byte{}, envelope(1), answer{To: "+1 555 0100"})
	other := seal(t, [32]byte{}, envelope(1), answer{To: "+1 555 0199"})
	forge := func(f func(o map[string]string)) []byte {
		var forged map[string]map[string]string
		if err := json.Unmarshal(good.Openings, &forged); err != nil {
			t.Fatal(err)
		}
		for _, o := range forged {
			f(o)
		}
		b, err := json.Marshal(forged)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for name, openings := range map[string][]byte{
		"value":       forge(func(o map[string]string) { o["value"] = "+1 555 0199" }),
		"salt":        forge(func(o map[string]string) { o["salt"] = strings.Repeat("00", 16) }),
		"short salt":  forge(func(o map[string]string) { o["salt"] = "00" }),
		"no salt":     forge(func(o map[string]string) { delete(o, "salt") }),
		"more":        forge(func(o map[string]string) { o["more"] = "x" }),
		"of no field": other.Openings,
		"not JSON":    []byte("{"),
		"two values":  append(append([]byte{}, good.Openings...), "{}"...),
		"list":        []byte("[]"),
	} {
		r := good
		r.Openings = openings
		if _, err := r.Open(nil); err == nil {
			t.Errorf("%s: opened %s", name, openings)
		}
	}
	for name, b := range map[string]string{
		"not JSON": "{", "newer": strings.Replace(string(good.Bytes), `"v":1`, `"v":2`, 1), "empty": "",
	} {
		r := good
		r.Bytes = []byte(b)
		if _, err := r.Open(nil); err == nil {
			t.Errorf("%s: opened %s", name, b)
		}
	}
	var wrong struct{ To int }
	if _, err := good.Open(&wrong); err == nil {
		t.Error("a text was read as a number")
	}
}

func TestRedact(t *testing.T) {
	r := seal(t, [32]byte{}, envelope(1), answer{To: "Alice", Notes: []journal.Personal{"Bob", "Alice"}})
	left, err := journal.Redact(r, func(_, value string) bool { return value == "Alice" })
	if err != nil {
		t.Fatal(err)
	}
	r.Openings = left
	if strings.Contains(string(left), "Alice") {
		t.Errorf("left over: %s", left)
	}
	var a answer
	if _, err := r.Open(&a); err != nil || a.To != "" || !reflect.DeepEqual(a.Notes, []journal.Personal{"Bob", ""}) {
		t.Errorf("opened %+v: %v", a, err)
	}
	if err := journal.Verify([]journal.Record{r}); err != nil {
		t.Error(err)
	}
	var commit string
	if left, err = journal.Redact(r, func(c, _ string) bool { commit = c; return true }); left != nil || err != nil {
		t.Errorf("left over: %s, %v", left, err)
	}
	if b, err := hex.DecodeString(commit); err != nil || len(b) != 32 || !strings.Contains(string(r.Bytes), commit) {
		t.Errorf("commitment %q is not in the record", commit)
	}
	r.Openings = []byte("{")
	if _, err := journal.Redact(r, func(string, string) bool { return false }); err == nil {
		t.Error("unreadable openings were redacted")
	}
}

// FuzzSeal: every text comes back, and none is in the chained bytes.
func FuzzSeal(f *testing.F) {
	for _, p := range personal {
		f.Add(string(p), `{"a":{"$personal":"x"}}`)
	}
	f.Fuzz(func(t *testing.T, text, raw string) {
		if !json.Valid([]byte(raw)) {
			raw = "null"
		}
		// What cannot be said in UTF-8 is replaced on the way, as JSON does it everywhere.
		text = strings.ToValidUTF8(text, "\ufffd")
		in := answer{To: journal.Personal(text), Raw: json.RawMessage(raw)}
		r := seal(t, [32]byte{}, envelope(1), in)
		var out answer
		if _, err := r.Open(&out); err != nil || out.To != in.To {
			t.Fatalf("opened %q, want %q: %v", out.To, in.To, err)
		}
		if err := journal.Verify([]journal.Record{r}); err != nil {
			t.Fatal(err)
		}
		r.Openings = nil
		out = answer{}
		if _, err := r.Open(&out); err != nil || out.To != "" {
			t.Fatalf("without openings it reads %q: %v", out.To, err)
		}
	})
}

func ExampleRecord_Open() {
	salt := func() [16]byte { return [16]byte{1} } // in earnest: random
	r, err := journal.Seal([32]byte{}, journal.Envelope{Stream: "incident/7", Seq: 1, Kind: "answered", KindV: 1, At: start},
		map[string]any{"answer": "coming", "by": journal.Personal("Alice")}, salt)
	var data struct {
		Answer string
		By     journal.Personal
	}
	_, open := r.Open(&data)
	fmt.Println(data.Answer, data.By, errors.Join(err, open))
	r.Openings = nil // redacted
	_, open = r.Open(&data)
	fmt.Printf("%s %q %v\n", data.Answer, data.By, open)
	// Output:
	// coming Alice <nil>
	// coming "" <nil>
}
