package target

import (
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"strconv"
	"strings"
)

// mostDigits is the longest number that is compared, in characters.
const mostDigits = 100

// parseJSON reads one value and nothing behind it.
func parseJSON(b []byte) (any, error) {
	dec := json.NewDecoder(strings.NewReader(string(b)))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, fmt.Errorf("something follows the value")
	}
	return v, nil
}

// text is a single value as it is compared; false for a list or an object.
func text(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		return strconv.FormatBool(v), true
	default:
		return "", false
	}
}

// number256 reads a number exactly up to 256 bits, and beyond to about a hundred digits.
func number256(s string) (*big.Float, bool) {
	s = strings.TrimSpace(s)
	if len(s) > mostDigits || strings.ContainsAny(s, "xXpP_iInN") {
		return nil, false
	}
	f, _, err := big.ParseFloat(s, 10, 400, big.ToNearestEven)
	return f, err == nil && !f.IsInf()
}

func numeric(s string) bool {
	_, ok := number256(s)
	return ok
}

// holds reports whether a value is as the condition wants it.
func (c *condition) holds(got string) bool {
	switch c.op {
	case "contains":
		return strings.Contains(strings.ToLower(got), strings.ToLower(c.want))
	case "=", "!=":
		same := got == c.want
		a, okA := number256(got)
		b, okB := number256(c.want)
		if okA && okB {
			same = a.Cmp(b) == 0
		}
		return same == (c.op == "=")
	}
	a, okA := number256(got)
	b, okB := number256(c.want)
	if !okA || !okB {
		return false
	}
	switch n := a.Cmp(b); c.op {
	case "<":
		return n < 0
	case "<=":
		return n <= 0
	case ">":
		return n > 0
	default:
		return n >= 0
	}
}

// wanted is the condition in words.
func (c *condition) wanted() string {
	words := map[string]string{"=": "", "!=": "anything but ", "<": "less than ", "<=": "at most ", ">": "more than ", ">=": "at least ", "contains": "something with "}
	return words[c.op] + strconv.Quote(clip(c.want))
}
