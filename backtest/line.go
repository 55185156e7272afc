package backtest

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"tocsin/evm"
	"tocsin/fault"
)

var (
	errNoBlock    = errors.New(`it has no "block"`)
	errNoReceipts = errors.New(`it has no "receipts", without which a block cannot be verified`)
)

// fields are the parts of a line, as they stand in it.
type fields struct{ block, receipts, traces []byte }

// split finds the parts of a line.
func split(line []byte) (f fields, err error) {
	d := jsontext.NewDecoder(bytes.NewBuffer(line), jsontext.AllowDuplicateNames(true)) // which evm looks for
	t, err := d.ReadToken()
	if err != nil {
		return f, notJSON(err)
	}
	if t.Kind() != '{' {
		return f, errors.New("it is not a JSON object")
	}
	for d.PeekKind() == '"' {
		name, err := d.ReadToken()
		if err != nil {
			return f, notJSON(err)
		}
		key := name.String()
		value, err := d.ReadValue()
		if err != nil {
			return f, notJSON(err)
		}
		end := d.InputOffset()
		part := line[end-int64(len(value)) : end : end]
		switch {
		case string(part) == "null":
		case key == "block":
			f.block = part
		case key == "receipts":
			f.receipts = part
		case key == "traces":
			f.traces = part
		}
	}
	if _, err := d.ReadToken(); err != nil {
		return f, notJSON(err)
	}
	if t, err := d.ReadToken(); err != io.EOF {
		if err == nil {
			err = fmt.Errorf("%s follows the object", t.Kind())
		}
		return f, notJSON(err)
	}
	if f.block == nil {
		return f, errNoBlock
	}
	return f, nil
}

func notJSON(err error) error {
	return fmt.Errorf("it is not JSON, or cut off: %w", err)
}

// numberOf reads the number of a line's block.
func numberOf(line []byte) (uint64, bool) {
	f, err := split(line)
	if err != nil {
		return 0, false
	}
	var head struct {
		Number quantity `json:"number"`
	}
	if json.Unmarshal(f.block, &head) != nil || !head.Number.ok {
		return 0, false
	}
	return head.Number.v, true
}

// decodeLine reads a block, with its traces where they are wanted. Unless it is loose, the block is verified.
func decodeLine(line []byte, loose, traces bool) (Loaded, error) {
	f, err := split(line)
	if err != nil {
		return Loaded{}, err
	}
	if !traces {
		f.traces = nil
	}
	if loose {
		return decodeLoose(f)
	}
	b, err := evm.DecodeBlock(f.block)
	if err != nil {
		return Loaded{}, err
	}
	l := Loaded{Block: b}
	if f.receipts == nil && len(b.Transactions) > 0 {
		return Loaded{}, errNoReceipts
	}
	if f.receipts != nil {
		if b.Receipts, err = evm.DecodeReceipts(f.receipts); err != nil {
			return Loaded{}, err
		}
	}
	err = evm.VerifyBlock(b)
	if errors.Is(err, evm.ErrLie) {
		return Loaded{}, err
	}
	if err != nil {
		l.Unverifiable = err.Error()
		b.Unverified = l.Unverifiable
	}
	if err := traceLine(b, f.traces); err != nil {
		return Loaded{}, err
	}
	return l, nil
}

// lineFault says what is wrong with a line.
func lineFault(where string, err error) error {
	f := fault.New(fault.Invalid, "%s: %s.", where, err)
	switch {
	case errors.Is(err, evm.ErrLie):
		return f.Instead("Fetch the block again; --unverified replays it as it is.")
	case errors.Is(err, errNoReceipts), errors.Is(err, evm.ErrShape):
		return f.Instead("Give each block as eth_getBlockByNumber with whole transactions and eth_getBlockReceipts answer; --unverified replays what there is.")
	case errors.Is(err, errNoBlock):
		return f.Instead(`Write each block as one line: {"block": …, "receipts": …}.`)
	}
	return f
}
