package app

import (
	"context"
	"errors"
	"io"
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
	resp, err := abroad(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// Page reads a page on the web as anybody would, past what is kept on the way; of a long one its beginning. Fault: unavailable, without the
// address, which may hold a secret.
func Page(ctx context.Context, address string) (code int, body []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, reachedWithin)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, nil, fault.New(fault.Unavailable, "it is no address on the web")
	}
	req.Header.Set("Cache-Control", "no-cache")
	resp, err := abroad(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	body, err = io.ReadAll(io.LimitReader(resp.Body, longestPage))
	if err != nil {
		return 0, nil, fault.New(fault.Unavailable, "its answer was cut short").Because(err)
	}
	return resp.StatusCode, body, nil
}

// longestPage is how much of a page is read, in bytes.
const longestPage = 1 << 20

// abroad makes a request of somebody else's server and follows no redirection.
func abroad(req *http.Request) (*http.Response, error) {
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := c.Do(req)
	if u := (*url.Error)(nil); errors.As(err, &u) {
		if u.Timeout() {
			return nil, fault.New(fault.Unavailable, "no answer in time")
		}
		return nil, fault.New(fault.Unavailable, "%s", u.Err)
	}
	if err != nil {
		return nil, fault.New(fault.Unavailable, "%s", err)
	}
	return resp, nil
}
