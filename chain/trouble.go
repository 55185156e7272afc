package chain

import (
	"context"
	"time"
)

// The kinds of trouble with an endpoint.
const (
	Fails      = "fails"       // cannot be reached, or answers with errors or nonsense
	Stalls     = "stalls"      // does not answer in time
	Limits     = "limits"      // does not let us ask as often as we must
	Lags       = "lags"        // its head stays behind
	Lies       = "lies"        // an answer contradicts itself or its hash
	Truncates  = "truncates"   // receipts or logs are missing
	WrongChain = "wrong_chain" // serves another chain
	Disagrees  = "disagrees"   // has another chain than most others
)

// Trouble is an endpoint that is not used for now, or is used again.
type Trouble struct {
	Endpoint string // scheme and host: nothing by which an account could be known
	Kind     string
	Say      string    // a sentence, without secrets
	At       time.Time // since when; with Over, when it ended
	Over     bool      // it is fine again
	Left     int       // endpoints still in use
}

// Witness is a Client that knows its endpoints apart.
type Witness interface {
	// Troubles calls f with each trouble that stands now, and then with each that begins or ends, until ctx ends or f fails.
	Troubles(ctx context.Context, f func(Trouble) error) error
}
