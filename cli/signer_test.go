package cli

import (
	"bytes"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"tocsin/evm"
	"tocsin/fault"
	"tocsin/internal/anvil"
)

// A remote signer that is down when the server starts keeps it from nothing but sending.
func TestExecutorThatDoesNotAnswer(t *testing.T) {
	const account = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
	var said bytes.Buffer
	x := &terminal{err: &said}
	c := &cobra.Command{}
	c.SetContext(t.Context())
	if k, err := x.executor(c, &keyFlags{}); k != nil || err != nil {
		t.Errorf("nothing named: %v, %v", k, err)
	}
	if _, err := x.executor(c, &keyFlags{signer: "http://127.0.0.1:1"}); !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "--account") {
		t.Errorf("no account: %v", err)
	}
	k, err := x.executor(c, &keyFlags{signer: "http://127.0.0.1:1", account: account})
	if err != nil || k.Address().Hex() != account || !strings.Contains(said.String(), "NOTHING CAN BE SENT UNTIL IT DOES") {
		t.Errorf("%v, %v: %s", k, err, said.String())
	}
	if _, err := x.executor(c, &keyFlags{signer: "http://" + anvil.Start(t), account: evm.Address{1}.Hex()}); !fault.Is(err, fault.NotFound) {
		t.Errorf("an account that it does not hold: %v", err)
	}
}
