package backtest

import (
	"fmt"
	"math"
	"math/big"

	"tocsin/plan"
)

// Suggestion is a threshold that what is usual would not have reached.
type Suggestion struct {
	Field   string `json:"field"`            // of the detector: minimum, or where (on its amount)
	Now     string `json:"now,omitempty"`    // what the plan says
	Highest string `json:"highest"`          // most that was seen outside the attack
	Attack  string `json:"attack,omitempty"` // most that was seen since the attack began
	Value   string `json:"value"`            // half as much again as the highest
	Misses  bool   `json:"misses,omitempty"` // the attack did not reach it either
}

// suggest says which threshold would have stayed silent outside the attack; nil where there is none to set.
func suggest(d plan.Detector, r *record, attacked bool) *Suggestion {
	switch {
	case d.Kind == "spike" && r.Usual.Level > 0:
		value := quieter(d.Metric, r.Usual.Level)
		s := &Suggestion{Field: "minimum", Highest: figure(r.Usual.Level), Value: figure(value)}
		if d.Minimum > 0 {
			s.Now = figure(d.Minimum)
		}
		if attacked {
			s.Attack, s.Misses = figure(r.Attack.Level), r.Attack.Level < value
		}
		return s
	case d.Kind == "match" && r.Usual.Amount != "":
		high, ok := new(big.Int).SetString(r.Usual.Amount, 10)
		if !ok || high.Sign() <= 0 {
			return nil
		}
		value := new(big.Int).Mul(high, big.NewInt(3))
		value.Add(value, big.NewInt(1)).Rsh(value, 1)
		s := &Suggestion{Field: "where", Highest: r.Usual.Amount, Value: value.String()}
		if attacked {
			s.Attack = r.Attack.Amount
			s.Misses = !more(r.Attack.Amount, s.Value) && r.Attack.Amount != s.Value
		}
		return s
	}
	return nil
}

// quieter is half as much again as a level; counts are whole numbers, and no share is more than all.
func quieter(metric string, level float64) float64 {
	switch metric {
	case "failed_share":
		return min(1.5*level, 1)
	case "gas_price", "outflow":
		return 1.5 * level
	}
	return math.Ceil(1.5 * level)
}

func figure(x float64) string {
	if x == math.Trunc(x) && math.Abs(x) < 1e15 {
		return fmt.Sprintf("%d", int64(x))
	}
	return fmt.Sprintf("%.4g", x)
}
