package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"

	"tocsin/app"
	"tocsin/engine"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/journal"
)

// signedBy is who signed a list of heads.
type signedBy struct {
	Signer evm.Address `json:"signer"`
	Person string      `json:"person,omitempty"` // id in a plan
	Name   string      `json:"name,omitempty"`
}

// signRoll signs a list of heads with a key file.
func (t *terminal) signRoll(ctx context.Context, roll journal.Roll, keystore string) (journal.Roll, error) {
	k, err := t.openKey(keystore)
	if err != nil {
		return roll, err
	}
	digest, err := roll.Digest()
	if err != nil {
		return roll, err
	}
	sig, err := k.SignDigest(ctx, digest)
	if err != nil {
		return roll, err
	}
	roll.Signed = append(roll.Signed, journal.RollSignature{Signer: k.Address(), Signature: sig})
	return roll, nil
}

// checkHead says whether a list of heads still holds, and who signed it.
func (t *terminal) checkHead(ctx context.Context, k *app.Desk, file, signer string) error {
	roll, err := rollFrom(file)
	if err != nil {
		return err
	}
	line, err := roll.Line()
	if err != nil {
		return err
	}
	who, unsigned, err := signersOf(ctx, k.Engine, roll, signer)
	if err != nil {
		return err
	}
	failures, err := k.Engine.CheckRoll(ctx, roll)
	if err != nil {
		return err
	}
	failures = append(unsigned, failures...)
	out := map[string]any{"holds": len(failures) == 0, "line": line, "failures": failures, "signed": who}
	err = t.print(out, func(w io.Writer) {
		for _, s := range failures {
			fmt.Fprintln(w, s)
		}
		for _, s := range who {
			name := s.Name
			if name == "" {
				name = "somebody whom no plan names"
			}
			fmt.Fprintf(w, "Signed by %s (%s).\n", name, s.Signer.Hex())
		}
		if len(failures) == 0 {
			fmt.Fprintf(w, "Nothing was rewritten. This must be the line that was published:\n%s\n", line)
		}
	})
	if err == nil && len(failures) > 0 {
		return told(exitNo)
	}
	return err
}

// signersOf says who signed a list, and what is wrong with that: a signature that is over something else, or by nobody who counts.
func signersOf(ctx context.Context, e *engine.Engine, roll journal.Roll, wanted string) ([]signedBy, []string, error) {
	var must evm.Address
	if wanted != "" {
		if err := must.UnmarshalText([]byte(wanted)); err != nil {
			return nil, nil, fault.New(fault.Invalid, "%q is not an account.", wanted).Instead("Give 0x and 40 hexadecimal digits.")
		}
	}
	who, failures := []signedBy{}, []string{}
	list, err := roll.Signers()
	switch {
	case err != nil:
		return who, append(failures, fault.Sentence(err)), nil
	case wanted != "" && !slices.Contains(list, must):
		failures = append(failures, fmt.Sprintf("The list is not signed by %s.", must.Hex()))
	}
	known := wanted != "" || len(list) == 0
	for _, a := range list {
		s := signedBy{Signer: a}
		for _, protocol := range roll.Protocols {
			p, err := e.Holder(ctx, protocol, a)
			if err != nil && !fault.Is(err, fault.NotFound) { // that its records are gone is said by itself
				return nil, nil, err
			}
			if p != nil {
				s.Person, s.Name = p.ID, cmp.Or(p.Name, p.ID)
			}
		}
		known = known || s.Person != ""
		who = append(who, s)
	}
	if !known {
		failures = append(failures, "Nobody signed the list whose key a plan names that is or was in force.")
	}
	return who, failures, nil
}
