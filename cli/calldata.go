package cli

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"tocsin/action"
	"tocsin/evm"
	"tocsin/plan"
)

// decodedCall is one thing that calldata could be.
type decodedCall struct {
	Protocol string       `json:"protocol"`
	Asset    string       `json:"asset"`
	Name     string       `json:"name"`
	Address  string       `json:"address,omitempty"`
	Chain    uint64       `json:"chain,omitempty"`
	Function string       `json:"function"`
	Args     []action.Arg `json:"args"`
	Action   string       `json:"action,omitempty"` // of the plan, if this is exactly what it sends
}

// decodeCall says which functions of which contracts of the plans calldata would call, or of the one that was named.
func (t *terminal) decodeCall(v *voucher, f *safeFlags, data []byte) error {
	to, value, err := f.target()
	if err != nil {
		return err
	}
	plans, err := t.known(v)
	if err != nil {
		return err
	}
	calls := []decodedCall{}
	for _, p := range plans {
		for _, x := range callsOf(p, data) {
			if (f.to == "" || x.Address == to.Hex()) && (f.chain == 0 || x.Chain == f.chain) {
				calls = append(calls, x)
			}
		}
	}
	declared := false
	for _, x := range calls {
		declared = declared || x.Action != "" && value.IsZero()
	}
	var explained []action.Explanation
	for _, p := range byPlans(plans) {
		at := to
		if f.to == "" && len(calls) == 1 { // what it would do there
			at = evm.Address{}
			if a, err := evm.ParseAddress(calls[0].Address); err == nil {
				at = a
			}
		}
		explained = append(explained, action.Explain(p, f.chain, at, value, data))
	}
	known := len(calls) > 0 || slices.ContainsFunc(explained, action.Explanation.Known)
	err = t.print(map[string]any{"kind": "calldata", "calls": calls, "declared": declared, "explanations": explained}, func(w io.Writer) {
		for _, x := range calls {
			fmt.Fprintf(w, "%s on %s", x.Function, x.Name)
			if x.Address != "" {
				fmt.Fprintf(w, " (%s, chain %d)", x.Address, x.Chain)
			}
			fmt.Fprintln(w)
			for _, a := range x.Args {
				fmt.Fprintf(w, "  %s = %s\n", strings.TrimSpace(a.Type+" "+a.Name), a.Value)
			}
			if x.Action != "" && value.IsZero() {
				fmt.Fprintf(w, "  This is exactly what the action %s of the plan sends, if it goes to that contract.\n", x.Action)
			}
		}
		for _, e := range explained {
			writeExplained(w, e)
		}
		switch {
		case !known:
			fmt.Fprintln(w, "NOBODY HERE KNOWS WHAT THIS DOES: no contract of the plan has such a function. Do not sign it.")
		case len(plans) == 0:
			fmt.Fprintln(w, "Nothing says by which plan to judge this. Give --plan DIR, or pin a plan: tocsin trust DIR")
		case !declared:
			fmt.Fprintln(w, "THE PLAN DECLARES NO ACTION THAT SENDS THIS. The contract understands it, but nobody has agreed to it.")
		}
	})
	if err == nil && !declared {
		return told(exitNo)
	}
	return err
}

// byPlans are the plans to explain by: no plan, where there is none.
func byPlans(plans []*plan.Plan) []*plan.Plan {
	if len(plans) == 0 {
		return []*plan.Plan{nil}
	}
	return plans
}

// callsOf lists the contracts of a plan that understand calldata.
func callsOf(p *plan.Plan, data []byte) []decodedCall {
	var calls []decodedCall
	sends := map[string]string{} // action by asset
	methods := map[string][]evm.Method{}
	for _, a := range p.Actions {
		pr, err := action.Prepare(p, a.ID)
		if err != nil || pr.Kind != action.Call {
			continue
		}
		if bytes.Equal(pr.Data, data) {
			sends[a.Asset] = a.ID
		}
		if m, err := evm.ParseSignature(pr.Function); err == nil {
			methods[a.Asset] = append(methods[a.Asset], m)
		}
	}
	for _, a := range p.Assets {
		known, _ := evm.ParseABI(a.ABI)
		known.Methods = append(known.Methods, methods[a.ID]...)
		m, ok := known.MethodBySelector(data)
		if !ok {
			continue
		}
		values, err := m.DecodeCall(data)
		if err != nil {
			continue
		}
		x := decodedCall{Protocol: p.Protocol, Asset: a.ID, Name: a.Name, Chain: a.Chain, Function: m.Signature(), Args: []action.Arg{}, Action: sends[a.ID]}
		if a.Address != (evm.Address{}) {
			x.Address = a.Address.Hex()
		}
		for _, v := range values {
			x.Args = append(x.Args, action.Arg{Name: v.Name, Type: v.Type, Value: v.Text})
		}
		calls = append(calls, x)
	}
	return calls
}
