package rpc

import (
	"context"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"tocsin/chain"
	"tocsin/fault"
)

// pace keeps to what an endpoint allows: so many requests a second, and none while it has asked for a pause.
type pace struct {
	limiter *rate.Limiter // nil: as many as there are
	until   atomic.Int64  // Unix nanoseconds; no request before
}

// longestPause bounds what an endpoint may ask for: one that is confused must not be silent for a day.
const longestPause = 5 * time.Minute

// newPace reads the fragment of an endpoint's URL: empty, or rate=N requests a second.
func newPace(fragment string) (*pace, error) {
	if fragment == "" {
		return &pace{}, nil
	}
	bad := fault.New(fault.Invalid, "What stands after # in an endpoint's URL cannot be read.").
		Instead("Write #rate=10 to allow ten requests a second, or nothing.")
	v, err := url.ParseQuery(fragment)
	if err != nil || len(v) != 1 || len(v["rate"]) != 1 {
		return nil, bad
	}
	n, err := strconv.ParseFloat(v.Get("rate"), 64)
	if err != nil || !(n > 0) || n > 1e6 {
		return nil, bad
	}
	return &pace{limiter: rate.NewLimiter(rate.Limit(n), int(math.Ceil(n)))}, nil
}

// heed takes note of an answer that asks for a pause.
func (p *pace) heed(resp *http.Response) {
	if resp.StatusCode != http.StatusTooManyRequests && resp.StatusCode != http.StatusServiceUnavailable {
		return
	}
	now := time.Now()
	after := resp.Header.Get("Retry-After")
	until, err := http.ParseTime(after)
	if s, e := strconv.ParseUint(after, 10, 32); e == nil {
		until, err = now.Add(time.Duration(s)*time.Second), nil
	}
	if err == nil && until.After(now) {
		p.until.Store(min(until.UnixNano(), now.Add(longestPause).UnixNano()))
	}
}

// wait waits until n more requests may be sent. An endpoint that has asked for a pause is not asked at all.
func (c *Client) wait(within, ctx context.Context, method string, n int) error {
	if until := time.Unix(0, c.pace.until.Load()); time.Now().Before(until) {
		return &symptom{chain.Limits, fault.New(fault.Unavailable, "The endpoint %s has asked for a pause until %s.", c.endpoint.name, until.UTC().Format("15:04:05 UTC"))}
	}
	if c.pace.limiter == nil {
		return nil
	}
	for range n {
		if err := c.pace.limiter.Wait(within); err != nil {
			if ctx.Err() != nil {
				return c.explain(ctx, method, ctx.Err())
			}
			// It is we who hold back: no fault of the endpoint.
			return fault.New(fault.Unavailable, "More is asked of the endpoint %s than its rate allows.", c.endpoint.name).
				Instead("Allow more requests a second, or add an endpoint.")
		}
	}
	return nil
}
