package action

import (
	"fmt"
	"strings"
	"time"

	"github.com/holiman/uint256"

	"tocsin/evm"
	"tocsin/fault"
	"tocsin/plan"
)

// Prepare makes an action of the plan ready. What only a chain, or a file of the plan, can say is added by PrepareSafe and PrepareSigned.
// Faults: not_found if the plan has no such action; invalid if it cannot be carried out as it is written.
func Prepare(p *plan.Plan, actionID string) (Prepared, error) {
	a, ok := p.Action(actionID)
	if !ok {
		return Prepared{}, fault.New(fault.NotFound, "The plan has no action %q.", actionID)
	}
	r := resolver{plan: p, what: "Action " + a.ID}
	var x Prepared
	var err error
	switch a.Kind {
	case Call:
		x, err = r.call(a)
	case Safe:
		x, err = r.safe(a)
	case Signed:
		x, err = r.signed(a)
	case Hook, Maintenance:
		if a.Status != nil {
			x, err = r.status(a)
		} else {
			x, err = r.request(a)
		}
	case Together:
		x, err = r.together(a)
	default:
		err = fault.New(fault.Invalid, "Action %s is of kind %q, which is not known here.", a.ID, a.Kind).
			Instead("Use the kind %q, or carry it out by hand.", Call)
	}
	if err != nil {
		return Prepared{}, err
	}
	x.Action, x.Kind = a.ID, a.Kind
	x.Hash = x.ComputeHash()
	if a.Effect != nil {
		effect, err := r.effect(*a.Effect, x.Chain)
		if err != nil {
			return Prepared{}, err
		}
		x.Effect = &effect
	}
	if a.Proof != nil {
		x.Proof = r.proof(*a.Proof)
	}
	r.finish(a, &x)
	return x, nil
}

// call is one transaction from an account to a contract.
func (r resolver) call(a plan.Action) (Prepared, error) {
	step, target, err := r.step(a.Asset, a.Function, a.Args, a.Value)
	if err != nil {
		return Prepared{}, err
	}
	return Prepared{
		Chain: target.Chain, Sender: a.Sender, To: step.To, Value: step.Value, Data: step.Data, Function: step.Function, Args: step.Args,
		Words: r.words(target, step),
	}, nil
}

// step is one call of a contract of the plan.
func (r resolver) step(asset, function string, args []string, value string) (Step, plan.Asset, error) {
	target, err := r.contract(asset)
	if err != nil {
		return Step{}, plan.Asset{}, err
	}
	m, err := r.method(target, function)
	if err != nil {
		return Step{}, plan.Asset{}, err
	}
	if m.ReadOnly() {
		return Step{}, plan.Asset{}, r.invalid("calls %s, which changes nothing.", m.Signature())
	}
	data, list, err := r.encode(m, args)
	if err != nil {
		return Step{}, plan.Asset{}, err
	}
	wei, err := r.wei(value)
	if err != nil {
		return Step{}, plan.Asset{}, err
	}
	s := Step{To: target.Address, Value: wei, Data: data, Function: m.Signature(), Args: list}
	s.Words = fmt.Sprintf("%s on %s%s", callText(m.Name, list), assetText(target), sendingText(wei))
	return s, target, nil
}

// resolver reads references of one action out of the plan; what names the action in faults.
type resolver struct {
	plan *plan.Plan
	what string
}

func (r resolver) invalid(format string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, "%s %s", r.what, fmt.Sprintf(format, args...))
}

func (r resolver) contract(id string) (plan.Asset, error) {
	a, ok := r.plan.Asset(id)
	switch {
	case !ok:
		return plan.Asset{}, r.invalid("is about the asset %q, which the plan does not have.", id)
	case a.Address == evm.Address{}:
		return plan.Asset{}, r.invalid("is about the asset %s, which has no address.", id)
	case a.Chain == 0:
		return plan.Asset{}, r.invalid("is about the asset %s, which names no chain.", id)
	}
	if _, ok := r.plan.Chain(a.Chain); !ok {
		return plan.Asset{}, r.invalid("is about the asset %s on chain %d, which the plan does not have.", id, a.Chain)
	}
	return a, nil
}

// method reads a function, by signature or by its name in the asset's ABI. A signature without names takes them from the
// ABI, for people read them.
func (r resolver) method(a plan.Asset, function string) (evm.Method, error) {
	if strings.TrimSpace(function) == "" {
		return evm.Method{}, r.invalid("names no function.").Instead(`Write its signature, such as "pause()".`)
	}
	known, abiErr := evm.ParseABI(a.ABI)
	if !strings.Contains(function, "(") {
		if abiErr != nil {
			return evm.Method{}, r.invalid("calls a function of the asset %s, whose ABI cannot be read.", a.ID).Because(abiErr)
		}
		m, err := known.Method(function)
		if err != nil {
			return evm.Method{}, r.invalid("calls %q, which cannot be found.", function).
				Instead("Write its whole signature, such as %q.", function+"()").Because(err)
		}
		return m, nil
	}
	m, err := evm.ParseSignature(function)
	if err != nil {
		return evm.Method{}, r.invalid("names a function that cannot be read.").
			Instead(`Write it as "pause()" or "setCap(uint256 cap)".`).Because(err)
	}
	if k, err := known.Method(m.Signature()); err == nil {
		for i := range m.Inputs {
			if m.Inputs[i].Name == "" {
				m.Inputs[i].Name = k.Inputs[i].Name
			}
		}
		if len(m.Outputs) == 0 {
			m.Outputs = k.Outputs
		}
		if m.Mutability == "" {
			m.Mutability = k.Mutability
		}
	}
	return m, nil
}

// encode makes calldata of arguments that are literals, or ids of assets where an address is wanted.
func (r resolver) encode(m evm.Method, args []string) ([]byte, []Arg, error) {
	literals := append([]string(nil), args...)
	for i := range literals {
		if i >= len(m.Inputs) || m.Inputs[i].Type.String() != "address" {
			continue
		}
		a, ok := r.plan.Asset(strings.TrimSpace(literals[i]))
		if !ok {
			continue
		}
		if a.Address == (evm.Address{}) {
			return nil, nil, r.invalid("has the asset %s for an argument, which has no address.", a.ID)
		}
		literals[i] = a.Address.Hex()
	}
	data, err := m.Encode(literals)
	if err != nil {
		return nil, nil, r.invalid("has arguments that do not fit.").Because(err)
	}
	values, err := m.DecodeCall(data)
	if err != nil {
		return nil, nil, r.invalid("has arguments that do not fit.").Because(err)
	}
	var list []Arg
	for _, v := range values {
		list = append(list, Arg{Name: v.Name, Type: v.Type, Value: v.Text})
	}
	return data, list, nil
}

func (r resolver) wei(s string) (*uint256.Int, error) {
	if s == "" {
		return new(uint256.Int), nil
	}
	v, err := uint256.FromDecimal(s)
	if err != nil {
		return nil, r.invalid("sends %q, which is no amount.", s).Instead("Write wei as a whole decimal number.")
	}
	return v, nil
}

// PrepareReading makes a reading of the plan ready to be asked. Without a wanted answer Want is empty and Holds only tells
// what was answered. Faults: invalid if it cannot be asked as it is written.
func PrepareReading(p *plan.Plan, reading plan.Reading) (Effect, error) {
	return resolver{plan: p, what: "The reading"}.reading(reading)
}

func (r resolver) reading(reading plan.Reading) (Effect, error) {
	a, err := r.contract(reading.Asset)
	if err != nil {
		return Effect{}, err
	}
	m, err := r.method(a, reading.Function)
	if err != nil {
		return Effect{}, err
	}
	if len(m.Outputs) == 0 {
		return Effect{}, r.invalid("calls %s without saying what it returns.", m.Signature()).
			Instead(`Write it as "paused() returns (bool)".`)
	}
	data, args, err := r.encode(m, reading.Args)
	if err != nil {
		return Effect{}, err
	}
	e := Effect{Chain: a.Chain, To: a.Address, Data: data, Function: m.String(), Args: args, Within: time.Duration(reading.Within)}
	if reading.Want != "" {
		if e.Want, err = m.Outputs[0].Type.Normalize(reading.Want); err != nil {
			return Effect{}, r.invalid("wants an answer that %s cannot give.", m.Signature()).Because(err)
		}
	}
	e.Words = fmt.Sprintf("%s on %s", callText(m.Name, args), assetText(a))
	return e, nil
}

func (r resolver) effect(reading plan.Reading, chain uint64) (Effect, error) {
	r.what = "The effect of " + strings.ToLower(r.what[:1]) + r.what[1:]
	e, err := r.reading(reading)
	if err != nil {
		return Effect{}, err
	}
	if e.Chain != chain && chain != 0 { // a request happens on no chain
		return Effect{}, r.invalid("is read on chain %d, but it happens on chain %d.", e.Chain, chain)
	}
	if e.Want == "" {
		return Effect{}, r.invalid("does not say what %s must answer.", e.Function)
	}
	e.Words = fmt.Sprintf("Afterwards %s must answer %s", e.Words, e.Want)
	if e.Within > 0 {
		e.Words += fmt.Sprintf(" within %s", reading.Within)
	}
	e.Words += "."
	return e, nil
}
