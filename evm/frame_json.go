package evm

import (
	"bytes"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
)

// maxFrames bounds the calls of one block, whatever an endpoint makes up.
const maxFrames = 1 << 19

// Trace is the frame of one transaction, as a tracer gave it.
type Trace struct {
	Frame
	TxHash Hash // zero if it was not said
}

// DecodeTraces reads the frames of a block's transactions, as debug_traceBlockByHash gives them with the callTracer: each
// beside the hash of its transaction, or alone. One that could not be traced is of type UnknownFrame and says why in Error.
func DecodeTraces(data []byte) ([]Trace, error) { return new(Decoder).Traces(data) }

// Traces is DecodeTraces.
func (d *Decoder) Traces(data []byte) ([]Trace, error) {
	s := scanner{data: data}
	var list []Trace
	d.open, d.framed = d.open[:0], 0
	for ok := s.array(); ok; ok = s.element() {
		list = append(list, d.trace(&s))
	}
	if err := s.end(); err != nil {
		return nil, fmt.Errorf("read traces: %w", err)
	}
	return list, nil
}

// trace reads one element: a frame, an object that holds one under "result", or one that says why there is none.
func (d *Decoder) trace(s *scanner) (t Trace) {
	var j frameJSON
	var txHash hexHash
	wrapped := false
	for name, ok := s.object(); ok; name, ok = s.member() {
		switch string(name) {
		case "txHash":
			txHash.read(s)
		case "result":
			if wrapped {
				s.fail(s.at, "a second value of the same name")
			}
			if !s.null() {
				wrapped = true
				t.Frame = d.frame(s, 0)
			}
		default:
			j.member(s, d, name, 0)
		}
	}
	t.TxHash = txHash.v
	switch {
	case wrapped:
		if j.typ != UnknownFrame {
			s.fail(s.at, "a frame beside a result in what ends here")
		}
	case j.typ == UnknownFrame && j.failed != "":
		t.Frame = Frame{Error: j.failed}
	default:
		t.Frame = j.frame(s, d)
	}
	return t
}

// frameJSON is a frame on its way out of its JSON.
type frameJSON struct {
	typ            FrameType // UnknownFrame until it was there
	from, to       hexAddress
	value          hexUint256
	gas, gasUsed   hexUint64
	input, output  hexBytes
	failed, reason string
	calls          []Frame
	hasCalls       bool
}

// frame reads one frame, and those below it.
func (d *Decoder) frame(s *scanner, depth int) Frame {
	var j frameJSON
	for name, ok := s.object(); ok; name, ok = s.member() {
		j.member(s, d, name, depth)
	}
	return j.frame(s, d)
}

// member reads one member.
func (j *frameJSON) member(s *scanner, d *Decoder, name []byte, depth int) {
	switch string(name) {
	case "type":
		j.readType(s)
	case "from":
		j.from.read(s)
	case "to":
		j.to.read(s)
	case "value":
		j.value.read(s)
	case "gas":
		j.gas.read(s)
	case "gasUsed":
		j.gasUsed.read(s)
	case "input":
		j.input.read(s, &d.bytes)
	case "output":
		j.output.read(s, &d.bytes)
	case "error":
		s.words(&j.failed)
	case "revertReason":
		s.words(&j.reason)
	case "calls":
		if j.hasCalls {
			s.fail(s.at, "a second value of the same name")
		}
		if j.hasCalls = true; !s.null() {
			j.calls = d.readFrames(s, depth+1)
		}
	default:
		s.skip()
	}
}

func (j *frameJSON) readType(s *scanner) {
	if j.typ != UnknownFrame {
		s.fail(s.at, "a second value of the same name")
	}
	if s.peek() != '"' {
		s.expected("a string")
		return
	}
	text, _ := s.text()
	if j.typ = frameTypes[string(text)]; j.typ != UnknownFrame {
		return
	}
	if j.typ = frameTypes[string(bytes.ToUpper(text))]; j.typ == UnknownFrame {
		j.typ = OtherFrame
	}
}

// words reads a string in words; null is none.
func (s *scanner) words(into *string) {
	if *into != "" {
		s.fail(s.at, "a second value of the same name")
	}
	if s.null() {
		return
	}
	if s.peek() != '"' {
		s.expected("a string")
		return
	}
	at := s.at
	text, escaped := s.text()
	if s.err != nil {
		return
	}
	if escaped {
		text, _ = jsontext.AppendUnquote(nil, s.data[at:s.at])
	}
	*into = string(text)
}

func (j *frameJSON) frame(s *scanner, d *Decoder) Frame {
	s.require(j.typ != UnknownFrame, "type")
	s.require(j.from.ok, "from")
	s.require(j.to.ok || j.failed != "" || j.typ == CreateFrame || j.typ == Create2Frame || j.typ == SelfDestructFrame, "to")
	if d.framed++; d.framed > maxFrames {
		s.fail(s.at, "more than %d calls in one block", maxFrames)
	}
	if s.err != nil {
		return Frame{}
	}
	return Frame{
		Type: j.typ, From: j.from.v, To: j.to.v, Value: j.value.pointer(&d.large), Gas: j.gas.v, GasUsed: j.gasUsed.v,
		Input: j.input.v, Output: j.output.v, Error: j.failed, RevertReason: j.reason, Calls: j.calls,
	}
}

// readFrames reads the frames below one. Those that are still open lie on a stack, so that each list is made once, as long
// as it is.
func (d *Decoder) readFrames(s *scanner, depth int) []Frame {
	if depth > MaxFrameDepth {
		s.fail(s.at, "calls nested deeper than %d", MaxFrameDepth)
		return nil
	}
	start := len(d.open)
	for ok := s.array(); ok; ok = s.element() {
		f := d.frame(s, depth)
		d.open = append(d.open, f)
	}
	calls := d.frames.take(len(d.open) - start)
	copy(calls, d.open[start:])
	d.open = d.open[:start]
	if len(calls) == 0 {
		return nil
	}
	return calls
}
