package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"

	"tocsin/fault"
)

// Verify checks a whole stream from its first record on: each record's bytes have its hash and name the hash before
// them, numbers have no gaps, time does not go back, all belong to one stream, and every opening matches a commitment.
// The error, a fault with code Invalid, says which record differs and in what. No records are fine.
func Verify(records []Record) error {
	var prev Record
	for i, r := range records {
		if err := verifyNext(prev, r, uint64(i)+1); err != nil {
			return err
		}
		prev = r
	}
	return nil
}

// verifyNext checks one record against the one before it; prev is zero for the first.
func verifyNext(prev, r Record, seq uint64) error {
	bad := func(format string, args ...any) error {
		return fault.New(fault.Invalid, "Record %d: "+format+".", append([]any{seq}, args...)...)
	}
	if sum := sha256.Sum256(r.Bytes); sum != r.Hash {
		return bad("its bytes have the hash %x, where %x is on record", sum, r.Hash)
	}
	if bytes.ContainsAny(r.Bytes, "\r\n") {
		return bad("it is not one line")
	}
	e, err := r.envelope()
	if err != nil {
		return bad("it cannot be read: %v", err)
	}
	stream := prev.Stream
	if seq == 1 {
		stream = r.Stream
	}
	switch {
	case e.Seq != seq || r.Seq != seq:
		return bad("it has the number %d", e.Seq)
	case e.Prev != hex.EncodeToString(prev.Hash[:]):
		return bad("it says that %s came before it, where %x did", e.Prev, prev.Hash)
	case e.Stream != stream || r.Stream != stream:
		return bad("it belongs to the stream %q, not to %q", e.Stream, stream)
	case e.Kind != r.Kind:
		return bad("it is of the kind %q, not %q", e.Kind, r.Kind)
	case !e.At.Equal(r.At):
		return bad("it happened at %s, not at %s", e.At, r.At)
	case e.At.Before(prev.At):
		return bad("it happened at %s, before the record that precedes it", e.At)
	}
	openings, err := parseOpenings(r.Openings)
	if err != nil {
		return bad("%v", err)
	}
	if _, err := reveal(e.Data, openings); err != nil {
		return bad("%v", err)
	}
	return nil
}
