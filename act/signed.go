package act

import (
	"bytes"
	"encoding/json"

	"github.com/ethereum/go-ethereum/common/hexutil"

	"tocsin/action/safe"
	"tocsin/decision"
	"tocsin/evm"
	"tocsin/fault"
	"tocsin/outside"
	"tocsin/plan"
)

// Signed is an answer as it travels from the machine that signed it.
type Signed struct {
	Tocsin  int            `json:"tocsin"`
	Request string         `json:"request"` // id
	Answer  outside.Answer `json:"answer"`
}

// bare is what tocsin sign --json prints.
type bare struct {
	Signature hexutil.Bytes `json:"signature"`
	Choice    string        `json:"choice"`
}

// ReadAnswers reads the answers in a file: one that tocsin act sign wrote, what tocsin sign --json printed, or what the Safe transaction
// service says of the transaction. None of it is believed before Accept has seen it. notes say what in the file cannot be used.
func ReadAnswers(path string, p *plan.Plan, r outside.Request) (list []outside.Answer, notes []string, err error) {
	b, err := read(path)
	if err != nil {
		return nil, nil, err
	}
	strict := json.NewDecoder(bytes.NewReader(b))
	strict.DisallowUnknownFields()
	var s Signed
	if strict.Decode(&s) == nil && s.Tocsin == outside.Form {
		if s.Request != r.ID {
			return nil, nil, fault.New(fault.Forbidden, "%s answers another request, %s; this one is %s.", path, s.Request, r.ID).Instead("Sign this one: tocsin act sign")
		}
		return []outside.Answer{s.Answer}, nil, nil
	}
	var x bare
	if json.Unmarshal(b, &x) == nil && len(x.Signature) > 0 && x.Choice != "" {
		a := outside.Answer{Choice: x.Choice, Form: outside.ByMessage, Signature: x.Signature}
		if account, err := r.Message.With(x.Choice).Signer(x.Signature); err != nil || decision.Holder(p, account) == nil {
			a.Form = outside.BySafe
		}
		return []outside.Answer{a}, nil, nil
	}
	if hash, ok := r.Hash(p); ok {
		return confirmed(path, b, hash)
	}
	return nil, nil, fault.New(fault.Invalid, "%s holds no answer.", path).Instead("Give a file that tocsin act sign wrote, or what tocsin sign --json printed.")
}

func confirmed(path string, b []byte, hash evm.Hash) (list []outside.Answer, notes []string, err error) {
	said, err := safe.Confirmations(b, hash)
	if err != nil {
		return nil, nil, fault.New(fault.Invalid, "%s holds no answer to this request.", path).
			Instead("Give a file that tocsin act sign wrote, or what the Safe transaction service says of this transaction.").Because(err)
	}
	for _, c := range said {
		switch {
		case c.Why != "":
			notes = append(notes, c.Owner.Hex()+": "+c.Why)
		case c.Signature.Kind != safe.Account && c.Signature.Kind != safe.EthSign:
			notes = append(notes, c.Owner.Hex()+": it is of the kind "+string(c.Signature.Kind)+", which is read from the chain and not from a file.")
		default:
			list = append(list, outside.Answer{Choice: decision.Approve, Form: outside.BySafe, Kind: c.Signature.Kind, Signature: c.Signature.Bytes})
		}
	}
	return list, notes, nil
}
