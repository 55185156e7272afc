package safe

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"

	"github.com/holiman/uint256"

	"tocsin/evm"
	"tocsin/fault"
)

// reader takes members out of a JSON object and keeps the first that cannot be used.
type reader struct {
	form  map[string]json.RawMessage
	where string
	err   error
}

func (r *reader) bad(key, say string, cause error) {
	if r.err == nil {
		f := fault.New(fault.Invalid, "%s%q of the Safe transaction %s.", r.where, key, say)
		r.err = f
		if cause != nil {
			r.err = f.Because(cause)
		}
	}
}

// text is a member that is a text, a number or null: the service writes numbers either way, by its version.
func (r *reader) text(key string, required bool) (string, bool) {
	raw := bytes.TrimSpace(r.form[key])
	if len(raw) == 0 || string(raw) == "null" {
		if required {
			r.bad(key, "is missing", nil)
		}
		return "", false
	}
	if raw[0] != '"' {
		return string(raw), true
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		r.bad(key, "cannot be read", err)
		return "", false
	}
	return s, true
}

func (r *reader) number(key string, required bool) *uint256.Int {
	s, ok := r.text(key, required)
	if !ok {
		return new(uint256.Int)
	}
	n, err := wholeNumber(s)
	if err != nil {
		r.bad(key, "is no whole number: "+clip(s), err)
		return new(uint256.Int)
	}
	return n
}

// wholeNumber reads a number in decimal, or in hexadecimal after 0x as some wallets write chain ids.
func wholeNumber(s string) (*uint256.Int, error) {
	if digits, ok := strings.CutPrefix(s, "0x"); ok {
		if digits = strings.TrimLeft(digits, "0"); digits == "" {
			return new(uint256.Int), nil
		}
		return uint256.FromHex("0x" + digits)
	}
	return uint256.FromDecimal(s)
}

func (r *reader) small(key string, required bool) uint64 {
	n := r.number(key, required)
	if !n.IsUint64() {
		r.bad(key, "is too large", nil)
		return 0
	}
	return n.Uint64()
}

func (r *reader) address(key string, required bool) evm.Address {
	s, ok := r.text(key, required)
	if !ok {
		return evm.Address{}
	}
	a, err := evm.ParseAddress(s)
	if err != nil {
		r.bad(key, "is no address", err)
	}
	return a
}

func (r *reader) bytes(key string) []byte {
	s, ok := r.text(key, false)
	if !ok {
		return []byte{}
	}
	b, err := hexadecimal(s)
	if err != nil {
		r.bad(key, "is not hexadecimal", err)
	}
	return b
}

func hexadecimal(s string) ([]byte, error) {
	digits, ok := strings.CutPrefix(s, "0x")
	if !ok {
		return nil, errors.New("it does not begin with 0x")
	}
	return hex.DecodeString(digits)
}

// members reads what typed data and the service name alike.
func (r *reader) members(t *Transaction) {
	t.To, t.Value, t.Data = r.address("to", true), r.number("value", true), r.bytes("data")
	t.SafeTxGas, t.BaseGas, t.GasPrice = r.number("safeTxGas", false), r.number("baseGas", false), r.number("gasPrice", false)
	t.GasToken, t.RefundReceiver = r.address("gasToken", false), r.address("refundReceiver", false)
	t.Nonce = r.small("nonce", true)
	if n := r.small("operation", false); n <= uint64(DelegateCall) {
		t.Operation = Operation(n)
	} else {
		r.bad("operation", "is neither 0 (a call) nor 1 (a delegatecall)", nil)
	}
}

func readService(form map[string]json.RawMessage, chain uint64) (Document, error) {
	if chain == 0 {
		return Document{}, fault.New(fault.Invalid, "The transaction service does not say on which chain the Safe is.").Instead("Say which, by its chain id.")
	}
	r := reader{form: form}
	d := Document{Transaction: Transaction{Chain: chain, Safe: r.address("safe", true)}}
	r.members(&d.Transaction)
	for _, key := range []string{"safeTxHash", "contractTransactionHash"} {
		s, ok := r.text(key, false)
		if !ok {
			continue
		}
		b, err := hexadecimal(s)
		if err != nil || len(b) != 32 {
			r.bad(key, "is no hash", err)
			continue
		}
		d.Claimed = evm.Hash(b)
	}
	if s, ok := r.text("isExecuted", false); ok {
		d.Executed = s == "true"
	}
	return d, r.err
}

func readTyped(form map[string]json.RawMessage) (Transaction, error) {
	var primary string
	if err := json.Unmarshal(form["primaryType"], &primary); err != nil || primary != "SafeTx" {
		return Transaction{}, fault.New(fault.Invalid, "This is typed data of %q, not of a Safe transaction (SafeTx).", clip(string(form["primaryType"])))
	}
	domain, message := reader{where: "domain: "}, reader{where: "message: "}
	if err := json.Unmarshal(form["domain"], &domain.form); err != nil {
		return Transaction{}, fault.New(fault.Invalid, "The domain of the typed data is no object.").Because(err)
	}
	if err := json.Unmarshal(form["message"], &message.form); err != nil {
		return Transaction{}, fault.New(fault.Invalid, "The message of the typed data is no object.").Because(err)
	}
	for key := range domain.form {
		if key != "chainId" && key != "verifyingContract" {
			return Transaction{}, fault.New(fault.Invalid, "The domain of the typed data has a member %q, which that of a Safe has not: it is signed for something else.", clip(key))
		}
	}
	t := Transaction{Chain: domain.small("chainId", false), Safe: domain.address("verifyingContract", true)}
	message.members(&t)
	if t.Chain == 0 && domain.err == nil {
		return Transaction{}, fault.New(fault.Invalid, "The domain of the typed data names no chain, as before Safe 1.3.0: such a signature counts on every chain.").
			Instead("Upgrade the Safe to 1.3.0 or later.")
	}
	if domain.err != nil {
		return Transaction{}, domain.err
	}
	if data, ok := form["types"]; ok {
		if err := sameTypes(data); err != nil {
			return Transaction{}, err
		}
	}
	return t, message.err
}

// sameTypes refuses typed data whose types are not those of a Safe: a wallet would sign another hash than the one shown here.
func sameTypes(raw json.RawMessage) error {
	var types map[string][]evm.Field
	if err := json.Unmarshal(raw, &types); err != nil {
		return fault.New(fault.Invalid, "The types of the typed data cannot be read.").Because(err)
	}
	for name, want := range (Transaction{}).Typed().Types {
		have, ok := types[name]
		if !ok && name == "EIP712Domain" {
			continue // libraries leave it out and add it themselves
		}
		if len(have) != len(want) {
			return fault.New(fault.Invalid, "The type %s of the typed data is not that of a Safe.", name).Instead("Do not sign it.")
		}
		for i := range want {
			if have[i] != want[i] {
				return fault.New(fault.Invalid, "The type %s of the typed data is not that of a Safe: member %d is %s %s where %s %s is wanted.",
					name, i+1, clip(have[i].Type), clip(have[i].Name), want[i].Type, want[i].Name).Instead("Do not sign it.")
			}
		}
	}
	return nil
}
