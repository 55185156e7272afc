package evm

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// ParseABIJSON reads a JSON ABI, or the artefact of a compiler that holds one under "abi" (Foundry, Hardhat, Truffle).
// Constructors and fallback functions are passed over.
func ParseABIJSON(b []byte) (ABI, error) {
	list := bytes.TrimSpace(b)
	if len(list) > 0 && list[0] == '{' {
		var artefact struct {
			ABI json.RawMessage `json:"abi"`
		}
		if err := json.Unmarshal(list, &artefact); err != nil {
			return ABI{}, fmt.Errorf("read ABI: %w", err)
		}
		if len(artefact.ABI) == 0 {
			return ABI{}, errors.New(`read ABI: the object has no member "abi"`)
		}
		list = artefact.ABI
	}
	var entries []jsonEntry
	if err := json.Unmarshal(list, &entries); err != nil {
		return ABI{}, fmt.Errorf("read ABI: %w", err)
	}
	var a ABI
	for i, e := range entries {
		if err := a.add(e); err != nil {
			return ABI{}, fmt.Errorf("read ABI: entry %d (%s %s): %w", i+1, e.Type, e.Name, err)
		}
	}
	return a, nil
}

type jsonEntry struct {
	Type            string      `json:"type"`
	Name            string      `json:"name"`
	Inputs          []jsonParam `json:"inputs"`
	Outputs         []jsonParam `json:"outputs"`
	StateMutability string      `json:"stateMutability"`
	Anonymous       bool        `json:"anonymous"`
}

type jsonParam struct {
	Name       string      `json:"name"`
	Type       string      `json:"type"`
	Components []jsonParam `json:"components"`
	Indexed    bool        `json:"indexed"`
}

func (a *ABI) add(e jsonEntry) error {
	switch e.Type {
	case "constructor", "fallback", "receive":
		return nil
	case "function", "event", "error", "":
	default:
		return errors.New("there is no such kind of entry")
	}
	if !identifier(e.Name) {
		return errors.New("its name is no identifier")
	}
	inputs, err := jsonParams(e.Inputs, 0, e.Type == "event")
	if err != nil {
		return err
	}
	switch e.Type {
	case "event":
		event := Event{Name: e.Name, Inputs: inputs, Anonymous: e.Anonymous}
		if err := event.check(); err != nil {
			return err
		}
		event.topic = event.Topic()
		a.Events = append(a.Events, event)
	case "error":
		a.Errors = append(a.Errors, CustomError{Name: e.Name, Inputs: inputs})
	default:
		outputs, err := jsonParams(e.Outputs, 0, false)
		if err != nil {
			return err
		}
		m := Method{Name: e.Name, Inputs: inputs, Outputs: outputs}
		switch e.StateMutability {
		case "pure", "view", "payable":
			m.Mutability = e.StateMutability
		}
		a.Methods = append(a.Methods, m)
	}
	return nil
}

func jsonParams(list []jsonParam, depth int, indexed bool) ([]Param, error) {
	if depth >= maxTypeDepth {
		return nil, fmt.Errorf("types stand more than %d deep within each other", maxTypeDepth)
	}
	if len(list) > maxParams {
		return nil, fmt.Errorf("there are more than %d parameters", maxParams)
	}
	params := make([]Param, 0, len(list))
	for _, in := range list {
		t, err := in.typ(depth)
		if err != nil {
			return nil, fmt.Errorf("parameter %q: %w", in.Name, err)
		}
		params = append(params, Param{Name: in.Name, Type: t, Indexed: indexed && in.Indexed})
	}
	if head(params) > maxTypeWords {
		return nil, errors.New("the parameters are too large")
	}
	return params, nil
}

// typ reads the type; a tuple's brackets stand in its type, what it is made of in its components.
func (in jsonParam) typ(depth int) (Type, error) {
	brackets, tuple := strings.CutPrefix(in.Type, "tuple")
	if !tuple {
		return ParseType(in.Type)
	}
	fields, err := jsonParams(in.Components, depth+1, false)
	if err != nil {
		return Type{}, err
	}
	if len(fields) == 0 {
		return Type{}, errors.New("a tuple must have components")
	}
	p := parser{text: brackets}
	t, err := p.brackets(Type{kind: kindTuple, fields: fields}, depth)
	if err == nil {
		err = p.end()
	}
	return t, err
}
