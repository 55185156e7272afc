package journal

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Version is the version of the envelope that Seal writes and Open reads.
const Version = 1

// Seal makes the record of an event. It sets the envelope's V, Prev and Data: prev is the hash of the record before (zero
// for Seq 1), data is marshalled and every Personal in it replaced by a commitment salted by salt. At is cut to whole
// microseconds, because that is what a store keeps.
func Seal(prev [32]byte, e Envelope, data any, salt func() [16]byte) (Record, error) {
	switch {
	case e.Stream == "" || e.Kind == "" || e.KindV < 1 || e.At.IsZero():
		return Record{}, errors.New("seal event: the envelope needs a stream, a kind, a version of the kind and a time")
	case e.Seq < 1 || (e.Seq == 1) != (prev == [32]byte{}):
		return Record{}, fmt.Errorf("seal event: sequence number %d does not go with the hash before it", e.Seq)
	}
	raw, err := encode(data)
	if err != nil {
		return Record{}, fmt.Errorf("seal %s: %w", e.Kind, err)
	}
	raw, openings, err := conceal(raw, salt)
	if err != nil {
		return Record{}, fmt.Errorf("seal %s: %w", e.Kind, err)
	}
	e.V = Version
	e.At = e.At.UTC().Truncate(time.Microsecond)
	e.Prev = hex.EncodeToString(prev[:])
	e.Data = raw
	b, err := encode(e)
	if err != nil {
		return Record{}, fmt.Errorf("seal %s: %w", e.Kind, err)
	}
	r := Record{Stream: e.Stream, Seq: e.Seq, Kind: e.Kind, At: e.At, Hash: sha256.Sum256(b), Bytes: b}
	if len(openings) > 0 {
		if r.Openings, err = encode(openings); err != nil {
			return Record{}, fmt.Errorf("seal %s: %w", e.Kind, err)
		}
	}
	return r, nil
}

// Open reads a record: the envelope, with the texts that are still there back in its Data as Personal writes them, and
// Data unmarshalled into into unless that is nil. An opening that does not match its commitment is an error. It does not
// check the hash; Verify does.
func (r Record) Open(into any) (Envelope, error) {
	e, err := r.envelope()
	if err != nil {
		return Envelope{}, fmt.Errorf("open record %d of %s: %w", r.Seq, r.Stream, err)
	}
	openings, err := parseOpenings(r.Openings)
	if err != nil {
		return Envelope{}, fmt.Errorf("open record %d of %s: %w", r.Seq, r.Stream, err)
	}
	if len(openings) > 0 {
		if e.Data, err = reveal(e.Data, openings); err != nil {
			return Envelope{}, fmt.Errorf("open record %d of %s: %w", r.Seq, r.Stream, err)
		}
	}
	if into != nil {
		if err := json.Unmarshal(e.Data, into); err != nil {
			return Envelope{}, fmt.Errorf("open record %d of %s: read %s: %w", r.Seq, r.Stream, e.Kind, err)
		}
	}
	return e, nil
}

// envelope parses the bytes without opening anything.
func (r Record) envelope() (Envelope, error) {
	var e Envelope
	if err := json.Unmarshal(r.Bytes, &e); err != nil {
		return Envelope{}, err
	}
	if e.V != Version {
		return Envelope{}, fmt.Errorf("the envelope has version %d, and this release reads version %d", e.V, Version)
	}
	return e, nil
}

// Redact returns the record's openings without those that match: what is dropped can never be read again, and the chain
// still verifies. The result is nil if none is left.
func Redact(r Record, match func(commit, value string) bool) ([]byte, error) {
	openings, err := parseOpenings(r.Openings)
	if err != nil {
		return nil, fmt.Errorf("redact record %d of %s: %w", r.Seq, r.Stream, err)
	}
	for c, o := range openings {
		if match(c, o.Value) {
			delete(openings, c)
		}
	}
	if len(openings) == 0 {
		return nil, nil
	}
	return encode(openings)
}
