package app

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"tocsin/fault"
)

// reachedWithin is how long somebody on the web may take to answer.
const reachedWithin = 10 * time.Second

// Reach looks whether whoever is at an address on the web answers, with whatever status. They are asked for nothing: the request is of the kind
// that must have no effect (HEAD), and no redirection is followed. Fault: unavailable, without the address, which may hold a secret.
func Reach(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, reachedWithin)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, address, nil)
	if err != nil {
		return fault.New(fault.Unavailable, "it is no address on the web")
	}
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := c.Do(req)
	if u := (*url.Error)(nil); errors.As(err, &u) {
		if u.Timeout() {
			return fault.New(fault.Unavailable, "no answer in time")
		}
		return fault.New(fault.Unavailable, "%s", u.Err)
	}
	if err != nil {
		return fault.New(fault.Unavailable, "%s", err)
	}
	return resp.Body.Close()
}
