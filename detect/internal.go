package detect

import (
	"cel.dev/cel-go/common/types/ref"
	"github.com/holiman/uint256"

	"tocsin/evm"
)

// maxAlike bounds what one rule finds in the calls of one transaction, one by one: a contract can call another half a million
// times in a block. What is above it is one finding that counts them.
const maxAlike = 100

// inner is the index of what is called within transactions: of the rules that look for internal calls.
type inner struct {
	rules    []*rule // in the plan's order
	anywhere filing
	accounts map[evm.Address]*filing
	senders  map[evm.Address][]*rule // by the contract that sends
}

// callVariables are what expressions of such a rule may use besides: the call itself, whose depth is 0 where it is the
// transaction's own.
var callVariables = []variable{
	{"call.from", accountType}, // who calls directly
	{"call.to", accountType},
	{"call.value", numberType},
	{"call.depth", numberType},
}

// Traces reports whether a detector of the chain looks for internal calls: blocks have to come with their traces.
func (x *Index) Traces(chain uint64) bool {
	l := x.lanes[chain]
	return l != nil && l.inner != nil
}

// variables lists what expressions and messages of the rule may use.
func (r *rule) variables() []variable {
	vars := variablesOf(r.event, r.shape)
	if r.detector.Internal {
		vars = append(vars, callVariables...)
	}
	return vars
}

// inward says what is wrong with looking for internal calls.
func (r *rule) inward() *Problem {
	d := r.detector
	switch {
	case !d.Internal:
		return nil
	case d.Event != "" || d.Metric == events:
		return &Problem{Field: "internal", Say: "an event is seen whichever call emits it: leave internal out"}
	case r.spike != nil && d.Metric != transactions && d.Metric != outflow:
		return &Problem{Field: "internal", Say: "of calls within transactions only the metrics transactions and outflow know: leave internal out"}
	}
	return nil
}

// fileInner files a rule that looks for internal calls.
func (l *lane) fileInner(r *rule) {
	if l.inner == nil {
		l.inner = &inner{accounts: map[evm.Address]*filing{}, senders: map[evm.Address][]*rule{}}
	}
	n := l.inner
	n.rules = append(n.rules, r)
	if r.sends() {
		n.senders[r.asset.Address] = append(n.senders[r.asset.Address], r)
		return
	}
	f := &n.anywhere
	if r.asset.ID != "" {
		if f = n.accounts[r.asset.Address]; f == nil {
			f = &filing{}
			n.accounts[r.asset.Address] = f
		}
	}
	for _, v := range r.forms() {
		f.fileCall(v)
	}
}

// fileCall files a rule by the function that it looks for.
func (f *filing) fileCall(r *rule) {
	if r.shape == nil {
		f.calls = append(f.calls, r)
		return
	}
	if f.selectors == nil {
		f.selectors = map[[4]byte][]*rule{}
	}
	selector := r.shape.method.Selector()
	f.selectors[selector] = append(f.selectors[selector], r)
}

// sends reports whether the rule adds up what its asset itself sends of the chain's own coin.
func (r *rule) sends() bool {
	return r.spike != nil && r.spike.metric.name == outflow && r.amount == nil
}

// seeCall calls visit for the rules that a call concerns. Code that runs in the place of its caller is no call of the account
// that it lies in; one that may change nothing concerns only those who look for a function that says so of itself.
func (f *filing) seeCall(c *evm.Frame, visit func(*rule)) {
	reads := c.Type == evm.StaticCallFrame
	switch c.Type {
	case evm.CallFrame, evm.StaticCallFrame, evm.CreateFrame, evm.Create2Frame:
	case evm.SelfDestructFrame:
		if c.Sent() == nil {
			return
		}
	default:
		return
	}
	if !reads {
		for _, r := range f.calls {
			visit(r)
		}
	}
	if f.selectors == nil || c.Creates() || len(c.Input) < 4 {
		return
	}
	for _, r := range f.selectors[[4]byte(c.Input)] {
		if !reads || r.shape.method.ReadOnly() {
			visit(r)
		}
	}
}

// alike is what a rule has seen of one transaction.
type alike struct{ calls, found, more int }

// within passes what a transaction called through the index. A transaction whose calls are not known is remembered.
func (p *pass) within(i int, whole view, v *view) {
	if whole.failed() {
		return // it has done nothing
	}
	if i >= len(p.block.Traces) || p.block.Traces[i].Type == evm.UnknownFrame {
		if p.unseen == 0 {
			p.unseenTx = whole.hash()
		}
		p.unseen++
		return
	}
	n := p.lane.inner
	var seen map[*rule]*alike
	see := func(r *rule) {
		of := r.whole()
		a := seen[of]
		if a == nil {
			if seen == nil {
				seen = map[*rule]*alike{}
			}
			a = &alike{}
			seen[of] = a
		}
		v.nth = a.calls
		a.calls++
		before := len(p.found)
		p.see(r, v)
		if a.found += len(p.found) - before; a.found > maxAlike && len(p.found) > before {
			p.found, a.more = p.found[:before], a.more+1
		}
	}
	p.block.Traces[i].Walk(func(c *evm.Frame, depth int) {
		if depth == 0 {
			return // it is the transaction itself
		}
		*v = whole
		v.call, v.depth = c, depth
		n.anywhere.seeCall(c, see)
		if own := n.accounts[c.To]; own != nil && c.To != (evm.Address{}) {
			own.seeCall(c, see)
		}
		if from := n.senders[c.From]; from != nil && c.Sent() != nil {
			for _, r := range from {
				see(r)
			}
		}
	})
	for _, r := range n.rules {
		if a := seen[r]; a != nil && a.more > 0 {
			*v = whole
			p.found = append(p.found, p.many(r, v, a.more))
		}
	}
}

// calldata is what a function's arguments are read from.
func (v *view) calldata() []byte {
	switch {
	case v.call != nil:
		return v.call.Input
	case v.tx != nil:
		return v.tx.Input
	}
	return nil
}

// sent is what the call or the transaction moves, in wei; nil if nothing.
func (v *view) sent() *uint256.Int {
	switch {
	case v.call != nil:
		return v.call.Sent()
	case v.tx == nil || v.tx.Value == nil || v.tx.Value.IsZero():
		return nil
	}
	return v.tx.Value
}

// ofCall is a variable of the call that a view shows: the transaction's own where it is none within it.
func (v *view) ofCall(name string) ref.Val {
	from, to, value := v.sender(), v.to(), v.sent()
	if v.call != nil {
		from, to, value = v.call.From, v.call.To, v.call.Value
	}
	switch {
	case name == "call.from":
		return account(from)
	case name == "call.to":
		return account(to)
	case name == "call.depth":
		return numberOfUint(uint64(v.depth))
	case value == nil:
		return number{}
	}
	return numberOf(value)
}
