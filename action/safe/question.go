package safe

import (
	"fmt"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/holiman/uint256"

	"tocsin/evm"
	"tocsin/fault"
)

// Question is one view call that tells something of a Safe. All are asked at one block.
type Question struct {
	Name string        `json:"name"` // version, nonce, owners, threshold, modules, guard, handler
	To   evm.Address   `json:"to"`
	Data hexutil.Bytes `json:"data"`
}

// maxModules is how many modules are read; a Safe with more is refused.
const maxModules = 100

// sentinel is what the Safe's lists begin and end with.
var sentinel = evm.Address{19: 1}

// The storage slots of what no view tells, as the Safe's contracts name them.
var (
	guardSlot   = evm.Keccak([]byte("guard_manager.guard.address"))
	handlerSlot = evm.Keccak([]byte("fallback_manager.handler.address"))
)

// Questions are what to ask a chain to know a Safe. FactsOf reads the answers, in the same order.
func Questions(safe evm.Address) []Question {
	names := []string{"version", "nonce", "owners", "threshold", "modules", "guard", "handler"}
	args := [][]string{nil, nil, nil, nil, {sentinel.Hex(), fmt.Sprint(maxModules)}, {guardSlot.Hex(), "1"}, {handlerSlot.Hex(), "1"}}
	list := make([]Question, len(views))
	for i, m := range views {
		data, err := m.Encode(args[i])
		if err != nil {
			data = nil // which a test rules out
		}
		list[i] = Question{Name: names[i], To: safe, Data: data}
	}
	return list
}

// FactsOf reads the answers to Questions, all of one block. Faults: invalid if the account is no Safe, or one of a version that is not
// known here.
func FactsOf(chain uint64, safe evm.Address, block uint64, blockHash evm.Hash, answers [][]byte) (Facts, error) {
	if len(answers) != len(views) {
		return Facts{}, fmt.Errorf("read Safe: there are %d answers to %d questions", len(answers), len(views))
	}
	values := make([][]evm.Value, len(views))
	for i, m := range views {
		var err error
		if values[i], err = m.DecodeResult(answers[i]); err != nil {
			return Facts{}, fault.New(fault.Invalid, "%s on chain %d is no Safe: it does not answer %s.", safe.Hex(), chain, m.Signature()).
				Instead("Check the address and the chain of the Safe in the plan.").Because(err)
		}
	}
	f := Facts{Chain: chain, Safe: safe, Block: block, BlockHash: blockHash}
	var err error
	version, _ := values[0][0].Go.(string)
	if f.Version, err = ParseVersion(version); err != nil {
		return Facts{}, err
	}
	for i, to := range map[int]*uint64{1: &f.Nonce, 3: &f.Threshold} {
		n, _ := values[i][0].Go.(*uint256.Int)
		if n == nil || !n.IsUint64() {
			return Facts{}, fault.New(fault.Invalid, "%s on chain %d answers %s with a number that no Safe has.", safe.Hex(), chain, views[i].Signature())
		}
		*to = n.Uint64()
	}
	f.Owners, f.Modules = addresses(values[2][0].Go), addresses(values[4][0].Go)
	if next, _ := values[4][1].Go.(evm.Address); next != sentinel && next != (evm.Address{}) {
		return Facts{}, fault.New(fault.Invalid, "The Safe %s on chain %d has more than %d modules, each of which acts for it without any signature.", safe.Hex(), chain, maxModules)
	}
	f.Guard, f.Handler = stored(values[5][0].Go), stored(values[6][0].Go)
	return f, f.Check()
}

func addresses(v any) []evm.Address {
	items, _ := v.([]any)
	var list []evm.Address
	for _, x := range items {
		if a, ok := x.(evm.Address); ok {
			list = append(list, a)
		}
	}
	return list
}

// stored is the address in a word of storage.
func stored(v any) evm.Address {
	b, _ := v.([]byte)
	if len(b) != 32 {
		return evm.Address{}
	}
	return evm.Address(b[12:])
}

// ApprovedQuestion asks whether an owner approved a hash on the chain. The answer is 0 unless they did.
func ApprovedQuestion(safe, owner evm.Address, hash evm.Hash) Question {
	selector := approvedHashes.Selector()
	return Question{Name: "approved", To: safe, Data: append(append(selector[:], address(owner)...), hash[:]...)}
}
