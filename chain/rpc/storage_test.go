package rpc_test

import (
	"encoding/json"
	"testing"

	"tocsin/chain/rpc"
	"tocsin/evm"
	"tocsin/fault"
)

func TestStorage(t *testing.T) {
	for answer, want := range map[string]evm.Hash{
		`"0x0000000000000000000000000000000000000000000000000000000000000102"`: {30: 1, 31: 2},
		`"0x102"`: {30: 1, 31: 2},
		`"0x0"`:   {},
		`"0x"`:    {},
		`"0x000000000000000000000000000000000000000000000000000000000000000102"`: {0: 0xff},
		`"102"`:   {0: 0xff},
		`"0xzz"`:  {0: 0xff},
		`["0x1"]`: {0: 0xff},
	} {
		var asked []json.RawMessage
		s := endpoint{"eth_getStorageAt": func(p []json.RawMessage) string { asked = p; return `"result":` + answer }}.serve(t)
		c, err := rpc.Dial(t.Context(), rpc.Options{URL: s.URL, ChainID: 31337})
		if err != nil {
			t.Fatal(err)
		}
		at := uint64(16)
		got, err := c.Storage(t.Context(), evm.Address{1}, evm.Hash{31: 7}, &at)
		c.Close()
		if bad := want == (evm.Hash{0: 0xff}); bad != (err != nil) || !bad && got != want || bad && !fault.Is(err, fault.Unavailable) {
			t.Errorf("%s is read as %s, %v", answer, got.Hex(), err)
		}
		if len(asked) != 3 || string(asked[1]) != `"0x0000000000000000000000000000000000000000000000000000000000000007"` || string(asked[2]) != `"0x10"` {
			t.Errorf("asked %s", asked)
		}
	}
}
