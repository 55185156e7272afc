package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"

	"tocsin/decision"
	"tocsin/evm"
)

// typedFile is a decision's message as typed data (EIP-712), as its page shows it and wallets take it.
type typedFile struct {
	Types       json.RawMessage `json:"types"`
	PrimaryType string          `json:"primaryType"`
	Domain      struct {
		Name    string      `json:"name"`
		Version string      `json:"version"`
		ChainID json.Number `json:"chainId"`
	} `json:"domain"`
	Message struct {
		Choice   string      `json:"choice"`
		Summary  string      `json:"summary"`
		Protocol string      `json:"protocol"`
		Incident string      `json:"incident"`
		Decision string      `json:"decision"`
		Subject  string      `json:"subject"`
		Action   evm.Hash    `json:"action"`
		Plan     evm.Hash    `json:"plan"`
		Expires  json.Number `json:"expires"`
	} `json:"message"`
}

// typedMessage reads typed data back into the message that it stands for. Typed data that says anything else besides is
// refused: what is signed must be what was shown.
func typedMessage(b []byte) (decision.Message, error) {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	var f typedFile
	if err := dec.Decode(&f); err != nil {
		return decision.Message{}, fmt.Errorf("read typed data: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return decision.Message{}, errors.New("something follows the typed data")
	}
	x := f.Message
	m := decision.Message{
		Protocol: x.Protocol, Plan: x.Plan, Incident: x.Incident, Decision: x.Decision, Subject: x.Subject,
		Choice: x.Choice, Action: x.Action, Summary: x.Summary,
	}
	var err error
	if f.Domain.ChainID != "" {
		if m.Chain, err = strconv.ParseUint(f.Domain.ChainID.String(), 10, 64); err != nil {
			return decision.Message{}, fmt.Errorf("read chain: %w", err)
		}
	}
	if m.Expires, err = strconv.ParseUint(x.Expires.String(), 10, 64); err != nil {
		return decision.Message{}, fmt.Errorf("read expiry: %w", err)
	}
	for _, m.Exercise = range []bool{false, true} {
		if same(b, m.TypedData()) {
			return m, nil
		}
	}
	return decision.Message{}, errors.New("it is not the typed data of a decision")
}

// same compares two JSON texts by what they say.
func same(a, b []byte) bool {
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}
