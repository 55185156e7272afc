package cli

import (
	"encoding/json"
	"strings"

	"github.com/holiman/uint256"
	"github.com/spf13/cobra"

	"tocsin/action/safe"
	"tocsin/evm"
	"tocsin/fault"
)

// safeFlags are what decode is told about a transaction besides its calldata, and what it is held against.
type safeFlags struct {
	chain   uint64
	safe    string
	version string
	to      string
	value   string
	call    string // operation
	nonce   uint64
	gas     string
	baseGas string
	price   string
	token   string
	refund  string
	action  string
}

func (f *safeFlags) flags(c *cobra.Command) {
	x := c.Flags()
	x.Uint64Var(&f.chain, "chain", 0, "chain id; the Safe transaction service does not say it")
	x.StringVar(&f.to, "to", "", "address that calldata go to")
	x.StringVar(&f.value, "value", "0", "wei that go with calldata")
	x.StringVar(&f.safe, "safe", "", "address of the Safe that makes the call")
	x.StringVar(&f.version, "safe-version", "", "version of the Safe: 1.3.0, 1.4.1 or 1.5.0")
	x.StringVar(&f.call, "operation", "call", "how the Safe makes the call: call or delegatecall")
	x.Uint64Var(&f.nonce, "nonce", 0, "nonce of the Safe's transaction")
	x.StringVar(&f.gas, "safe-tx-gas", "0", "safeTxGas of the Safe's transaction")
	x.StringVar(&f.baseGas, "base-gas", "0", "baseGas of the Safe's transaction")
	x.StringVar(&f.price, "gas-price", "0", "gasPrice of the Safe's transaction")
	x.StringVar(&f.token, "gas-token", "", "gasToken of the Safe's transaction")
	x.StringVar(&f.refund, "refund-receiver", "", "refundReceiver of the Safe's transaction")
	x.StringVar(&f.action, "action", "", "action of the plan that it should be: says what differs")
}

// target is where calldata go, and with how much.
func (f *safeFlags) target() (evm.Address, *uint256.Int, error) {
	to, err := flagAddress("to", f.to)
	if err != nil {
		return evm.Address{}, nil, err
	}
	value, err := flagNumber("value", f.value)
	return to, value, err
}

// transaction is the Safe transaction that the flags describe.
func (f *safeFlags) transaction(data []byte) (safe.Transaction, error) {
	if f.to == "" || f.chain == 0 {
		return safe.Transaction{}, fault.New(fault.Invalid, "A Safe transaction needs to know where it goes and on which chain.").Instead("Give --to ADDRESS and --chain ID besides --safe.")
	}
	tx := safe.Transaction{Chain: f.chain, Data: data, Nonce: f.nonce}
	switch f.call {
	case "call", "0":
	case "delegatecall", "1":
		tx.Operation = safe.DelegateCall
	default:
		return safe.Transaction{}, fault.New(fault.Invalid, "%q is no operation of a Safe.", f.call).Instead("Write call or delegatecall.")
	}
	var err error
	if tx.To, tx.Value, err = f.target(); err != nil {
		return safe.Transaction{}, err
	}
	for _, x := range []struct {
		name, text string
		to         *evm.Address
	}{{"safe", f.safe, &tx.Safe}, {"gas-token", f.token, &tx.GasToken}, {"refund-receiver", f.refund, &tx.RefundReceiver}} {
		if *x.to, err = flagAddress(x.name, x.text); err != nil {
			return safe.Transaction{}, err
		}
	}
	for _, x := range []struct {
		name, text string
		to         **uint256.Int
	}{{"safe-tx-gas", f.gas, &tx.SafeTxGas}, {"base-gas", f.baseGas, &tx.BaseGas}, {"gas-price", f.price, &tx.GasPrice}} {
		if *x.to, err = flagNumber(x.name, x.text); err != nil {
			return safe.Transaction{}, err
		}
	}
	return tx, nil
}

func flagAddress(name, text string) (evm.Address, error) {
	if text == "" {
		return evm.Address{}, nil
	}
	a, err := evm.ParseAddress(text)
	if err != nil {
		return evm.Address{}, fault.New(fault.Invalid, "--%s is no address.", name).Because(err)
	}
	return a, nil
}

func flagNumber(name, text string) (*uint256.Int, error) {
	n, err := uint256.FromDecimal(text)
	if err != nil {
		return nil, fault.New(fault.Invalid, "--%s is %q, which is no whole number.", name, text).Instead("Write it in decimal.")
	}
	return n, nil
}

// isSafe reports whether a file looks like a Safe transaction, so that what is wrong with it is said of that.
func isSafe(b []byte) bool {
	var form map[string]json.RawMessage
	if json.Unmarshal(b, &form) != nil {
		return false
	}
	if primary, ok := form["primaryType"]; ok {
		return strings.Contains(string(primary), "SafeTx")
	}
	_, from := form["safe"]
	_, to := form["to"]
	return from && to
}
