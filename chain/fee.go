package chain

import (
	"context"

	"github.com/holiman/uint256"
)

// Urgency says how soon a transaction must be mined.
type Urgency int

// The urgencies.
const (
	Normal    Urgency = iota // within some blocks
	High                     // in one of the next blocks
	Emergency                // in the next block, whatever it costs
)

// ParseUrgency reads an urgency as plans write it; high if it is empty.
func ParseUrgency(s string) Urgency {
	switch s {
	case "normal":
		return Normal
	case "emergency":
		return Emergency
	default:
		return High
	}
}

// Percentile is the part of the lately mined gas, by what it offered, that the tip is to reach.
func (u Urgency) Percentile() float64 {
	switch u {
	case Normal:
		return 50
	case Emergency:
		return 95
	default:
		return 75
	}
}

// Room is by how much the base fee may grow until the transaction is mined: the fee allows for so many times what it is now. What is not
// needed is not paid.
func (u Urgency) Room() uint64 {
	switch u {
	case Normal:
		return 2
	case Emergency:
		return 5
	default:
		return 3
	}
}

// History is a Client that knows what was offered lately.
type History interface {
	// UrgentFee is what a transaction should offer now by what the last blocks took, in wei per gas.
	UrgentFee(ctx context.Context, u Urgency) (Fee, error)
}

// FeeFor is what a transaction should offer now: by what the last blocks took where the client knows it, and never less than what the
// endpoint proposes.
func FeeFor(ctx context.Context, c Client, u Urgency) (Fee, error) {
	fee, err := c.Fee(ctx)
	if err != nil {
		return Fee{}, err
	}
	h, ok := c.(History)
	if !ok {
		return fee, nil
	}
	by, err := h.UrgentFee(ctx, u)
	if err != nil { // an endpoint without a history keeps nobody from acting
		return fee, nil
	}
	return Fee{Tip: larger(fee.Tip, by.Tip), Cap: larger(fee.Cap, by.Cap)}, nil
}

func larger(a, b *uint256.Int) *uint256.Int {
	if b != nil && b.Gt(a) {
		return b
	}
	return a
}
