package document

import (
	"maps"
	"slices"
	"strings"

	"tocsin/evm"
	"tocsin/plan"
)

func (b *binder) assets() chapter {
	c := chapter{ID: "assets", Title: "What we protect, and what we need"}
	for i := range b.p.Assets {
		c.Parts = append(c.Parts, b.assetOf(&b.p.Assets[i]))
	}
	if len(b.p.Chains) > 0 {
		var rows [][]words
		for _, ch := range b.p.Chains {
			rows = append(rows, []words{b.chain(ch.ID), sayf("%d", ch.Confirmations)})
		}
		part := chapter{ID: "chains", Title: "Chains"}
		part.grid([]string{"Chain", "Blocks on top before a transaction counts"}, rows)
		c.Parts = append(c.Parts, part)
	}
	return c
}

func (b *binder) assetOf(a *plan.Asset) chapter {
	c := titled("asset."+a.ID, a.Name, a.ID)
	c.Marks = []string{clipped(a.Kind)}
	c.text(say(a.Description))
	var f facts
	if a.Kind == "contract" || a.Kind == "token" {
		f.add("Address", account(a.Address))
	}
	f.add("Chain", b.chain(a.Chain))
	if a.Proxy != "" && a.Proxy != "none" {
		f.add("Proxy", say(a.Proxy))
	}
	f.add("Can pause", each(a.Pausers, b.party)...)
	f.add("Can upgrade", each(a.Upgrader, b.party)...)
	if a.Holdings != nil {
		f.add("What it holds", beside(b.reading(a.Holdings), sayf(" "), say(a.Unit)))
	}
	f.add("Where", web(a.Location))
	f.add("Provider", say(a.Provider))
	f.add("Holder", b.who(a.Holder))
	f.add("Second holder", b.who(a.SecondHolder))
	f.add("To get it back", say(a.Recovery))
	f.add("The secret lies", say(a.SecretAt))
	f.add("ABI", each(a.ABI, code)...)
	if a.ABIFile != "" {
		f.add("ABI", code(a.ABIFile))
	}
	f.add("Contracts", each(a.Contracts, code)...)
	c.facts(f)
	return c
}

// reading sets a view call and what it must answer.
func (b *binder) reading(r *plan.Reading) words {
	w := beside(b.asset(r.Asset), sayf(" "), code(call(r.Function, r.Args)))
	if r.Want != "" {
		w = beside(w, sayf(" answers "), code(r.Want))
	}
	return beside(w, sayf(" "), inTime(r.Within))
}

// call writes a function with its arguments.
func call(function string, args []string) string {
	name, _, _ := strings.Cut(function, "(")
	if len(args) == 0 {
		return clipped(function)
	}
	return clipped(strings.TrimSpace(name) + "(" + strings.Join(args, ", ") + ")")
}

func (b *binder) actions() chapter {
	c := chapter{ID: "actions", Title: "What Tocsin itself may do"}
	c.text(sayf("Nothing that is not written here can ever be sent."))
	for i := range b.p.Actions {
		a := &b.p.Actions[i]
		t := titled("action."+a.ID, a.Name, a.ID)
		var f facts
		f.add("Changes", say(a.Changes))
		f.add("Harms", say(a.Harms))
		f.add("Not when", say(a.NotWhen))
		f = append(f, b.exactly(a)...)
		for j := range b.p.Decisions {
			if d := &b.p.Decisions[j]; slices.Contains(d.Actions, a.ID) {
				f.add("Needs a decision", b.decision(d.ID))
			}
		}
		if a.Effect != nil {
			f.add("It worked if", b.reading(a.Effect))
		}
		if a.Proof != nil {
			f.add("It worked if", b.proof(a.Proof))
		}
		if a.Status != nil {
			f.add("It worked if", sayf("the status file, read from outside, says so and is signed"))
		}
		f.add("Undone by", b.action(a.Undo))
		t.facts(f)
		c.Parts = append(c.Parts, t)
	}
	return c
}

// exactly says what is sent, as a hardware wallet would show it.
func (b *binder) exactly(a *plan.Action) facts {
	var f facts
	kindsOf := map[string]string{
		"call": "a call of a contract", "safe": "a transaction of a Safe", "signed-transaction": "a transaction signed in advance",
		"maintenance-page": "the maintenance page", "hook": "a request over HTTP",
		"together": "several actions that start at the same time",
	}
	f.add("Kind", sayf("%s", kindsOf[a.Kind]))
	if target, ok := b.p.Asset(a.Asset); ok {
		f.add("Contract", b.asset(a.Asset))
		f.add("Address", account(target.Address))
		f.add("Chain", b.chain(target.Chain))
	}
	f.add("Function", code(a.Function))
	f.add("Arguments", each(a.Args, func(arg string) words {
		if t, ok := b.p.Asset(arg); ok {
			return beside(b.asset(arg), sayf(" "), account(t.Address))
		}
		return code(arg)
	})...)
	f.add("Calldata", code(b.calldata(a)))
	if a.Value != "" && a.Value != "0" {
		f.add("Value", beside(code(a.Value), sayf(" wei")))
	}
	if a.Safe != "" {
		safe, _ := b.p.Asset(a.Safe)
		f.add("Safe", beside(b.asset(a.Safe), sayf(" "), account(safe.Address)))
	}
	if (a.Sender != evm.Address{}) {
		by := "Sent from"
		if a.Status != nil {
			by = "Signed by"
		}
		f.add(by, account(a.Sender))
	}
	f.add("Calls", b.batched(a)...)
	f.add("Starts", each(a.Together, b.action)...)
	if a.Transaction != "" {
		f.add("Signed transaction", code(a.Transaction))
	}
	if !a.ValidUntil.IsZero() {
		f.add("Valid until", sayf("%s", dated(a.ValidUntil, "")))
	}
	if a.Urgency != "" {
		f.add("Urgency", say(a.Urgency))
	}
	if a.MaxFee != 0 {
		f.add("Highest fee", sayf("%d gwei per gas", a.MaxFee))
	}
	if a.Private {
		f.add("Sent", sayf("first to the private relay"))
	}
	if a.Status != nil {
		f.add("The app is told", b.told(a.Status)...)
	}
	f.add("Method", code(a.Method))
	if a.URL != "" && !b.public {
		f.add("Address", web(a.URL))
	}
	if a.Body != "" && !b.public {
		f.add("Body", code(a.Body))
	}
	return f
}

// calldata is what a call carries; empty if it cannot be told from the plan alone.
func (b *binder) calldata(a *plan.Action) string {
	target, ok := b.p.Asset(a.Asset)
	if !ok || a.Function == "" {
		return ""
	}
	m, err := evm.ParseSignature(a.Function)
	if err != nil {
		abi, abiErr := evm.ParseABI(target.ABI)
		if abiErr != nil {
			return ""
		}
		if m, err = abi.Method(a.Function); err != nil {
			return ""
		}
	}
	args := slices.Clone(a.Args)
	for i := range args {
		if t, ok := b.p.Asset(args[i]); ok {
			if (t.Address == evm.Address{}) {
				return ""
			}
			args[i] = t.Address.Hex()
		}
	}
	data, err := m.Encode(args)
	if err != nil {
		return ""
	}
	return "0x" + hexOf(data)
}

func hexOf(data []byte) string {
	const digits = "0123456789abcdef"
	out := make([]byte, 0, 2*len(data))
	for _, d := range data {
		out = append(out, digits[d>>4], digits[d&15])
	}
	return string(out)
}

// detectors writes what the machines look at. A public sheet leaves out how: who knows a threshold stays below it.
func (b *binder) detectors() chapter {
	c := chapter{ID: "detectors", Title: "What the machines look at"}
	if b.public {
		c.text(sayf("What sets them off is left out of the public plan."))
	}
	for i := range b.p.Detectors {
		d := &b.p.Detectors[i]
		t := titled("detector."+d.ID, d.Name, d.ID)
		t.text(say(d.Message))
		var f facts
		f.add("Once it finds something", sayf("%s", modes[d.Mode]))
		f.add("Points to", series(each(b.p.IssuesOf(d.ID), b.issue), "or"))
		f.add("Looks at", b.asset(d.Asset))
		f.add("Looks at", b.chain(d.Chain))
		if !b.public {
			b.settings(&f, d)
			for _, lack := range d.Lacks() {
				f.add("Lacks", missing(lack))
			}
		}
		t.facts(f)
		c.Parts = append(c.Parts, t)
	}
	return c
}

// settings adds how a detector decides.
func (b *binder) settings(f *facts, d *plan.Detector) {
	f.add("Kind", say(d.Kind))
	f.add("Event", code(d.Event))
	f.add("Function", code(d.Function))
	f.add("Finds it where", code(d.Where))
	f.add("Size of a finding", code(d.Amount))
	f.add("Counts", say(strings.ReplaceAll(d.Metric, "_", " ")))
	if d.Window > 0 {
		f.add("Window", sayf("%s", d.Window))
	}
	if d.Baseline > 0 {
		f.add("Against the last", sayf("%s", counted(d.Baseline, "window")))
	}
	for _, n := range []struct {
		label string
		value float64
	}{{"Times the usual", d.Factor}, {"Deviations above the usual", d.Score}, {"Never below", d.Minimum}, {"Clears below", d.Clear}} {
		if n.value != 0 {
			f.add(n.label, sayf("%g", n.value))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(d.Readings)) {
		r := d.Readings[name]
		f.add("Reads", beside(code(name), sayf(": "), b.reading(&r)))
	}
	f.add("Must hold", code(d.Holds))
	f.add("Account", b.party(d.Account))
	f.add("Below", code(d.Below))
	f.add("Above", code(d.Above))
	for _, t := range []struct {
		label string
		value plan.Duration
	}{{"Silent for", d.Silent}, {"Asked every", d.Every}, {"Quiet between findings", d.CoolDown}} {
		if t.value > 0 {
			f.add(t.label, sayf("%s", t.value))
		}
	}
	if d.Failures > 0 {
		f.add("Failures in a row", sayf("%d", d.Failures))
	}
	f.add("Name servers", each(d.Resolvers, code)...)
	f.add("Words", each(d.Words, say)...)
	f.add("Address", web(d.URL))
	f.add("Believes after", say(d.Depth))
	f.add("May act because", say(d.ActReason))
	f.add("Acts only with", b.detector(d.ActTogether))
}
