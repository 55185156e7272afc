package incident

import (
	"encoding/binary"
	"encoding/json"
	"io"
	"reflect"
	"strings"
	"time"

	"tocsin/evm"
	"tocsin/journal"
)

// terse writes values one after the other, and a text that it has written before as its number.
type terse struct {
	b     []byte
	known map[string]uint64
}

func (w *terse) number(n uint64) { w.b = binary.AppendUvarint(w.b, n) }

// text writes 0 and a text that is new, or the number of one that is not.
func (w *terse) text(s string) {
	if n, ok := w.known[s]; ok {
		w.number(n)
		return
	}
	if w.known == nil {
		w.known = map[string]uint64{}
	}
	w.known[s] = uint64(len(w.known)) + 1
	w.number(0)
	w.number(uint64(len(s)))
	w.b = append(w.b, s...)
}

func (w *terse) time(t time.Time) {
	w.b = binary.AppendVarint(w.b, t.Unix())
	w.number(uint64(t.Nanosecond()))
}

func (w *terse) hash(h evm.Hash) {
	if h == (evm.Hash{}) {
		w.b = append(w.b, 0)
		return
	}
	w.b = append(append(w.b, 1), h[:]...)
}

func (w *terse) list(texts []string) {
	if texts == nil {
		w.number(0)
		return
	}
	w.number(uint64(len(texts)) + 1)
	for _, s := range texts {
		w.text(s)
	}
}

// untersed reads what terse wrote. After the first value that cannot be read, failed is set and the others are empty.
type untersed struct {
	s      string
	known  []string
	failed bool
}

func (r *untersed) take(n uint64) string {
	if n > uint64(len(r.s)) {
		r.failed, r.s = true, ""
		return ""
	}
	s := r.s[:n]
	r.s = r.s[n:]
	return s
}

func (r *untersed) number() uint64 {
	var n uint64
	for i := 0; i < len(r.s) && i < binary.MaxVarintLen64; i++ {
		n |= uint64(r.s[i]&0x7f) << (7 * i)
		if r.s[i] < 0x80 {
			r.s = r.s[i+1:]
			return n
		}
	}
	r.failed, r.s = true, ""
	return 0
}

func (r *untersed) text() string {
	n := r.number()
	switch {
	case r.failed:
	case n == 0:
		s := r.take(r.number())
		r.known = append(r.known, s)
		return s
	case n <= uint64(len(r.known)):
		return r.known[n-1]
	}
	r.failed = true
	return ""
}

func (r *untersed) time() time.Time {
	n := r.number()
	seconds := int64(n>>1) ^ -int64(n&1)
	return time.Unix(seconds, int64(r.number())).UTC()
}

func (r *untersed) hash() (h evm.Hash) {
	if r.take(1) == "\x01" {
		copy(h[:], r.take(uint64(len(h))))
	}
	return h
}

func (r *untersed) list() []string {
	n := r.number()
	if n == 0 || n > uint64(len(r.s))+1 {
		r.failed = r.failed || n > 0
		return nil
	}
	texts := make([]string, n-1)
	for i := range texts {
		texts[i] = r.text()
	}
	return texts
}

// many is how many values follow, each of which takes so many bytes at least.
func (r *untersed) many(least int) uint64 {
	n := r.number()
	if n > uint64(len(r.s)/least) {
		r.failed = true
		return 0
	}
	return n
}

func (r *untersed) end() error {
	if r.failed || len(r.s) > 0 {
		return io.ErrUnexpectedEOF
	}
	return nil
}

// leastFinding is how many bytes a finding takes at least, in either way.
const leastFinding = 3

// The ways in which a finding is written.
const (
	asTerse = 0
	asJSON  = 1 // it has something that the terse form does not know
)

func packFindings(list []Finding) ([]byte, error) {
	var w terse
	w.number(uint64(len(list)))
	for _, f := range list {
		var short terse
		short.finding(f)
		back := untersed{s: string(short.b)}
		if reflect.DeepEqual(back.finding(), f) {
			w.number(asTerse)
			w.finding(f)
			continue
		}
		b, err := json.Marshal(f)
		if err != nil {
			return nil, err
		}
		w.number(asJSON)
		w.number(uint64(len(b)))
		w.b = append(w.b, b...)
	}
	return w.b, nil
}

func unpackFindings(b []byte) ([]Finding, error) {
	r := untersed{s: string(b)}
	list := make([]Finding, r.many(leastFinding))
	for i := range list {
		f := &list[i]
		if r.number() == asJSON {
			if err := json.NewDecoder(strings.NewReader(r.take(r.number()))).Decode(f); err != nil {
				return nil, err
			}
		} else {
			*f = r.finding()
		}
	}
	if len(list) == 0 {
		list = nil
	}
	return list, r.end()
}

func (w *terse) finding(f Finding) {
	for _, s := range []string{f.ID, f.Detector, f.Mode, f.Asset, f.Amount, f.Say, f.Act, f.Retracted, f.From, string(f.Text), string(f.Contact)} {
		w.text(s)
	}
	w.list(f.Issues)
	w.number(f.Chain)
	w.number(f.Block)
	w.hash(f.BlockHash)
	w.hash(f.Tx)
	w.time(f.At)
	worse := uint64(0)
	if f.Worse {
		worse = 1
	}
	w.number(worse)
}

func (r *untersed) finding() Finding {
	f := Finding{ID: r.text(), Detector: r.text(), Mode: r.text(), Asset: r.text(), Amount: r.text(), Say: r.text(), Act: r.text(), Retracted: r.text(), From: r.text()}
	f.Text, f.Contact = journal.Personal(r.text()), journal.Personal(r.text())
	f.Issues = r.list()
	f.Chain, f.Block = r.number(), r.number()
	f.BlockHash, f.Tx, f.At = r.hash(), r.hash(), r.time()
	f.Worse = r.number() == 1
	return f
}

func packNotes(list []Note) []byte {
	var w terse
	w.number(uint64(len(list)))
	for _, n := range list {
		w.text(n.By)
		w.time(n.At)
		w.text(n.Text)
	}
	return w.b
}

func unpackNotes(b []byte) ([]Note, error) {
	r := untersed{s: string(b)}
	list := make([]Note, r.many(3))
	for i := range list {
		list[i] = Note{By: r.text(), At: r.time(), Text: r.text()}
	}
	if len(list) == 0 {
		list = nil
	}
	return list, r.end()
}
