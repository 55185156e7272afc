package rpc

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	gethrpc "github.com/ethereum/go-ethereum/rpc"

	"tocsin/chain"
	"tocsin/evm"
	"tocsin/fault"
)

// endpoint knows an endpoint by a name that can be shown, and what of its URL must not be.
type endpoint struct {
	name    string // scheme and host
	secrets []string
}

// newEndpoint takes as secret whatever may identify an account with a provider: user, password, path and query.
func newEndpoint(u *url.URL) endpoint {
	e := endpoint{name: u.Scheme + "://" + u.Host}
	add := func(min int, values ...string) {
		for _, v := range values {
			if len(v) >= min {
				e.secrets = append(e.secrets, v)
			}
		}
	}
	add(1, u.String())
	add(2, u.RequestURI(), u.Path, u.EscapedPath(), u.RawQuery, u.RawFragment, u.Fragment)
	// Short pieces such as "v3" are no secrets, and taking them out would spoil sentences.
	add(6, strings.Split(u.Path, "/")...)
	add(6, strings.Split(u.EscapedPath(), "/")...)
	for _, values := range u.Query() {
		add(6, values...)
	}
	if u.User != nil {
		password, _ := u.User.Password()
		add(2, u.User.String(), u.User.Username(), password)
	}
	return e
}

// scrub takes the secrets out of a text.
func (e endpoint) scrub(s string) string {
	for _, secret := range e.secrets {
		s = strings.ReplaceAll(s, secret, "…")
	}
	return s
}

// refusal is an answer of the endpoint that is an error.
type refusal struct {
	code    int
	message string // without secrets
	data    any
}

func (r *refusal) Error() string { return fmt.Sprintf("%s (code %d)", r.message, r.code) }

func (r *refusal) says(parts ...string) bool {
	m := strings.ToLower(r.message)
	for _, p := range parts {
		if strings.Contains(m, p) {
			return true
		}
	}
	return false
}

// lacksMethod says that the endpoint does not have the method at all.
func (r *refusal) lacksMethod() bool {
	return r.code == -32601 || r.code == -32004 ||
		r.says("method not found", "does not exist", "not supported", "unsupported method", "not available", "not whitelisted")
}

// limits says that the endpoint was asked more than it allows.
func (r *refusal) limits() bool {
	return r.code == -32005 || r.code == 429 || r.says("rate limit", "too many requests", "limit exceeded", "compute units", "daily limit")
}

// symptom is a fault of the endpoint itself, with the kind of trouble that it is a sign of.
type symptom struct {
	kind  string
	fault error
}

func (s *symptom) Error() string { return s.fault.Error() }
func (s *symptom) Unwrap() error { return s.fault }

// explain turns what the transport returned into a fault without secrets. A refusal stays reachable by errors.As.
func (c *Client) explain(ctx context.Context, method string, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", method, context.Cause(ctx))
	}
	name := c.endpoint.name
	var (
		answer gethrpc.Error
		status gethrpc.HTTPError
		tooBig *http.MaxBytesError
	)
	switch {
	case errors.As(err, &answer):
		r := &refusal{code: answer.ErrorCode(), message: c.endpoint.scrub(answer.Error())}
		var data gethrpc.DataError
		if errors.As(err, &data) {
			r.data = data.ErrorData()
		}
		f := fault.New(fault.Unavailable, "The endpoint %s refused %s.", name, method).Because(r)
		if r.limits() {
			return &symptom{chain.Limits, f}
		}
		return f
	case errors.As(err, &status):
		f := fault.New(fault.Unavailable, "The endpoint %s answered %s with HTTP status %d.", name, method, status.StatusCode)
		switch status.StatusCode {
		case http.StatusUnauthorized, http.StatusForbidden:
			return &symptom{chain.Fails, f.Instead("Check the key in its URL.")}
		case http.StatusTooManyRequests:
			return &symptom{chain.Limits, f.Instead("It limits how often it may be asked: poll less often or use another endpoint.")}
		}
		return &symptom{chain.Fails, f}
	case errors.As(err, &tooBig):
		return &symptom{chain.Fails, fault.New(fault.Unavailable, "The endpoint %s answered %s with more than %d bytes.", name, method, tooBig.Limit)}
	case errors.Is(err, context.DeadlineExceeded):
		return &symptom{chain.Stalls, fault.New(fault.Unavailable, "The endpoint %s did not answer %s within %s.", name, method, c.opts.Timeout)}
	}
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err // its text holds the whole URL
	}
	return &symptom{chain.Fails, fault.New(fault.Unavailable, "The endpoint %s cannot be reached (%s).", name, method).
		Because(errors.New(c.endpoint.scrub(err.Error())))}
}

// nonsense is an answer that is not what the interface promises, or contradicts itself.
func (c *Client) nonsense(method string, err error) error {
	kind := chain.Fails
	var less *truncation
	switch {
	case errors.As(err, &less):
		return &symptom{chain.Truncates, fault.New(fault.Unavailable, "The endpoint %s answered %s with a block that came with %s.", c.endpoint.name, method, less.what).
			Instead("Do not rely on it: use another endpoint.").Because(err)}
	case errors.Is(err, evm.ErrLie):
		kind = chain.Lies
	}
	return &symptom{kind, fault.New(fault.Unavailable, "The endpoint %s answered %s with something that cannot be true.", c.endpoint.name, method).
		Instead("Do not rely on it: use another endpoint.").Because(err)}
}
