package journal_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/fault"
	"tocsin/journal"
)

// records seals a chain of n.
func records(t testing.TB, n int) []journal.Record {
	t.Helper()
	var all []journal.Record
	var prev [32]byte
	for i := range n {
		r := seal(t, prev, envelope(uint64(i)+1), answer{
			Page: fmt.Sprint("page-", i), To: journal.Personal(fmt.Sprint("+1 555 ", i)), Notes: []journal.Personal{"on my way"},
		})
		all, prev = append(all, r), r.Hash
	}
	return all
}

func clone(all []journal.Record) []journal.Record {
	all = slices.Clone(all)
	for i := range all {
		all[i].Bytes, all[i].Openings = bytes.Clone(all[i].Bytes), bytes.Clone(all[i].Openings)
	}
	return all
}

func TestVerify(t *testing.T) {
	if err := journal.Verify(nil); err != nil {
		t.Error(err)
	}
	if err := journal.Verify(records(t, 5)); err != nil {
		t.Error(err)
	}
	// again makes the record anew from its envelope, so that only the chain can tell.
	again := func(r journal.Record, prev [32]byte, change func(*journal.Envelope)) journal.Record {
		e := envelope(r.Seq)
		change(&e)
		return seal(t, prev, e, answer{Page: "another"})
	}
	for name, tt := range map[string]struct {
		change func(all []journal.Record) []journal.Record
		want   string
	}{
		"hash":    {func(all []journal.Record) []journal.Record { all[2].Hash[31] ^= 1; return all }, "Record 3: its bytes have the hash"},
		"gap":     {func(all []journal.Record) []journal.Record { return slices.Delete(all, 2, 3) }, "Record 3: it has the number 4"},
		"head":    {func(all []journal.Record) []journal.Record { return all[1:] }, "Record 1: it has the number 2"},
		"twice":   {func(all []journal.Record) []journal.Record { return slices.Insert(all, 2, all[1]) }, "Record 3: it has the number 2"},
		"order":   {func(all []journal.Record) []journal.Record { all[2], all[3] = all[3], all[2]; return all }, "Record 3: it has the number 4"},
		"kind":    {func(all []journal.Record) []journal.Record { all[4].Kind = "validated"; return all }, "Record 5: it is of the kind"},
		"stream":  {func(all []journal.Record) []journal.Record { all[0].Stream = "incident/8"; return all }, "Record 1: it belongs to the stream"},
		"time":    {func(all []journal.Record) []journal.Record { all[0].At = start; return all }, "Record 1: it happened at"},
		"number":  {func(all []journal.Record) []journal.Record { all[3].Seq = 9; return all }, "Record 4: it has the number"},
		"opening": {func(all []journal.Record) []journal.Record { all[3].Openings = all[2].Openings; return all }, "Record 4: the opening of"},
		"not JSON": {func(all []journal.Record) []journal.Record {
			all[1].Bytes = []byte("{")
			all[1].Hash = sha256.Sum256(all[1].Bytes)
			return all
		}, "Record 2: it cannot be read"},
		"two lines": {func(all []journal.Record) []journal.Record {
			all[1].Bytes = append(all[1].Bytes, '\n')
			all[1].Hash = sha256.Sum256(all[1].Bytes)
			return all
		}, "Record 2: it is not one line"},
		"exchanged": {func(all []journal.Record) []journal.Record {
			all[2] = again(all[2], all[1].Hash, func(*journal.Envelope) {})
			return all
		}, "Record 4: it says that"},
		"past": {func(all []journal.Record) []journal.Record {
			return append(all, again(journal.Record{Seq: 6}, all[4].Hash, func(e *journal.Envelope) { e.At = start }))
		}, "Record 6: it happened at"},
		"another stream": {func(all []journal.Record) []journal.Record {
			return append(all, again(journal.Record{Seq: 6}, all[4].Hash, func(e *journal.Envelope) { e.Stream = "incident/8" }))
		}, "Record 6: it belongs to the stream"},
	} {
		err := journal.Verify(tt.change(clone(records(t, 5))))
		if !fault.Is(err, fault.Invalid) || !strings.HasPrefix(fault.Sentence(err), tt.want) {
			t.Errorf("%s: error is %v, want %q", name, err, tt.want)
		}
	}
	same := append(records(t, 1), seal(t, records(t, 1)[0].Hash, func() journal.Envelope {
		e := envelope(2)
		e.At = envelope(1).At.Add(time.Nanosecond) // the same microsecond
		return e
	}(), answer{}))
	if err := journal.Verify(same); err != nil {
		t.Errorf("two events at the same time: %v", err)
	}
}

// TestVerifyEveryByte: no bit of a record or its openings can be changed unnoticed.
func TestVerifyEveryByte(t *testing.T) {
	good := records(t, 2)
	for i := range good {
		for j := range good[i].Bytes {
			bad := clone(good)
			bad[i].Bytes[j] ^= 1 << (j % 8)
			if journal.Verify(bad) == nil {
				t.Errorf("record %d, byte %d (%q) can be changed", i+1, j, good[i].Bytes[j])
			}
		}
		for j := range good[i].Openings {
			bad := clone(good)
			bad[i].Openings[j] ^= 1 << (j % 8)
			if journal.Verify(bad) == nil && !caseOfName(bad[i].Openings, good[i].Openings) {
				t.Errorf("record %d, openings, byte %d can be changed: %s", i+1, j, bad[i].Openings)
			}
		}
	}
}

// caseOfName: in upper case, a name or a hexadecimal digit says the same.
func caseOfName(a, b []byte) bool { return bytes.EqualFold(a, b) }

func sum(b []byte) string { return fmt.Sprintf("%x", sha256.Sum256(b)) }
