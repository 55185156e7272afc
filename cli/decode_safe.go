package cli

import (
	"fmt"
	"io"

	"tocsin/action"
	"tocsin/action/safe"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
)

// decodedSafe is what decode says of a Safe transaction as JSON.
type decodedSafe struct {
	Kind          string              `json:"kind"` // safe
	Transaction   safe.Transaction    `json:"transaction"`
	Domain        string              `json:"domain_hash"`
	Message       string              `json:"message_hash"`
	Hash          string              `json:"hash"` // what is signed
	Confirmations []safe.Confirmation `json:"confirmations"`
	Executed      bool                `json:"executed"`
	Explanation   action.Explanation  `json:"explanation"`
	Dangers       []string            `json:"dangers"`
	Protocol      string              `json:"protocol,omitempty"` // of the plan that declares it
	Action        string              `json:"action,omitempty"`   // of that plan
	Declared      bool                `json:"declared"`
	Say           string              `json:"say"`
}

// decodeSafe explains a Safe transaction and holds it against the plans at hand.
func (t *terminal) decodeSafe(v *voucher, f *safeFlags, d safe.Document) error {
	if f.version != "" {
		version, err := safe.ParseVersion(f.version)
		if err != nil {
			return err
		}
		d.Transaction.Version = version
	}
	h, err := d.Transaction.Hashes()
	if err != nil {
		return err
	}
	plans, err := t.known(v)
	if err != nil {
		return err
	}
	out := decodedSafe{
		Kind: "safe", Transaction: d.Transaction, Domain: h.Domain.Hex(), Message: h.Message.Hex(), Hash: h.Hash.Hex(), Executed: d.Executed,
		Confirmations: append([]safe.Confirmation{}, d.Confirmations...),
	}
	best := planWith(plans, d.Transaction)
	if err := out.judge(plans, best, f.action); err != nil {
		return err
	}
	out.Explanation = action.ExplainSafe(best, d.Transaction)
	out.Dangers = append([]string{}, out.Explanation.AllDangers()...)
	if !out.Explanation.Known() {
		out.Say = "NOBODY HERE KNOWS ALL OF WHAT THIS DOES. Do not sign it. " + out.Say
	}
	if err := t.print(out, func(w io.Writer) { out.write(w, best) }); err != nil {
		return err
	}
	if len(plans) > 0 && !out.Declared || !out.Explanation.Known() {
		return told(exitNo)
	}
	return nil
}

// judge says whether a plan declares the transaction, and where an action is named, what differs from it.
func (out *decodedSafe) judge(plans []*plan.Plan, best *plan.Plan, named string) error {
	if named != "" {
		if _, ok := best.Action(named); !ok {
			return fault.New(fault.NotFound, "No plan at hand has an action %q.", named).Instead("Give --plan DIR with the plan that has it.")
		}
		err := action.Conform(best, named, out.Transaction)
		if err != nil && !fault.Is(err, fault.Forbidden) {
			return err
		}
		out.conclude(best, named, err)
		return nil
	}
	if len(plans) == 0 {
		out.Say = "Nothing says by which plan to judge this. Give --plan DIR, or pin a plan: tocsin trust DIR"
		return nil
	}
	id, err := action.Declared(best, out.Transaction)
	if err != nil && !fault.Is(err, fault.Forbidden) {
		return err
	}
	out.conclude(best, id, err)
	return nil
}

func (out *decodedSafe) conclude(p *plan.Plan, id string, err error) {
	if err != nil {
		out.Say = fault.Sentence(err)
		if out.Transaction.Rejects() {
			out.Say = "It rejects whatever else was signed with its nonce. The plan declares no such thing; who withdraws a transaction signs it."
		}
		return
	}
	out.Declared, out.Action, out.Protocol = true, id, p.Protocol
	out.Say = fmt.Sprintf("This is exactly what the action %s of the plan has the Safe do.", id)
}

// planWith is the plan that has the Safe of a transaction; the first if none has it, nil if there is no plan.
func planWith(plans []*plan.Plan, tx safe.Transaction) *plan.Plan {
	for _, p := range plans {
		for _, a := range p.Assets {
			if a.Address == tx.Safe && a.Chain == tx.Chain {
				return p
			}
		}
	}
	if len(plans) > 0 {
		return plans[0]
	}
	return nil
}

func (out *decodedSafe) write(w io.Writer, p *plan.Plan) {
	tx := out.Transaction
	fmt.Fprintf(w, "SAFE TRANSACTION with the nonce %d\n", tx.Nonce)
	chain := fmt.Sprint(tx.Chain)
	if p != nil {
		if c, ok := p.Chain(tx.Chain); ok {
			chain = fmt.Sprintf("%s (chain %d)", c.Name, tx.Chain)
		}
	}
	for _, line := range [][2]string{
		{"safe", tx.Safe.Hex()},
		{"chain", chain},
		{"to", tx.To.Hex()},
		{"operation", tx.Operation.String()},
		{"value", tx.Value.Dec() + " wei"},
		{"calldata", tx.Data.String()},
		{"domain", out.Domain},
		{"message", out.Message},
		{"hash", out.Hash},
	} {
		fmt.Fprintf(w, "  %-11s %s\n", line[0], line[1])
	}
	writeExplained(w, out.Explanation)
	for _, c := range out.Confirmations {
		if c.Why != "" {
			fmt.Fprintf(w, "  not signed  by %s: %s\n", c.Owner.Hex(), c.Why)
		} else {
			fmt.Fprintf(w, "  signed      by %s (%s)\n", c.Owner.Hex(), c.Signature.Kind)
		}
	}
	if out.Executed {
		fmt.Fprintln(w, "  The document says that it was executed already.")
	}
	fmt.Fprintln(w, out.Say)
}

// writeExplained writes what a call does, what it holds, what to think of, and what would prove it.
func writeExplained(w io.Writer, e action.Explanation) {
	fmt.Fprintln(w, "What it does:")
	writeCall(w, e, "  ")
	for _, d := range e.AllDangers() {
		fmt.Fprintf(w, "  DANGER: %s\n", d)
	}
}

func writeCall(w io.Writer, e action.Explanation, indent string) {
	fmt.Fprintf(w, "%s%s\n", indent, e.Sentence)
	for _, a := range e.Args {
		if len(e.Inner) == 0 {
			fmt.Fprintf(w, "%s  %s %s = %s\n", indent, a.Type, a.Name, a.Value)
		}
	}
	for i, word := range e.Raw {
		fmt.Fprintf(w, "%s  word %d = %s\n", indent, i+1, evm.Hash(word).Hex())
	}
	for _, p := range e.Proofs {
		fmt.Fprintf(w, "%s  It worked if %s.\n", indent, p.Words)
	}
	for i, x := range e.Inner {
		fmt.Fprintf(w, "%s  %d.\n", indent, i+1)
		writeCall(w, x, indent+"    ")
	}
}
