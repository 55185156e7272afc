package detect

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"cel.dev/cel-go/cel"

	"tocsin/evm"
	"tocsin/plan"
)

// gauge is what a detector of kind state or balance reads, and what must hold of it.
type gauge struct {
	readings []reading // by name; the balance alone for a balance
	below    *number   // of a balance
	above    *number
	holds    *expression // of a state
	vars     []variable
	unit     plan.Asset // whose unit a balance is in
	who      string     // whose balance
	coolDown uint64     // seconds
	of       string
}

// reading is one thing that is asked.
type reading struct {
	name   string // of the variable, or what the names of several results begin with
	want   Want
	method evm.Method // zero for a balance of the chain's own coin
	at     int        // place among the wants of the chain
}

// Names of readings become variables of the invariant.
var (
	readingName = regexp.MustCompile(`^[a-z][a-zA-Z0-9_]*$`)
	takenNames  = []string{"asset", "block", "tx", "event", "call", "true", "false", "null", "in"}
)

// newGauge compiles what a detector of kind balance or state reads, and finds out on which chain.
func (c *compiler) newGauge(r *rule) *Problem {
	d := r.detector
	r.gauge = &gauge{coolDown: uint64(time.Duration(d.CoolDown) / time.Second)}
	if d.Kind == "balance" {
		return c.balance(r)
	}
	return c.invariant(r)
}

func (c *compiler) balance(r *rule) *Problem {
	d, g := r.detector, r.gauge
	if d.Where != "" || d.Amount != "" {
		return &Problem{Field: "where", Say: "a balance is compared with below and above; write an invariant of kind state for more"}
	}
	for _, limit := range []struct {
		field, text string
		into        **number
	}{{"below", d.Below, &g.below}, {"above", d.Above, &g.above}} {
		if limit.text == "" {
			continue
		}
		n, err := parseNumber(limit.text)
		if err != nil {
			return &Problem{Field: limit.field, Say: err.Error()}
		}
		*limit.into = &n
	}
	if g.below == nil && g.above == nil {
		return &Problem{Field: "below", Say: "write the balance below or above which something is wrong"}
	}
	who, name, home, problem := c.account(d.Account)
	if problem != nil {
		return problem
	}
	g.who, g.unit = name, plan.Asset{Unit: "ETH", Decimals: 18}
	if r.asset.ID == "" {
		r.asset = home
	}
	if r.chain == 0 {
		r.chain = home.Chain
	}
	if r.chain == 0 && len(c.plan.Chains) == 1 {
		r.chain = c.plan.Chains[0].ID
	}
	if r.chain == 0 {
		return &Problem{Field: "chain", Say: "say on which chain the account is looked at"}
	}
	rd := reading{name: "balance", want: Want{To: who}}
	if r.asset.Kind == "token" && r.asset.ID != home.ID {
		m, err := evm.ParseSignature("balanceOf(address account) returns (uint256)")
		if err == nil {
			rd.method = m
			rd.want.To = r.asset.Address
			rd.want.Data, err = m.Encode([]string{who.Hex()})
		}
		if err != nil {
			return &Problem{Field: "asset", Say: err.Error()}
		}
		g.unit = r.asset
	}
	g.readings = []reading{rd}
	g.of = imprint(fmt.Sprintf("balance %d %s %x %s %s", r.chain, rd.want.To, rd.want.Data, d.Below, d.Above))
	return nil
}

// account resolves whose balance is meant: an asset, a person's key, or an address.
func (c *compiler) account(ref string) (a evm.Address, name string, home plan.Asset, problem *Problem) {
	if home, ok := c.plan.Asset(ref); ok {
		if home.Address == (evm.Address{}) || home.Chain == 0 {
			return a, "", home, &Problem{Field: "account", Say: fmt.Sprintf("asset %q has no chain and address to look at", ref)}
		}
		return home.Address, home.Name, home, nil
	}
	if who, ok := c.plan.Person(ref); ok {
		keys := addressesOf(who)
		if len(keys) != 1 {
			return a, "", home, &Problem{Field: "account", Say: fmt.Sprintf("%s has %d keys with an address: write the address itself", who.Name, len(keys))}
		}
		return keys[0], who.Name + " (" + keys[0].Hex() + ")", home, nil
	}
	a, err := evm.ParseAddress(ref)
	if err != nil {
		return a, "", home, &Problem{Field: "account", Say: fmt.Sprintf("%q is no asset, no person and no address", ref)}
	}
	return a, a.Hex(), home, nil
}

func (c *compiler) invariant(r *rule) *Problem {
	d, g := r.detector, r.gauge
	if len(d.Readings) == 0 || d.Holds == "" {
		return &Problem{Field: "holds", Say: "write the readings, and what must hold of them"}
	}
	if d.Where != "" {
		return &Problem{Field: "where", Say: "an invariant stands under holds"}
	}
	g.vars = slices.Clone(blockVariables)
	of := "state " + d.Holds
	for _, name := range slices.Sorted(maps.Keys(d.Readings)) {
		rd, a, problem := c.reading(name, d.Readings[name])
		if problem != nil {
			return problem
		}
		if r.chain == 0 {
			r.chain = a.Chain
		}
		if a.Chain != r.chain {
			return &Problem{Field: "readings", Say: "readings of two chains are not compared by this release", Unready: true}
		}
		g.readings = append(g.readings, rd)
		g.vars = append(g.vars, rd.variables()...)
		of += fmt.Sprintf(" %s %s %x", name, rd.want.To, rd.want.Data)
	}
	g.of = imprint(of)
	for _, f := range []struct {
		field, text string
		want        *cel.Type
		into        **expression
	}{{"holds", d.Holds, cel.BoolType, &g.holds}, {"amount", d.Amount, numberType, &r.amount}} {
		if f.text == "" {
			continue
		}
		e, problem := c.lang.compile(f.text, g.vars, f.want)
		if problem != nil {
			problem.Field = f.field
			return problem
		}
		*f.into = e
	}
	return nil
}

func (c *compiler) reading(name string, of plan.Reading) (rd reading, a plan.Asset, problem *Problem) {
	wrong := func(format string, args ...any) (reading, plan.Asset, *Problem) {
		return rd, a, &Problem{Field: "readings", Say: name + ": " + fmt.Sprintf(format, args...)}
	}
	rd.name = strings.ReplaceAll(name, "-", "_")
	if !readingName.MatchString(rd.name) || slices.Contains(takenNames, rd.name) {
		return wrong("a reading is named like a variable, in small letters and without blanks")
	}
	a, ok := c.plan.Asset(of.Asset)
	switch {
	case !ok:
		return wrong("the plan has no asset %q", of.Asset)
	case a.Address == (evm.Address{}) || a.Chain == 0:
		return wrong("asset %q has no chain and address to ask", of.Asset)
	}
	m, err := evm.ParseSignature(of.Function)
	if err != nil || len(m.Outputs) == 0 {
		if m, err = c.function(a, of.Function); err != nil {
			return wrong("%v", err)
		}
	}
	if len(m.Outputs) == 0 {
		return wrong(`%s does not say what it returns; write it as "paused() returns (bool)"`, m.Signature())
	}
	args := slices.Clone(of.Args)
	for i := range args {
		if i < len(m.Inputs) && m.Inputs[i].Type.String() == "address" {
			if named, ok := c.plan.Asset(args[i]); ok {
				args[i] = named.Address.Hex()
			}
		}
	}
	rd.method, rd.want.To = m, a.Address
	if rd.want.Data, err = m.Encode(args); err != nil {
		return wrong("%v", err)
	}
	if len(rd.variables()) == 0 {
		return wrong("what %s returns cannot be used in an invariant", m.Signature())
	}
	return rd, a, nil
}

// variables are the results of a reading: its name if there is one, its name and theirs if there are several.
func (rd reading) variables() []variable {
	var vars []variable
	for i, out := range rd.method.Outputs {
		if t, ok := typeOf(out.Type.String(), false); ok {
			vars = append(vars, variable{rd.result(i), t})
		}
	}
	return vars
}

func (rd reading) result(i int) string {
	out := rd.method.Outputs
	switch {
	case len(out) == 1:
		return rd.name
	case out[i].Name == "":
		return rd.name + ".arg" + strconv.Itoa(i)
	default:
		return rd.name + "." + out[i].Name
	}
}
