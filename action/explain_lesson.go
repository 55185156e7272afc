package action

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/holiman/uint256"

	"tocsin/evm"
)

// learn adds what is known of a function to its explanation.
func (x *explainer) learn(e *Explanation, l lesson, v []evm.Value, depth int) {
	with := ""
	if e.Value != "" {
		with = " It sends " + e.Value + " with it."
	}
	e.Sentence = x.fill(l.say, e, v) + with
	if l.danger != "" {
		e.Dangers = append(e.Dangers, x.fill(l.danger, e, v))
	}
	for _, i := range l.new {
		a, ok := v[i].Go.(evm.Address)
		if !ok {
			continue
		}
		if text, known := x.who(a); !known && x.plan != nil {
			e.Dangers = append(e.Dangers, fmt.Sprintf("%s is nobody that the plan has.", text))
		}
	}
	for _, r := range l.proofs {
		e.Proofs = append(e.Proofs, x.suggest(r, e, v))
	}
	x.look(l.nested, e, v, depth)
}

// fill puts the arguments into a text, as people read them.
func (x *explainer) fill(text string, e *Explanation, v []evm.Value) string {
	pairs := []string{"{to}", e.Target}
	for i := range v {
		pairs = append(pairs, "{"+strconv.Itoa(i)+"}", x.read(e.To, v[i]))
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// read is an argument as people read it.
func (x *explainer) read(to evm.Address, v evm.Value) string {
	switch g := v.Go.(type) {
	case evm.Address:
		text, _ := x.who(g)
		return text
	case *uint256.Int:
		switch {
		case (v.Name == "amount" || strings.HasSuffix(v.Name, "Value")) && g.Eq(unbounded):
			return "an unlimited amount"
		case v.Name == "amount" || strings.HasSuffix(v.Name, "Value"):
			return x.amount(to, g)
		}
	case []byte:
		if v.Name == "role" && len(g) == 32 {
			return role(evm.Hash(g))
		}
	}
	return v.Text
}

// suggest is the reading that proves what was done.
func (x *explainer) suggest(r reveal, e *Explanation, v []evm.Value) Suggestion {
	plain := func(text string) string {
		for i := range v {
			text = strings.ReplaceAll(text, "{"+strconv.Itoa(i)+"}", v[i].Text)
		}
		return text
	}
	s := Suggestion{To: e.To, Function: r.function, Want: plain(r.want), Slot: r.slot}
	if r.on >= 0 {
		s.To, _ = v[r.on].Go.(evm.Address)
	}
	for _, a := range r.args {
		if a == "" {
			s.Args = append(s.Args, "the sender")
			continue
		}
		s.Args = append(s.Args, plain(a))
	}
	target, _ := x.name(s.To)
	if r.slot != (evm.Hash{}) {
		s.Words = fmt.Sprintf("the slot %s of %s holds %s", r.slot.Hex(), target, s.Want)
		return s
	}
	s.Words = fmt.Sprintf("%s(%s) on %s answers %s", methodName(r.function), strings.Join(s.Args, ", "), target, s.Want)
	return s
}

// unbounded is the largest number, by which people mean without a limit.
var unbounded = new(uint256.Int).SetAllOne()
