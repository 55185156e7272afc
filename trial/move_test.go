package trial

import (
	"slices"
	"testing"

	"tocsin/action"
	"tocsin/evm"
	"tocsin/plan"
)

// Tokens that move are said by the plan's decimals.
func TestTokensThatMove(t *testing.T) {
	y := Try{Plan: &plan.Plan{Assets: []plan.Asset{{Name: "USDX", Chain: 1, Address: evm.Address{3}, Decimals: 6, Unit: "USDX"}}}, Action: action.Prepared{Chain: 1}}
	log := evm.Log{Address: evm.Address{3}, Topics: []evm.Hash{transferTopic, {31: 1}, {31: 2}}, Data: make([]byte, 32)}
	log.Data[31] = 0x40
	want := []string{"0.000064 USDX from " + evm.Address{19: 1}.Hex() + " to " + evm.Address{19: 2}.Hex()}
	if got := y.moves([]evm.Log{log, {Topics: []evm.Hash{transferTopic}}}); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
