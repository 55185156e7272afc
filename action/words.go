package action

import (
	"fmt"
	"strings"

	"github.com/holiman/uint256"

	"tocsin/evm"
	"tocsin/plan"
)

func (r resolver) words(a plan.Action, target plan.Asset, p Prepared) Words {
	chain, _ := r.plan.Chain(target.Chain)
	w := Words{
		Title:    a.Name,
		Target:   assetText(target),
		Chain:    fmt.Sprintf("%s (chain %d)", chain.Name, chain.ID),
		Function: callText(methodName(p.Function), p.Args),
		Changes:  a.Changes,
		Harms:    a.Harms,
		NotWhen:  a.NotWhen,
	}
	if w.Title == "" {
		w.Title = a.ID
	}
	place := chain.Name
	if place == "" {
		w.Chain = fmt.Sprintf("chain %d", chain.ID)
		place = w.Chain
	}
	with := ""
	if !p.Value.IsZero() {
		w.Value = etherText(p.Value)
		with = ", sending " + w.Value
	}
	w.Sentence = fmt.Sprintf("Calls %s on %s on %s%s.", w.Function, w.Target, place, with)
	if p.Sender != (evm.Address{}) {
		w.Sender = p.Sender.Hex()
	}
	if undo, ok := r.plan.Action(a.Undo); ok {
		w.Undo = undo.Name
	}
	if p.Effect != nil {
		w.Effect = p.Effect.Words
	}
	return w
}

func assetText(a plan.Asset) string {
	name := a.Name
	if name == "" {
		name = a.ID
	}
	return fmt.Sprintf("%s (%s)", name, a.Address.Hex())
}

func methodName(signature string) string {
	name, _, _ := strings.Cut(signature, "(")
	return name
}

func callText(name string, args []Arg) string {
	var b strings.Builder
	b.WriteString(name + "(")
	for i, a := range args {
		if i > 0 {
			b.WriteString(", ")
		}
		if a.Name != "" {
			b.WriteString(a.Name + ": ")
		}
		b.WriteString(a.Value)
	}
	b.WriteByte(')')
	return b.String()
}

// etherText writes an amount in ether exactly: "1.5 ether".
func etherText(wei *uint256.Int) string {
	unit := uint256.NewInt(1e18)
	whole, rest := new(uint256.Int).DivMod(wei, unit, new(uint256.Int))
	s := whole.Dec()
	if !rest.IsZero() {
		digits := rest.Dec()
		s += "." + strings.TrimRight(strings.Repeat("0", 18-len(digits))+digits, "0")
	}
	return s + " ether"
}
