package detect

import (
	"errors"
	"fmt"
	"slices"

	"tocsin/evm"
)

// Bounds on events whose declaration does not say which parameters are indexed.
const (
	maxIndexed = 3 // topics besides the signature's
	maxLoose   = 8 // parameters among which the indexed ones are looked for
)

var errUnsaid = errors.New("which values are indexed cannot be told from the log: write indexed behind their types")

// looseValues decodes a log of an event that was written without saying which parameters are indexed. The log says how
// many are; which, only where all are, none is, or one way alone makes sense of what it holds.
func looseValues(e evm.Event, l evm.Log) ([]any, error) {
	if n := len(l.Topics); n > 0 && n < len(e.Inputs) && len(e.Inputs) > maxLoose {
		return nil, errUnsaid
	}
	e.Inputs = slices.Clone(e.Inputs)
	var values []any
	ways := 0
	var last error
	// mark goes through the ways to choose the indexed parameters from one on.
	var mark func(from, left int)
	mark = func(from, left int) {
		if left > len(e.Inputs)-from || ways > 1 {
			return
		}
		if left == 0 {
			if v, err := e.Values(l); err != nil {
				last = err
			} else {
				values = v
				ways++
			}
			return
		}
		e.Inputs[from].Indexed = true
		mark(from+1, left-1)
		e.Inputs[from].Indexed = false
		mark(from+1, left)
	}
	mark(0, len(l.Topics))
	switch {
	case ways == 1:
		return values, nil
	case ways > 1:
		return nil, errUnsaid
	case last == nil:
		last = fmt.Errorf("decode event %s: more values are indexed than it has", e.Signature())
	}
	return nil, last
}
