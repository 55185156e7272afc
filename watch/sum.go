package watch

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"

	"tocsin/detect"
	"tocsin/evm"
)

// waitMost is how many findings of one detector wait one by one for blocks on top. They stand in the state, which is written
// with each block.
const waitMost = 1000

// shed keeps what waits for blocks on top within bounds: what one detector found in a block beyond them waits as one.
func (c *committer) shed(block evm.Hash) {
	s := &c.state.Detect
	waits, more := map[string]int{}, map[string][]detect.Finding{}
	for _, f := range s.Pending {
		if waits[f.Detector]++; waits[f.Detector] > waitMost && f.BlockHash == block && f.Unjudged == 0 && !f.Blind {
			more[f.Detector] = append(more[f.Detector], f)
		}
	}
	if len(more) == 0 {
		return
	}
	gone := map[string]bool{}
	var sums []detect.Finding
	for _, detector := range slices.Sorted(maps.Keys(more)) {
		list := more[detector]
		sum, amount := list[0], new(big.Int)
		for _, f := range list {
			gone[f.ID] = true
			if n, ok := new(big.Int).SetString(f.Amount, 10); ok {
				amount.Add(amount, n)
			}
		}
		sum.ID, sum.Tx = sumID(detector, sum.ID, block), evm.Hash{}
		if sum.Amount != "" {
			sum.Amount = amount.String()
		}
		sum.Say = fmt.Sprintf("%s found %d more in block %d, which are not told one by one. The first: %s", c.w.name(detector), len(list), sum.Block, sum.Say)
		sums = append(sums, sum)
	}
	s.Pending = append(slices.DeleteFunc(s.Pending, func(f detect.Finding) bool { return gone[f.ID] }), sums...)
}

// sumBytes is how much of a hash stands in the id of a sum: less than in that of a finding, which tells them apart.
const sumBytes = 12

func sumID(detector, first string, block evm.Hash) string {
	id := sha256.Sum256(fmt.Appendf(nil, "%s %s", first, block))
	return fmt.Sprintf("%s-sum-%x", detector, id[:sumBytes])
}

// isSum reports whether an id is that of a sum of what a detector found.
func isSum(id, detector string) bool {
	return strings.HasPrefix(id, detector+"-sum-") && len(id) == len(detector)+len("-sum-")+2*sumBytes
}

// summedUp reports whether one of the ids is that of a sum of what a detector found; known keeps the answers.
func summedUp(ids []string, detector string, known map[string]bool) bool {
	is, ok := known[detector]
	if !ok {
		is = slices.ContainsFunc(ids, func(id string) bool { return isSum(id, detector) })
		known[detector] = is
	}
	return is
}

// ofDetector reports whether an id is that of what a detector found.
func ofDetector(id, detector string) bool {
	rest, ok := strings.CutPrefix(id, detector+"-")
	return ok && !strings.Contains(rest, "-") || isSum(id, detector)
}

func without(ids []string, gone map[string]bool) []string {
	if len(gone) == 0 {
		return ids
	}
	return slices.DeleteFunc(ids, func(id string) bool { return gone[id] })
}
