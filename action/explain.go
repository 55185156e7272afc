package action

import (
	"fmt"
	"strings"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/holiman/uint256"

	"tocsin/action/safe"
	"tocsin/evm"
	"tocsin/plan"
)

// Explanation says in words what a call does, as far as anybody here knows.
type Explanation struct {
	To       evm.Address   `json:"to"`
	Target   string        `json:"target"`            // "Vault (0x…)", or the address and that the plan does not have it
	Planned  bool          `json:"planned,omitzero"`  // the plan has the contract
	Function string        `json:"function,omitzero"` // signature; empty if nobody here knows it
	Call     string        `json:"call"`              // "setCap(cap: 5)", or the raw words
	Args     []Arg         `json:"args,omitempty"`
	Value    string        `json:"value,omitzero"`    // "1.5 ether"; empty if none
	Sentence string        `json:"sentence"`          // what it does
	Dangers  []string      `json:"dangers,omitempty"` // what to think of before it is signed, each one sentence; without those of Inner
	Proofs   []Suggestion  `json:"proofs,omitempty"`  // readings that would prove that it worked
	Inner    []Explanation `json:"inner,omitempty"`   // calls that it holds, in order
	Raw      []evm.Hash    `json:"raw,omitempty"`     // the words of calldata that nobody here can read
	Selector hexutil.Bytes `json:"selector,omitempty"`
}

// Suggestion is a reading that would prove a call: a view call, or a slot of storage where no view tells.
type Suggestion struct {
	To       evm.Address `json:"to"`
	Function string      `json:"function,omitzero"` // "owner() returns (address)"
	Args     []string    `json:"args,omitempty"`
	Want     string      `json:"want,omitzero"`
	Slot     evm.Hash    `json:"slot,omitzero"`
	Words    string      `json:"words"` // "owner() on Vault (0x…) answers 0x…"
}

// AllDangers lists the dangers of a call and of all that it holds.
func (e Explanation) AllDangers() []string {
	list := append([]string(nil), e.Dangers...)
	for i, x := range e.Inner {
		for _, d := range x.AllDangers() {
			list = append(list, fmt.Sprintf("Call %d: %s", i+1, d))
		}
	}
	return list
}

// Known reports whether somebody here knows every call.
func (e Explanation) Known() bool {
	for _, x := range e.Inner {
		if !x.Known() {
			return false
		}
	}
	return e.Function != "" || len(e.Selector) == 0
}

// Explain says what a call does: by the ABIs that the plan writes out, by the functions that its actions name, and by what is known of
// widely used contracts. p may be nil, and chain 0 if it is not known. It never fails; what nobody knows it says.
func Explain(p *plan.Plan, chain uint64, to evm.Address, value *uint256.Int, data []byte) Explanation {
	x := explainer{plan: p, chain: chain, left: maxExplained}
	return x.call(to, value, data, 0)
}

// ExplainSafe says what a Safe transaction does.
func ExplainSafe(p *plan.Plan, tx safe.Transaction) Explanation {
	x := explainer{plan: p, chain: tx.Chain, left: maxExplained}
	e := x.operation(tx.Operation, tx.To, tx.Value, tx.Data, 0)
	if tx.Rejects() {
		e.Sentence = fmt.Sprintf("Does nothing but use the nonce %d: whatever else was signed with it can never be executed.", tx.Nonce)
	}
	if tx.Refunds() {
		e.Dangers = append(e.Dangers, fmt.Sprintf("THE SAFE PAYS for the execution: a gas price of %s in %s to %s. Whoever sends it can take more than it costs.",
			decimal(tx.GasPrice), x.token(tx.GasToken), x.receiver(tx.RefundReceiver)))
	}
	return e
}

// Bounds on what is explained: overlapping calldata could unfold into far more than they are.
const (
	maxExplained = 512 // calls in all
	maxNested    = 8   // calls within each other
	maxRaw       = 64  // words of calldata that are shown raw
)

type explainer struct {
	plan  *plan.Plan
	chain uint64
	left  int
}

// operation explains a call that a Safe or a MultiSend makes.
func (x *explainer) operation(op safe.Operation, to evm.Address, value *uint256.Int, data []byte, depth int) Explanation {
	e := x.call(to, value, data, depth)
	if op == safe.Call {
		return e
	}
	if _, ok := safe.IsMultiSend("", to); ok && safe.Batches(data) {
		return e
	}
	e.Dangers = append([]string{fmt.Sprintf("DELEGATECALL to %s: its code acts as the Safe itself. It can replace the owners and take everything.", e.Target)}, e.Dangers...)
	return e
}

func (x *explainer) call(to evm.Address, value *uint256.Int, data []byte, depth int) Explanation {
	if value == nil {
		value = new(uint256.Int)
	}
	e := Explanation{To: to}
	e.Target, e.Planned = x.name(to)
	if !value.IsZero() {
		e.Value = etherText(value)
	}
	if x.left--; x.left < 0 || depth > maxNested {
		e.Call, e.Sentence = "not read", "It holds more calls than are read here."
		e.Selector = append([]byte{}, data[:min(4, len(data))]...)
		e.Dangers = []string{"It holds more calls than are read here. Do not sign what nobody has read."}
		return e
	}
	if len(data) == 0 {
		e.Call = "a payment"
		e.Sentence = fmt.Sprintf("Sends %s to %s.", etherText(value), e.Target)
		if value.IsZero() {
			e.Call, e.Sentence = "an empty call", fmt.Sprintf("Calls %s with nothing, and sends nothing.", e.Target)
		}
		return e
	}
	e.Selector = append([]byte{}, data[:min(4, len(data))]...)
	m, values, ok := x.decode(to, data)
	if !ok {
		x.unknown(&e, data)
		return e
	}
	e.Function = m.Signature()
	for _, v := range values {
		e.Args = append(e.Args, Arg{Name: v.Name, Type: v.Type, Value: v.Text})
	}
	e.Call = callText(m.Name, e.Args)
	e.Sentence = fmt.Sprintf("Calls %s on %s%s.", clipped(e.Call), e.Target, sendingText(value))
	if !e.Planned && x.plan != nil && to != (evm.Address{}) {
		e.Dangers = append(e.Dangers, fmt.Sprintf("%s is no contract of the plan.", to.Hex()))
	}
	if !same(m, values, data) {
		e.Dangers = append(e.Dangers, "The calldata are not encoded as the arguments are: there is more in them than is shown here.")
	}
	if l, ok := lessons[[4]byte(data)]; ok && l.method.Signature() == e.Function {
		x.learn(&e, l, values, depth)
	}
	return e
}

// decode finds the function that calldata call, and reads its arguments.
func (x *explainer) decode(to evm.Address, data []byte) (evm.Method, []evm.Value, bool) {
	if len(data) < 4 {
		return evm.Method{}, nil, false
	}
	var candidates []evm.Method
	if a, ok := assetAt(x.plan, x.chain, to); ok {
		candidates = append(candidates, x.functions(a)...)
	}
	if l, ok := lessons[[4]byte(data)]; ok {
		candidates = append(candidates, l.method)
	}
	for _, m := range candidates {
		if m.Selector() != [4]byte(data) {
			continue
		}
		if values, err := m.DecodeCall(data); err == nil {
			return m, values, true
		}
	}
	return evm.Method{}, nil, false
}

// functions are what the plan says that a contract understands.
func (x *explainer) functions(a plan.Asset) []evm.Method {
	known, _ := evm.ParseABI(a.ABI)
	list := known.Methods
	add := func(asset, function string) {
		if asset != a.ID || !strings.Contains(function, "(") {
			return
		}
		if m, err := evm.ParseSignature(function); err == nil {
			list = append(list, m)
		}
	}
	for _, b := range x.plan.Actions {
		add(b.Asset, b.Function)
		for _, c := range b.Batch {
			add(c.Asset, c.Function)
		}
	}
	return list
}

// unknown shows calldata that nobody here knows.
func (x *explainer) unknown(e *Explanation, data []byte) {
	e.Call = fmt.Sprintf("an unknown function %s", e.Selector)
	e.Sentence = fmt.Sprintf("Calls a function of %s that nobody here knows, with %d bytes of arguments.", e.Target, max(0, len(data)-4))
	e.Dangers = append(e.Dangers, fmt.Sprintf("NOBODY HERE KNOWS WHAT %s DOES. Do not sign it unless somebody who does has shown you.", e.Selector))
	for rest := data[len(e.Selector):]; len(rest) > 0 && len(e.Raw) < maxRaw; rest = rest[min(32, len(rest)):] {
		var w evm.Hash
		copy(w[:], rest)
		e.Raw = append(e.Raw, w)
	}
}

// same reports whether arguments, encoded again, are the calldata that they were read from.
func same(m evm.Method, values []evm.Value, data []byte) bool {
	args := make([]string, len(values))
	for i, v := range values {
		args[i] = v.Text
	}
	again, err := m.Encode(args)
	return err == nil && string(again) == string(data)
}

// clipped shortens a call for a sentence; the whole of it stands beside.
func clipped(s string) string {
	if r := []rune(s); len(r) > 240 {
		return string(r[:240]) + "…"
	}
	return s
}

func decimal(n *uint256.Int) string {
	if n == nil {
		return "0"
	}
	return n.Dec()
}
