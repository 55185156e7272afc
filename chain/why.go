package chain

import (
	"context"
	"errors"
	"strings"

	"tocsin/fault"
)

// Why says in a few words, without a full stop, why a chain has not answered a question.
func Why(err error) string {
	var revert *Revert
	switch {
	case errors.As(err, &revert):
		return revert.Error()
	case errors.Is(err, context.DeadlineExceeded):
		return "no answer in time"
	default:
		return strings.TrimSuffix(fault.Sentence(err), ".")
	}
}
