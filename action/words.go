package action

import (
	"fmt"
	"strings"

	"github.com/holiman/uint256"

	"tocsin/evm"
	"tocsin/plan"
)

// words say what a call of a contract does.
func (r resolver) words(target plan.Asset, s Step) Words {
	w := Words{
		Target:   assetText(target),
		Function: callText(methodName(s.Function), s.Args),
	}
	var place string
	place, w.Chain = r.chainText(target.Chain)
	if !s.Value.IsZero() {
		w.Value = etherText(s.Value)
	}
	w.Sentence = fmt.Sprintf("Calls %s on %s on %s%s.", w.Function, w.Target, place, sendingText(s.Value))
	return w
}

// chainText names a chain within a sentence, and in full.
func (r resolver) chainText(id uint64) (place, full string) {
	if c, ok := r.plan.Chain(id); ok && c.Name != "" {
		return c.Name, fmt.Sprintf("%s (chain %d)", c.Name, id)
	}
	full = fmt.Sprintf("chain %d", id)
	return full, full
}

// finish adds what the plan says of every action.
func (r resolver) finish(a plan.Action, x *Prepared) {
	w := &x.Words
	w.Title, w.Changes, w.Harms, w.NotWhen = a.Name, a.Changes, a.Harms, a.NotWhen
	if w.Title == "" {
		w.Title = a.ID
	}
	if x.Sender != (evm.Address{}) {
		w.Sender = x.Sender.Hex()
	}
	if undo, ok := r.plan.Action(a.Undo); ok {
		w.Undo = undo.Name
	}
	switch {
	case x.Effect != nil && x.Proof != nil:
		w.Effect = x.Effect.Words + " " + x.Proof.Words
	case x.Effect != nil:
		w.Effect = x.Effect.Words
	case x.Proof != nil:
		w.Effect = x.Proof.Words
	}
}

// sendingText says what goes with a call; empty if nothing does.
func sendingText(wei *uint256.Int) string {
	if wei.IsZero() {
		return ""
	}
	return ", sending " + etherText(wei)
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
func etherText(wei *uint256.Int) string { return scaled(wei, 18) + " ether" }

// scaled writes an amount in a unit of so many decimals, exactly.
func scaled(n *uint256.Int, decimals int) string {
	unit := new(uint256.Int).Exp(uint256.NewInt(10), uint256.NewInt(uint64(decimals)))
	whole, rest := new(uint256.Int).DivMod(n, unit, new(uint256.Int))
	s := whole.Dec()
	if !rest.IsZero() {
		digits := rest.Dec()
		s += "." + strings.TrimRight(strings.Repeat("0", decimals-len(digits))+digits, "0")
	}
	return s
}

// Scaled writes an amount in a unit of so many decimals, exactly.
func Scaled(n *uint256.Int, decimals int) string { return scaled(n, decimals) }
