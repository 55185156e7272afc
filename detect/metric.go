package detect

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"

	"github.com/holiman/uint256"

	"tocsin/evm"
)

// The metrics of a spike. Shares are between 0 and 1, gas prices in gwei, outflows in whole units of the asset.
const (
	transactions       = "transactions"
	events             = "events"
	failedTransactions = "failed_transactions"
	failedShare        = "failed_share"
	gasPrice           = "gas_price"
	outflow            = "outflow"
)

// leastShared is how many transactions a window must hold before a share of them means anything.
const leastShared = 10

// metric turns what was counted in a window into the figure that is compared.
type metric struct {
	name     string
	decimals int    // of the unit of an outflow
	unit     string // its name
}

// figure is the figure of a window; false if it holds too little to be compared with others.
func (m metric) figure(c Count) (float64, bool) {
	switch m.name {
	case failedShare:
		if c.Of < leastShared {
			return 0, false
		}
		return float64(c.N) / float64(c.Of), true
	case gasPrice:
		if c.N == 0 {
			return 0, false
		}
		return scaled(c.sum(), 9) / float64(c.N), true
	case outflow:
		return scaled(c.sum(), m.decimals), true
	default:
		return float64(c.N), true
	}
}

// sparse reports whether windows may hold too little to be compared.
func (m metric) sparse() bool { return m.name == failedShare || m.name == gasPrice }

// least is the smallest deviation that figures about a median are taken to have: chance alone brings as much.
func (m metric) least(median float64, now Count) float64 {
	switch m.name {
	case failedShare:
		return max(math.Sqrt(median*(1-median)/float64(max(now.Of, 1))), 0.01)
	case gasPrice, outflow:
		return max(median/10, 1e-9)
	default:
		return max(math.Sqrt(median), 1)
	}
}

// text writes a figure as people read it.
func (m metric) text(f float64) string {
	switch m.name {
	case failedShare:
		return short(f*100) + " %"
	case gasPrice:
		return grouped(short(f)) + " gwei"
	case outflow:
		if m.unit != "" {
			return grouped(short(f)) + " " + m.unit
		}
	}
	return grouped(short(f))
}

// short writes a figure with as many digits as matter.
func short(f float64) string {
	digits := 1.0
	if f > 0 && f < 10 {
		digits = 2 - math.Floor(math.Log10(f))
	}
	if p := math.Pow(10, min(digits, 18)); f*p < 1e300 {
		f = math.Round(f*p) / p
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

func scaled(v *uint256.Int, decimals int) float64 {
	f, _ := new(big.Float).SetInt(v.ToBig()).Float64()
	return f / math.Pow10(decimals)
}

// part is what one transaction or log adds; false if nothing.
func (r *rule) part(v *view) (Count, bool, error) {
	switch r.spike.metric.name {
	case failedShare:
		if v.failed() {
			return Count{N: 1, Of: 1}, true, nil
		}
		return Count{Of: 1}, true, nil
	case gasPrice:
		price := v.gasPrice()
		if price == nil {
			return Count{}, false, nil
		}
		return Count{N: 1, Sum: bounded(price)}, true, nil
	case outflow:
		if v.failed() {
			return Count{}, false, nil // it moved nothing
		}
		if r.amount == nil {
			sent := v.sent()
			if sent == nil {
				return Count{}, false, nil
			}
			return Count{N: 1, Sum: bounded(sent)}, true, nil
		}
		out, err := r.amount.eval(v)
		if err != nil {
			return Count{}, false, err
		}
		n, ok := out.(number)
		if !ok {
			return Count{}, false, fmt.Errorf("the amount is no number")
		}
		if n.neg || n.mag.IsZero() {
			return Count{}, false, nil // it came in
		}
		return Count{N: 1, Sum: bounded(&n.mag)}, true, nil
	default:
		return Count{N: 1}, true, nil
	}
}

func bounded(v *uint256.Int) *uint256.Int {
	if v.Gt(maxAmount) {
		v = maxAmount
	}
	return v.Clone()
}

// blockPrice is what gas costs in a block: its base fee, or what its transactions paid in the median. Nil if it tells neither.
func blockPrice(b *evm.Block) *uint256.Int {
	if b.BaseFee != nil {
		return b.BaseFee
	}
	var paid []*uint256.Int
	for i := range max(len(b.Transactions), len(b.Receipts)) {
		v := view{block: b}
		if i < len(b.Transactions) {
			v.tx = &b.Transactions[i]
		}
		if i < len(b.Receipts) {
			v.receipt = &b.Receipts[i]
		}
		if p := v.gasPrice(); p != nil {
			paid = append(paid, p)
		}
	}
	if len(paid) == 0 {
		return nil
	}
	slices.SortFunc(paid, (*uint256.Int).Cmp)
	return paid[len(paid)/2]
}
