package action

import (
	"fmt"

	"tocsin/evm"
)

// Holds compares an answer of the reading with the one wanted and returns what it said, in printable form. It fails if the
// answer is not of the form that the reading's function declares; then nothing is known.
func (e Effect) Holds(answer []byte) (holds bool, got string, err error) {
	m, err := evm.ParseSignature(e.Function)
	if err != nil {
		return false, "", fmt.Errorf("read effect: %w", err)
	}
	values, err := m.DecodeResult(answer)
	if err != nil {
		return false, "", fmt.Errorf("read effect: %w", err)
	}
	if len(values) == 0 {
		return false, "", fmt.Errorf("read effect: %s returns nothing", m.Signature())
	}
	return values[0].Text == e.Want, values[0].Text, nil
}

// Reads is the reading in short: paused(), balanceOf(0x…). The whole function stands in Function.
func (e Effect) Reads() string {
	m, err := evm.ParseSignature(e.Function)
	if err != nil {
		return e.Function
	}
	return callText(m.Name, e.Args)
}
