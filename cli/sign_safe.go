package cli

import (
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/action"
	"tocsin/action/safe"
	"tocsin/fault"
	"tocsin/plan"
)

// safe reads the file as a Safe transaction; false if it is none, or no file is named.
func (s *signSource) safe() (safe.Document, bool, error) {
	if s.file == "" {
		return safe.Document{}, false, nil
	}
	b, err := os.ReadFile(s.file)
	if err != nil || !isSafe(b) {
		return safe.Document{}, false, nil // what it is, and whether it can be read, is said where it is read as a decision
	}
	d, err := safe.Read(b, s.chain)
	return d, true, err
}

// signSafe signs a Safe transaction that a plan at hand declares, or one that only uses up a nonce of a Safe of that plan. Nothing takes
// such a signature back before the nonce is used, so nothing else is signed.
func (t *terminal) signSafe(c *cobra.Command, v *voucher, key *keyFlags, d safe.Document, refuse, yes bool) error {
	tx := d.Transaction
	if refuse {
		return fault.New(fault.Invalid, "A Safe transaction cannot be refused by a signature of it.").
			Instead("Sign the decision with --refuse: name the incident and the decision.")
	}
	if d.Executed {
		return fault.New(fault.Conflict, "The document says that this Safe transaction was executed already.").Instead("Nothing is to be signed.")
	}
	h, err := tx.Hashes()
	if err != nil {
		return err
	}
	plans, err := t.known(v)
	if err != nil {
		return err
	}
	p := planWith(plans, tx)
	if err := mayBeSigned(p, tx); err != nil {
		return err
	}
	out := decodedSafe{Transaction: tx, Domain: h.Domain.Hex(), Message: h.Message.Hex(), Hash: h.Hash.Hex(), Confirmations: d.Confirmations, Explanation: action.ExplainSafe(p, tx)}
	if err := out.judge(plans, p, ""); err != nil {
		return err
	}
	k, err := t.openSigner(c, key)
	if err != nil {
		return err
	}
	var b strings.Builder
	kind := "REAL"
	if x, ok := p.Chain(tx.Chain); ok && x.Kind == "drill" {
		kind = "EXERCISE"
	}
	fmt.Fprintln(&b, kind)
	out.write(&b, p)
	fmt.Fprintf(&b, "  your key    %s%s\nThe signature counts until the Safe's nonce %d is used, and cannot be taken back: whoever has it may use it.\n", k.Address().Hex(), whose(p, "", k.Address()), tx.Nonce)
	fmt.Fprint(t.err, printable(b.String()))
	if err := t.ask("Is this what you mean to sign?", "Nothing was signed.", yes); err != nil {
		return err
	}
	sig, err := k.SignTyped(c.Context(), tx.Typed())
	if err != nil {
		return err
	}
	signed := map[string]any{
		"signature": "0x" + hex.EncodeToString(sig), "signer": k.Address().Hex(), "choice": "approve", "digest": h.Hash.Hex(), "safe": tx.Safe.Hex(), "chain": tx.Chain, "nonce": tx.Nonce,
	}
	return t.print(signed, func(w io.Writer) { fmt.Fprintln(w, signed["signature"]) })
}

// mayBeSigned refuses a Safe transaction that no plan at hand declares.
func mayBeSigned(p *plan.Plan, tx safe.Transaction) error {
	if p == nil {
		return fault.New(fault.Forbidden, "NOTHING ON THIS MACHINE SAYS WHAT THE SAFE MAY DO, and a Safe transaction that is signed cannot be taken back.").
			Instead("Pin the plan that you have read: tocsin trust DIR; or give it by --plan DIR.")
	}
	_, err := action.Declared(p, tx)
	if err == nil || !fault.Is(err, fault.Forbidden) {
		return err
	}
	if tx.Rejects() {
		for _, a := range p.Assets {
			if a.Address == tx.Safe && a.Chain == tx.Chain {
				return nil
			}
		}
	}
	return fault.New(fault.Forbidden, "THIS IS NOT WHAT THE PLAN HAS A SAFE DO: %s", fault.Sentence(err)).Instead("Do not sign; tell the others over a channel you trust.")
}
