package rpc

import (
	"io"
	"net/http"
)

// newHTTPClient reads at most limit bytes of an answer and follows no redirect: it would carry the key elsewhere.
func newHTTPClient(limit int64, p *pace) *http.Client {
	var base http.RoundTripper = http.DefaultTransport
	if t, ok := base.(*http.Transport); ok {
		base = t.Clone()
	}
	return &http.Client{
		Transport:     limited{base: base, limit: limit, pace: p},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// limited is a transport whose answers end with an error after limit bytes, and that heeds how long it is asked to wait.
type limited struct {
	base  http.RoundTripper
	limit int64
	pace  *pace
}

func (l limited) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := l.base.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	l.pace.heed(resp)
	resp.Body = struct {
		io.Reader
		io.Closer
	}{http.MaxBytesReader(nil, resp.Body, l.limit), resp.Body}
	return resp, nil
}

// CloseIdleConnections lets http.Client.CloseIdleConnections through.
func (l limited) CloseIdleConnections() {
	if c, ok := l.base.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}
