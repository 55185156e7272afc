package trial

import (
	"fmt"
	"strings"

	"github.com/holiman/uint256"

	"tocsin/action"
	"tocsin/chain"
	"tocsin/evm"
)

// transferTopic is the event by which tokens tell that they moved, and simulations that the chain's own currency did.
var transferTopic = evm.Keccak([]byte("Transfer(address,address,uint256)"))

// moves says in words what moved: "25 USDX from Vault (0x…) to 0x…".
func (y Try) moves(logs []evm.Log) []string {
	var list []string
	for _, l := range logs {
		if len(l.Topics) != 3 || l.Topics[0] != transferTopic || len(l.Data) != 32 {
			continue
		}
		n := new(uint256.Int).SetBytes(l.Data)
		from, to := evm.Address(l.Topics[1][12:]), evm.Address(l.Topics[2][12:])
		list = append(list, fmt.Sprintf("%s from %s to %s", y.amount(l.Address, n), y.name(from), y.name(to)))
	}
	return list
}

func (y Try) amount(token evm.Address, n *uint256.Int) string {
	if token == chain.Currency {
		return action.Scaled(n, 18) + " of the chain's currency"
	}
	for _, a := range y.Plan.Assets {
		if a.Address != token || a.Chain != y.Action.Chain {
			continue
		}
		if a.Decimals > 0 && a.Decimals <= 77 && a.Unit != "" {
			return action.Scaled(n, a.Decimals) + " " + a.Unit
		}
		return n.Dec() + " of " + y.name(token)
	}
	return n.Dec() + " of the token " + token.Hex()
}

func (y Try) name(a evm.Address) string {
	for _, x := range y.Plan.Assets {
		if x.Address == a && x.Chain == y.Action.Chain {
			return fmt.Sprintf("%s (%s)", strings.TrimSpace(x.Name), a.Hex())
		}
	}
	return a.Hex()
}
