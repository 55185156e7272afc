package plan

import (
	"errors"
	"fmt"
	"strings"

	"tocsin/evm"
)

// abiName returns the kind (function, event, error; empty for what has no name) and the name of an ABI entry as people
// write it, or says what is wrong with it.
func abiName(entry string) (kind, name string, err error) {
	abi, err := evm.ParseABI([]string{entry})
	switch {
	case err != nil:
		return "", "", cause(err)
	case len(abi.Methods) > 0:
		return "function", abi.Methods[0].Name, nil
	case len(abi.Events) > 0:
		return "event", abi.Events[0].Name, nil
	case len(abi.Errors) > 0:
		return "error", abi.Errors[0].Name, nil
	}
	return "", "", nil
}

// badSignature says why a text is not the signature of a function or an event, which form asks for; but for the form
// "signature" a bare name does as well.
func badSignature(form, s string) (say, do string) {
	kind, example := "function", `"paused() returns (bool)"`
	var err error
	if form == "event" {
		kind, example = "event", `"Paused(address account)"`
		_, err = evm.ParseEvent(s)
	} else {
		_, err = evm.ParseSignature(s)
	}
	if err == nil || form != "signature" && nameForm.MatchString(s) {
		return "", ""
	}
	return fmt.Sprintf("%q cannot be read as %s: %v", clip(s), article(kind), cause(err)), "write its signature, such as " + example
}

// nameOf is the name of a function or an event that the plan names by itself or by its signature.
func nameOf(kind, s string) string {
	s = strings.TrimSpace(s)
	if rest, ok := strings.CutPrefix(s, kind+" "); ok {
		s = rest
	}
	name, _, _ := strings.Cut(s, "(")
	return strings.TrimSpace(name)
}

// cause is what lies behind an error that repeats what was read.
func cause(err error) error {
	if inner := errors.Unwrap(err); inner != nil {
		return inner
	}
	return err
}
